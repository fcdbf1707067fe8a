import type {
  DockerContainer,
  DockerInfo,
  DockerNetwork,
  DockerNode,
  DockerService,
  DockerTask,
  DockerVersion,
} from '../../snapshot/index.ts'
import { type Ask, type Reading, readSource, type Told, Untold } from './ask.ts'
import { AnswerError, explainFailure } from './failure.ts'
import { trimContainer } from './trim/container.ts'
import { readList } from './trim/fields.ts'
import { trimInfo, trimVersion } from './trim/info.ts'
import { trimNetwork } from './trim/network.ts'
import { trimNode, trimService, trimTask } from './trim/swarm.ts'
import { whyTooOld } from './version.ts'

/** How many objects are asked for at the same time. */
const AT_ONCE = 8

export async function readVersion(ask: Ask): Promise<Reading<DockerVersion>> {
  return readSource('version', ask, async () => {
    const problems: string[] = []
    const value = trimVersion(await ask.get('/version'), problems)
    const tooOld = whyTooOld(value)
    if (tooOld !== undefined) throw new Untold('unavailable', tooOld)
    if (value.ApiVersion === '') problems.push('the daemon names no API version')
    return { value, problems }
  })
}

export async function readInfo(ask: Ask): Promise<Reading<DockerInfo>> {
  return readSource('info', ask, async () => {
    const problems: string[] = []
    return { value: trimInfo(await ask.get('/info'), problems), problems }
  })
}

/**
 * All networks that this node knows, each with its endpoints and what the gossip tells of its services.
 *
 * @param keep networks that need not be asked for again, by id, as far as they are still there
 */
export async function readNetworks(
  ask: Ask,
  keep: ReadonlyMap<string, DockerNetwork> = new Map(),
): Promise<Reading<DockerNetwork[]>> {
  return readSource('networks', ask, async () => {
    const problems: string[] = []
    // An answer is a list of whole networks, only without endpoints and services: what is left when one cannot be inspected.
    const listed = elements(await ask.get('/networks'), 'networks', problems)
    const rows = listed.map((answer, index) => trimNetwork(answer, `networks[${index}]`, problems))
    const inspected = await inspectAll(
      ask,
      rows.filter(row => row !== undefined).map(({ Id, Name }) => ({ id: Id, name: `network ${Name}` })),
      keep,
      async ({ id, name }) =>
        trimNetwork(await ask.get(`/networks/${encodeURIComponent(id)}`, { verbose: true }), name, problems),
      problems,
    )
    const value = rows.flatMap(row => {
      if (row === undefined || inspected.gone.has(row.Id)) return []
      return [inspected.rows.get(row.Id) ?? row]
    })
    return { value, problems }
  })
}

/**
 * All containers of this node, running or not.
 *
 * @param keep containers that need not be asked for again, by id, as far as they are still there
 */
export async function readContainers(
  ask: Ask,
  keep: ReadonlyMap<string, DockerContainer> = new Map(),
): Promise<Reading<DockerContainer[]>> {
  return readSource('containers', ask, async () => {
    const problems: string[] = []
    const listed = readList(await ask.get('/containers/json', { all: 1 }), 'containers', problems)
    const wanted = listed.flatMap(container => {
      const id = container.text('Id')
      if (id === '') problems.push('a listed container has no Id')
      return id === '' ? [] : [{ id, name: `container ${container.texts('Names')[0]?.slice(1) ?? id}` }]
    })
    const { rows } = await inspectAll(
      ask,
      wanted,
      keep,
      async ({ id, name }) =>
        trimContainer(await ask.get(`/containers/${encodeURIComponent(id)}/json`), name, problems),
      problems,
    )
    const value = wanted.map(({ id }) => rows.get(id)).filter(row => row !== undefined)
    return { value, problems }
  })
}

export async function readServices(
  ask: Ask,
  info: DockerInfo | undefined,
): Promise<Reading<DockerService[]>> {
  return readSource('services', ask, async () =>
    swarmList(ask, info, 'services', '/services', { status: true }, trimService),
  )
}

export async function readTasks(ask: Ask, info: DockerInfo | undefined): Promise<Reading<DockerTask[]>> {
  return readSource('tasks', ask, async () => swarmList(ask, info, 'tasks', '/tasks', {}, trimTask))
}

export async function readNodes(ask: Ask, info: DockerInfo | undefined): Promise<Reading<DockerNode[]>> {
  return readSource('nodes', ask, async () => swarmList(ask, info, 'nodes', '/nodes', {}, trimNode))
}

async function swarmList<Row>(
  ask: Ask,
  info: DockerInfo | undefined,
  what: string,
  path: string,
  query: { readonly status?: true },
  trim: (answer: unknown, where: string, problems: string[]) => Row | undefined,
): Promise<Told<Row[]>> {
  const known = info && whyNotTold(info.Swarm, what)
  if (known !== undefined) throw new Untold('unavailable', known)
  const problems: string[] = []
  const answer = await ask.get(path, query).catch((error: unknown) => {
    // The node was demoted, or left, since it was asked for its state; or that could not be read.
    if (error instanceof AnswerError && /not a swarm manager/i.test(error.message)) {
      throw new Untold('unavailable', `${what} are told by managers only: this node is none`)
    }
    throw error
  })
  const value = elements(answer, what, problems)
    .map((row, index) => trim(row, `${what}[${index}]`, problems))
    .filter(row => row !== undefined)
  return { value, problems }
}

/** Why a node does not tell of the cluster (states: moby `api/types/swarm` LocalNodeState). */
function whyNotTold(
  { LocalNodeState, ControlAvailable, Error: failure }: DockerInfo['Swarm'],
  what: string,
): string | undefined {
  switch (LocalNodeState) {
    case 'active':
      return ControlAvailable ? undefined : `${what} are told by managers only: this node is a worker`
    case 'inactive':
      return `there are no ${what}: this node is not in a swarm`
    case 'pending':
      return `no ${what} yet: this node is joining a swarm`
    case 'locked':
      return `no ${what}: the swarm is locked on this node (docker swarm unlock)`
    case 'error':
      return `no ${what}: the swarm of this node has failed: ${failure}`
    default:
      // Not told: the daemon's answer to the question decides.
      return undefined
  }
}

function elements(answer: unknown, what: string, problems: string[]): unknown[] {
  if (Array.isArray(answer)) return answer as unknown[]
  // Go writes an empty list as null.
  if (answer !== null) problems.push(`${what}: the answer is no list`)
  return []
}

type Wanted = { readonly id: string; readonly name: string }

type Inspected<Row> = { readonly rows: Map<string, Row>; readonly gone: Set<string> }

/** Asks for objects one by one, several at a time. What has gone meanwhile is no problem; after a time-out no more are asked for. */
async function inspectAll<Row>(
  ask: Ask,
  wanted: readonly Wanted[],
  keep: ReadonlyMap<string, Row>,
  inspect: (wanted: Wanted) => Promise<Row | undefined>,
  problems: string[],
): Promise<Inspected<Row>> {
  const rows = new Map<string, Row>()
  const gone = new Set<string>()
  const queue: Wanted[] = []
  for (const one of wanted) {
    const kept = keep.get(one.id)
    if (kept) rows.set(one.id, kept)
    else queue.push(one)
  }
  let stopped: string | undefined
  let untold = 0
  let next = 0
  async function work(): Promise<void> {
    for (let one = queue[next++]; one !== undefined; one = queue[next++]) {
      if (stopped !== undefined) {
        untold++
        continue
      }
      try {
        const row = await inspect(one)
        if (row) rows.set(one.id, row)
      } catch (error) {
        if (error instanceof AnswerError && error.code === 404) gone.add(one.id)
        else {
          const { status, reason } = explainFailure(error, ask.host, ask.callMs)
          if (error instanceof AnswerError && status !== 'timeout') problems.push(`${one.name}: ${reason}`)
          else {
            stopped ??= reason
            untold++
          }
        }
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (stopped !== undefined)
    problems.unshift(`${untold} of ${wanted.length} could not be inspected: ${stopped}`)
  return { rows, gone }
}
