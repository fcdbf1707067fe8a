import type { Docker, SourceReport } from '../../snapshot/index.ts'
import { createAsk, type DockerPart, dockerParts, type Reading, reportOf } from './ask.ts'
import type { DockerClient } from './client.ts'
import { readPastEvents } from './events.ts'
import type { Failure } from './failure.ts'
import {
  readContainers,
  readInfo,
  readNetworks,
  readNodes,
  readServices,
  readTasks,
  readVersion,
} from './read.ts'
import { chooseApiVersion } from './version.ts'

/** What a daemon said. `docker` is absent when it did not even tell its version. */
export type DockerReading = { readonly docker: Docker | undefined; readonly sources: SourceReport[] }

export type CollectOptions = {
  /** How long one call may take, in milliseconds. */
  readonly callMs?: number | undefined
  /** What to read; everything when left out. The version is always read. */
  readonly parts?: ReadonlySet<DockerPart> | undefined
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined
}

/** A daemon that has much to do answers within seconds; one that hangs is not worth more. */
export const CALL_MS = 5000

/** All calls together may take this many times the time of one. */
const BUDGET_CALLS = 6

/** Reads a daemon once. Never throws for what the daemon does. */
export async function collectDocker(
  client: DockerClient,
  { callMs = CALL_MS, parts = new Set(dockerParts), signal }: CollectOptions = {},
): Promise<DockerReading> {
  const budget = AbortSignal.timeout(callMs * BUDGET_CALLS)
  const ends = signal ? AbortSignal.any([signal, budget]) : budget
  const version = await readVersion(createAsk(client, undefined, callMs, ends))
  if (!version.value) return nothing(version.report, parts)

  const ask = createAsk(client, chooseApiVersion(version.value), callMs, ends)
  const sources = [version.report]
  async function wanted<Value>(
    part: DockerPart,
    read: () => Promise<Reading<Value>>,
  ): Promise<Value | undefined> {
    if (!parts.has(part)) return undefined
    const { value, report } = await read()
    sources.push(report)
    return value
  }
  const swarmParts: readonly DockerPart[] = ['services', 'tasks', 'nodes']
  const isSwarmWanted = swarmParts.some(part => parts.has(part))
  const info = parts.has('info') || isSwarmWanted ? readInfo(ask) : undefined
  const [told, networks, containers, services, tasks, nodes, events] = await Promise.all([
    info && wanted('info', async () => info),
    wanted('networks', async () => readNetworks(ask)),
    wanted('containers', async () => readContainers(ask)),
    wanted('services', async () => readServices(ask, (await info)?.value)),
    wanted('tasks', async () => readTasks(ask, (await info)?.value)),
    wanted('nodes', async () => readNodes(ask, (await info)?.value)),
    wanted('events', async () => readPastEvents(ask, Date.now())),
  ])
  return {
    docker: {
      host: client.host,
      readAt: new Date().toISOString(),
      version: version.value,
      ...(told && { info: told }),
      ...(networks && { networks }),
      ...(containers && { containers }),
      ...(services && { services }),
      ...(tasks && { tasks }),
      ...(nodes && { nodes }),
      ...(events && { events }),
    },
    sources: inOrder(sources),
  }
}

/** Every source has the same to say: the daemon did not even tell its version. */
export function nothing(
  { status, reason = '', tookMs }: Pick<SourceReport, 'status' | 'reason' | 'tookMs'>,
  parts: ReadonlySet<DockerPart> = new Set(dockerParts),
): DockerReading {
  const failure = { status, reason } as Failure
  const asked = dockerParts.filter(part => part === 'version' || parts.has(part))
  return {
    docker: undefined,
    sources: asked.map(part => reportOf(part, part === 'version' ? tookMs : 0, failure)),
  }
}

function inOrder(sources: readonly SourceReport[]): SourceReport[] {
  return dockerParts.flatMap(part => sources.filter(({ source }) => source === `docker.${part}`))
}
