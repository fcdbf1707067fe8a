import type { DockerService } from '../snapshot/index.ts'
import { plural } from '../util/format.ts'
import { quoted } from '../util/shell.ts'
import { changedSpec } from './changed-spec.ts'
import { publishText } from './command-line.ts'
import { findService, livingTasks } from './find.ts'
import type { Publish, ServiceCreate, ServiceIntent } from './intent.ts'
import { HIDDEN } from './mask.ts'
import { type PlanPart, post } from './plan-network.ts'
import type { Severity, Undo } from './plan.ts'
import { hasPort, portsTaken, publishOf, type ServicePort, servicePorts } from './ports.ts'
import type { Site } from './site.ts'
import { objectAt, type RawService, requestedPort, serviceSpec } from './spec.ts'
import { noUndo, serviceIntentOf, undoBy } from './undo.ts'

/** @param raw the service as the daemon tells it, for all but a new one; without it there is no request yet */
export function planService(intent: ServiceIntent, site: Site, raw: RawService | undefined): PlanPart {
  switch (intent.kind) {
    case 'service-create':
      return planCreate(intent, site)
    case 'service-remove':
      return planRemove(intent.service, site, raw)
    default:
      return planUpdate(intent, site, raw)
  }
}

function planCreate(intent: ServiceCreate, site: Site): PlanPart {
  const { name, image, mode, replicas, networks, endpointMode, publish } = intent
  const nodes = site.nodes.value?.length
  const count =
    mode === 'global'
      ? `a task on each node${nodes === undefined ? '' : ` (${nodes})`}`
      : plural(replicas, 'task')
  const place = networks.length === 0 ? '' : ` on ${networks.join(', ')}`
  const isBalanced = endpointMode === 'vip' && networks.length > 0
  return {
    title: `Create service ${name} (${image})`,
    severity: 'mild',
    confirmWord: name,
    requests: [post('/services/create', serviceSpec(intent))],
    changes: [
      `Service ${name} runs ${count} of ${image}${place}.`,
      ...(isBalanced ? [`${name} is a virtual address on ${networks.join(', ')}; IPVS chooses a task.`] : []),
      ...(endpointMode === 'dnsrr' ? [`${name} is the addresses of its tasks; who asks chooses one.`] : []),
      ...publish.map(portSentence),
    ],
    restarts: [],
    undo: undoBy({ kind: 'service-remove', service: name }),
  }
}

function portSentence({ published, target, protocol, mode }: Publish): string {
  const port = !published ? 'A port that Docker chooses' : `Port ${published}/${protocol}`
  return mode === 'ingress'
    ? `${port} of every node leads to port ${target} of a task, through the routing mesh.`
    : `${port} of each node that runs a task leads to port ${target} of that task.`
}

function planRemove(word: string, site: Site, raw: RawService | undefined): PlanPart {
  const service = findService(site, word)
  const name = service?.Spec.Name ?? word
  const count = tasksOf(site, service)
  return {
    title: `Remove service ${name}`,
    severity: 'severe',
    confirmWord: name,
    requests: [
      {
        method: 'DELETE',
        path: `/services/${encodeURIComponent(raw?.ID ?? service?.ID ?? word)}`,
        query: {},
        body: undefined,
      },
    ],
    changes: [
      service?.Endpoint.VirtualIPs.length === 0
        ? `Service ${name} and its name are gone.`
        : `Service ${name}, its virtual addresses and its name are gone.`,
      ...(service?.Endpoint.Ports ?? []).flatMap(({ PublishedPort, Protocol }) =>
        PublishedPort ? [`Port ${PublishedPort}/${Protocol} is free.`] : [],
      ),
    ],
    restarts: count === 0 ? [] : [stopping(count, name)],
    undo: removalUndo(site, raw),
  }
}

function removalUndo(site: Site, raw: RawService | undefined): Undo {
  if (!raw) return noUndo('It is not known how it was made.')
  const { intent, lost } = serviceIntentOf(raw, site)
  // Arguments are somebody's command line: they are kept in memory, and not shown.
  const shown = { ...intent, command: intent.command.map(() => HIDDEN) }
  if (lost.length === 0) return { intent, text: undoBy(shown).text }
  return noUndo(
    `It has settings that cnmtop has no words for, and would come back without them: ${lost.join(', ')}. docker service inspect shows them now.`,
  )
}

type Update = Exclude<ServiceIntent, { kind: 'service-create' | 'service-remove' }>

function planUpdate(intent: Update, site: Site, raw: RawService | undefined): PlanPart {
  const service = findService(site, intent.service)
  const name = service?.Spec.Name ?? intent.service
  return {
    ...describe(intent, name, site, service, raw),
    confirmWord: name,
    requests: raw
      ? [
          post(`/services/${encodeURIComponent(raw.ID)}/update`, changedSpec(intent, raw), {
            version: raw.Version.Index,
          }),
        ]
      : [],
  }
}

function describe(
  intent: Update,
  name: string,
  site: Site,
  service: DockerService | undefined,
  raw: RawService | undefined,
): Pick<PlanPart, 'title' | 'severity' | 'changes' | 'restarts' | 'undo' | 'command'> {
  switch (intent.kind) {
    case 'service-scale':
      return describeScale(intent.replicas, name, service)
    case 'service-force-update':
      return {
        title: `Restart all tasks of service ${name}`,
        severity: 'moderate',
        changes: [`Every task of ${name} is a new one, with a new address.`],
        restarts: [rolling(name, site, service, raw)],
        undo: noUndo('A restart cannot be taken back.'),
      }
    case 'service-publish-add':
      return describeAdding(intent, name, rolling(name, site, service, raw), servicePorts(raw, service))
    case 'service-publish-remove':
      return describeRemoval(intent, name, rolling(name, site, service, raw), servicePorts(raw, service))
  }
}

type Described = Pick<PlanPart, 'title' | 'severity' | 'changes' | 'restarts' | 'undo' | 'command'>
type PublishAdd = Extract<ServiceIntent, { kind: 'service-publish-add' }>
type PublishRemove = Extract<ServiceIntent, { kind: 'service-publish-remove' }>

function describeAdding(
  intent: PublishAdd,
  name: string,
  restarts: string,
  ports: readonly ServicePort[],
): Described {
  const { publish } = intent
  const title = `Publish port ${portText(publish)} of service ${name}`
  if (!publish.published && hasPort(ports, publish)) return { title, ...nothing(name) }
  const after = [...ports, { port: requestedPort(publish), number: publish.published }]
  return {
    title,
    severity: 'moderate',
    changes: [portSentence(publish)],
    restarts: [restarts],
    // A number that Swarm chooses is not known yet: it is taken back as the one that was chosen.
    undo: withdrawal(
      {
        ...intent,
        kind: 'service-publish-remove',
        publish: { ...publish, published: publish.published ?? 0 },
      },
      after,
    ),
  }
}

function describeRemoval(
  intent: PublishRemove,
  name: string,
  restarts: string,
  ports: readonly ServicePort[],
): Described {
  const taken = portsTaken(ports, intent.publish)
  const told = taken.map(({ port, number }) => ({
    ...publishOf({ port }),
    ...(number !== undefined && { published: number }),
  }))
  const [first = intent.publish] = told
  const title = `Publish port ${(told.length === 0 ? [first] : told).map(portText).join(', ')} of service ${name} no more`
  // The mode is that of the port, not that which was told.
  const exact = { ...intent, publish: { ...intent.publish, mode: first.mode } }
  const command = withdrawal(exact, ports).text
  if (taken.length === 0) return { title, command, ...nothing(name) }
  return {
    title,
    command,
    severity: 'moderate',
    changes: told.map(publish => `Port ${portText(publish)} does not lead to ${name} any more.`),
    restarts: [restarts],
    undo:
      told.length === 1
        ? undoBy({ kind: 'service-publish-add', service: intent.service, publish: first })
        : noUndo(`No single step: ${adding(told, intent.service)}`),
  }
}

function nothing(name: string): Omit<Described, 'title'> {
  return {
    severity: 'mild',
    changes: [`Nothing: ${name} stays as it is.`],
    restarts: [],
    undo: noUndo('Nothing is changed.'),
  }
}

/**
 * Takes a published port away. The docker command goes by the target port and takes all that lead to it (cli/command/service
 * update.go, updatePorts; tried with 28.2), also those that it adds at the same time: they have to be put back by a second one.
 */
function withdrawal(intent: PublishRemove, ports: readonly ServicePort[]): Undo {
  const taken = portsTaken(ports, intent.publish)
  const alone = undoBy(intent)
  const others = portsTaken(ports, { ...intent.publish, published: undefined }).filter(
    port => !taken.includes(port),
  )
  if (others.length === 0) return alone
  return { intent, text: `${alone.text} && ${adding(others.map(publishOf), intent.service)}` }
}

function adding(ports: readonly Publish[], service: string): string {
  const words = ports.map(port => `--publish-add ${publishText(port)}`).join(' ')
  return `docker service update ${words} ${quoted(service)}`
}

function describeScale(
  replicas: number,
  name: string,
  service: DockerService | undefined,
): Pick<PlanPart, 'title' | 'severity' | 'changes' | 'restarts' | 'undo'> {
  const before = service?.Spec.Mode.Replicated?.Replicas
  const fewer = before === undefined ? 0 : before - replicas
  const severity: Severity = fewer > 0 ? 'moderate' : 'mild'
  return {
    title: `Scale service ${name} ${before === undefined ? '' : `from ${before} `}to ${replicas}`,
    severity,
    changes: [
      replicas === 0
        ? `${name} has no task, and nobody answers for it.`
        : `${name} has ${plural(replicas, 'task')}${before === undefined ? '' : ` instead of ${before}`}.`,
    ],
    restarts: fewer > 0 ? [stopping(fewer, name)] : [],
    undo:
      before === undefined
        ? noUndo('It is not known how many tasks it has.')
        : undoBy({ kind: 'service-scale', service: name, replicas: before }),
  }
}

function stopping(count: number, name: string): string {
  return count === 1
    ? `A task of ${name} stops, and connections to it end.`
    : `${plural(count, 'task')} of ${name} stop, and connections to them end.`
}

/** How an update goes through the tasks: as many at a time as its configuration says (swarmkit orchestrator/update; one when it says nothing). */
function rolling(
  name: string,
  site: Site,
  service: DockerService | undefined,
  raw: RawService | undefined,
): string {
  const count = tasksOf(site, service)
  const told = raw && objectAt(raw.Spec, 'UpdateConfig')['Parallelism']
  const atOnce = typeof told === 'number' ? told : 1
  const pace = atOnce === 0 || atOnce >= count ? 'all at the same time' : `${atOnce} at a time`
  return count === 0
    ? `The tasks of ${name} are replaced by new ones: connections to them end.`
    : `${plural(count, 'task')} of ${name} ${count === 1 ? 'is' : 'are'} replaced by new ones, ${pace}: connections to them end.`
}

function tasksOf(site: Site, service: DockerService | undefined): number {
  if (!service) return 0
  return livingTasks(site).filter(({ ServiceID }) => ServiceID === service.ID).length
}

function portText({ published, target, protocol }: Publish): string {
  return `${published ? `${published}:` : ''}${target}/${protocol}`
}
