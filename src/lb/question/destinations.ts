import type { PublishedPort, Sandbox, SwarmService } from '../../graph/model.ts'
import { findObjects } from '../../graph/query.ts'
import type { Flow } from '../flow.ts'
import { IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP } from '../packet.ts'
import { parseIp } from '../../util/prefix.ts'
import { type Client, outsideOf } from './client.ts'
import { predictName, type Resolved } from './names.ts'
import { type Protocol, QuestionError, type Target } from './question.ts'
import {
  hostOf,
  listed,
  namespaceOf,
  nodeName,
  type Scene,
  sandboxesOf,
  sandboxName,
  unknownName,
} from './scene.ts'

/** One connection that a question is about. */
export type AskedFlow = {
  /** What tells it from the others: a node, the address of a pool; empty for the only one. */
  readonly label: string
  readonly flow: Flow
}

export type Asked = {
  readonly flows: readonly AskedFlow[]
  /** How names and places were chosen, one sentence each. */
  readonly notes: readonly string[]
  /** Why there is nothing to follow, when the name stands for nothing where the client is. */
  readonly unresolved?: string
}

/** The answer of a resolver that was asked; without it names are predicted. */
export type NameAnswer = Resolved | { readonly failure: string }

type Ask = {
  readonly scene: Scene
  readonly client: Client
  readonly target: Target
  readonly protocol: Protocol | undefined
  readonly answer: NameAnswer | undefined
  /** Bytes of a packet with its headers. */
  readonly size?: number
}

/** @throws QuestionError when the question cannot be asked so */
export function askedFlows(ask: Ask): Asked {
  const { target, client } = ask
  if (target.host === undefined) return byPort(ask, target.port ?? 0)
  if (parseIp(target.host)) return byAddress(ask, target.host)
  const node = nodeOf(ask.scene, target.host)
  if (node !== undefined) return byNode(ask, node)
  return client.kind === 'outside' ? published(ask, target.host) : byName(ask, client.sandbox, target.host)
}

/** The node that a name means; a service of that name comes first. */
export function nodeOf({ graph }: Scene, name: string): string | undefined {
  if (Object.values(graph.services).some(service => service.name === name)) return undefined
  return findObjects(graph, name).find(({ type }) => type === 'node')?.id
}

/** A port of the nodes: of each whose snapshot is here, or of the client's own. */
function byPort(ask: Ask, port: number): Asked {
  const { scene, client } = ask
  const ports = Object.values(scene.graph.ports).filter(row => row.port === port)
  const asked = wanted(ask)
  const found = asked ? ports.filter(({ protocol }) => protocol === asked) : ports
  const notes = found.length > 0 ? [] : [`nobody is known to publish port ${port}${asked ? `/${asked}` : ''}`]
  const known = [...new Set(found.map(({ protocol }) => protocol as Protocol))].toSorted()
  const nodes = client.kind === 'sandbox' ? [client.sandbox.node] : nodesOf(scene, found)
  const names: Protocol[] = known.length > 0 ? known : [asked ?? 'tcp']
  const flows = nodes.flatMap(node =>
    names.map(protocol => ({
      label: [nodes.length > 1 && nodeName(scene, node), names.length > 1 && protocol]
        .filter(word => word !== false)
        .join(' '),
      flow: flowTo(ask, toNode(ask, node), node, port, protocol),
    })),
  )
  return { flows, notes: [...notes, ...clientNotes(ask, flows)] }
}

/** The address of a node that a client asks, of the client's own family. */
function toNode({ scene, client }: Ask, node: string): string {
  return outsideOf(scene, node, undefined, client.kind === 'outside' ? client.address : undefined).destination
}

/** Every node takes a port of the mesh; one of a task or a container is its node's alone. */
function nodesOf(scene: Scene, ports: readonly PublishedPort[]): string[] {
  const all = [...scene.nodes.keys()].filter(node => hostOf(scene, node))
  const isMesh = ports.length === 0 || ports.some(({ mode }) => mode === 'ingress')
  if (isMesh) return all.toSorted()
  return all.filter(node => ports.some(port => port.node === node)).toSorted()
}

function clientNotes({ client }: Ask, flows: readonly AskedFlow[]): string[] {
  const [first] = flows
  const isChosen = client.kind !== 'outside' || client.address === undefined
  if (first?.flow.entry.kind !== 'interface') return []
  const { ifname } = first.flow.entry
  return [
    `asked as by a client outside, ${first.flow.source}${isChosen ? ' for example' : ''}, that comes in by ${ifname}`,
  ]
}

function byNode(ask: Ask, node: string): Asked {
  const { target } = ask
  const destination = toNode(ask, node)
  const flows = [{ label: '', flow: flowTo(ask, destination, node, neededPort(target), wanted(ask)) }]
  return { flows, notes: [`${target.host} is ${destination}`, ...clientNotes(ask, flows)] }
}

function byAddress(ask: Ask, address: string): Asked {
  const { scene, client, target } = ask
  const port = wanted(ask) === 'icmp' ? undefined : neededPort(target)
  const owner = [...scene.nodes.keys()].find(node =>
    hostOf(scene, node)?.addresses.some(({ local, scope }) => local === address && scope === 'global'),
  )
  if (client.kind === 'outside' && owner === undefined) throw needsFrom(ask, address)
  const flows = [{ label: '', flow: flowTo(ask, address, owner ?? '', port, wanted(ask)) }]
  return { flows, notes: clientNotes(ask, flows) }
}

/** A service that is asked for from outside: by the port that it publishes. */
function published(ask: Ask, name: string): Asked {
  const { scene, target } = ask
  const service = Object.values(scene.graph.services).find(row => row.name === name)
  if (!service) {
    const found = findObjects(scene.graph, name)
    if (found.length > 0) throw needsFrom(ask, name)
    throw unknownName(scene, name.replace(/^tasks\./, ''), nameTypes)
  }
  const open = service.ports.filter(({ publishedPort }) => publishedPort !== undefined)
  const fits = open.filter(
    row => target.port === undefined || row.publishedPort === target.port || row.targetPort === target.port,
  )
  const ports = [...new Set(fits.map(({ publishedPort }) => publishedPort ?? 0))]
  const [port] = ports
  if (port === undefined) throw needsFrom(ask, name)
  if (ports.length > 1) {
    throw new QuestionError(`${name} publishes several ports: ${listed(ports.map(one => `${name}:${one}`))}`)
  }
  const asked = byPort(ask, port)
  return { ...asked, notes: [`${name} publishes port ${port}`, ...asked.notes] }
}

const nameTypes = new Set(['service', 'container', 'task', 'node'] as const)

/** A name that the client's resolver knows, or does not. */
function byName(ask: Ask, sandbox: Sandbox, name: string): Asked {
  const { scene, client, answer, target } = ask
  const who = client.kind === 'sandbox' ? client.name : 'the client'
  const resolved = answer ?? predictName(scene, sandbox, name)
  if (!resolved || 'failure' in resolved) {
    const isKnown =
      findObjects(scene.graph, name.replace(/^tasks\./i, '')).filter(({ type }) =>
        nameTypes.has(type as never),
      ).length > 0
    if (!isKnown && !answer) throw unknownName(scene, name.replace(/^tasks\./i, ''), nameTypes)
    const why =
      sandbox.kind === 'host'
        ? 'the host does not ask the resolver of Docker; use an address'
        : `it is on no network of ${who}, so the resolver there knows no such name`
    return {
      flows: [],
      notes: [],
      unresolved: resolved ? `${name} has no address: ${resolved.failure}` : `${name} has no address: ${why}`,
    }
  }
  const { addresses } = resolved
  const port = wanted(ask) === 'icmp' ? undefined : (target.port ?? ownPort(scene, name))
  return {
    flows: addresses.map(({ address, what }) => ({
      label: addresses.length > 1 ? `${address} ${what}`.trim() : '',
      flow: flowTo(ask, address, '', port, wanted(ask)),
    })),
    notes: [resolved.note, ...(answer ? differing(addresses, predictName(scene, sandbox, name)) : [])],
  }
}

/** A resolver that says something else than the API is worth a word. */
function differing(asked: Resolved['addresses'], predicted: Resolved | undefined): string[] {
  const sorted = (list: Resolved['addresses']): string =>
    list
      .map(({ address }) => address)
      .toSorted()
      .join(', ')
  if (!predicted || sorted(predicted.addresses) === sorted(asked)) return []
  return [`what the Docker API tells differs: ${sorted(predicted.addresses)}`]
}

/** The one port that a service, or what listens in a container, has. */
function ownPort(scene: Scene, name: string): number {
  const plain = name.replace(/^tasks\./i, '')
  const objects = findObjects(scene.graph, plain)
  const told = objects.flatMap(object => (object.type === 'service' ? targetPorts(object) : []))
  const listening = objects.flatMap(object =>
    sandboxesOf(scene, object).flatMap(sandbox =>
      (namespaceOf(scene, sandbox)?.sockets ?? []).flatMap(({ protocol, address, port }) =>
        protocol === 'tcp' && !address.startsWith('127.') ? [port] : [],
      ),
    ),
  )
  const ports = [...new Set(told.length > 0 ? told : listening)].toSorted((a, b) => a - b)
  const [port] = ports
  if (port !== undefined && ports.length === 1) return port
  if (port === undefined) throw new QuestionError(`which port of ${name}? Give it as ${name}:PORT`)
  throw new QuestionError(`${name} has several ports: ${listed(ports.map(one => `${name}:${one}`))}`)
}

function targetPorts({ ports }: SwarmService): number[] {
  return ports.map(({ targetPort }) => targetPort)
}

function wanted({ target, protocol }: Ask): Protocol | undefined {
  if (target.protocol && protocol && target.protocol !== protocol) {
    throw new QuestionError(`the target says ${target.protocol}, --protocol says ${protocol}`)
  }
  return target.protocol ?? protocol
}

function neededPort({ host = '', port }: Target): number {
  if (port !== undefined) return port
  const shown = host.includes(':') ? `[${host}]` : host
  throw new QuestionError(`which port of ${host}? Give it as ${shown}:PORT, or use --protocol icmp`)
}

const numbers = {
  inet: { tcp: IPPROTO_TCP, udp: IPPROTO_UDP, sctp: IPPROTO_SCTP, icmp: IPPROTO_ICMP },
  inet6: { tcp: IPPROTO_TCP, udp: IPPROTO_UDP, sctp: IPPROTO_SCTP, icmp: IPPROTO_ICMPV6 },
} as const

function flowTo(
  { scene, client, size }: Ask,
  destination: string,
  node: string,
  port: number | undefined,
  protocol: Protocol = 'tcp',
): Flow {
  const family = destination.includes(':') ? 'inet6' : 'inet'
  const common = {
    family,
    protocol: numbers[family][protocol],
    destination,
    ...(port !== undefined && protocol !== 'icmp' && { destinationPort: port }),
    ...(size !== undefined && { length: size }),
  } as const
  if (client.kind === 'outside') {
    const { entry, source } = outsideOf(scene, node, destination, client.address)
    return { ...common, source, entry }
  }
  const { node: where, namespace = '' } = client.sandbox
  return { ...common, entry: { kind: 'local', node: where, namespace } }
}

/** A client outside does not reach this: who may be meant is told. */
function needsFrom({ scene }: Ask, what: string): QuestionError {
  const names = Object.values(scene.graph.sandboxes)
    .filter(sandbox => ['task', 'container'].includes(sandbox.kind) && namespaceOf(scene, sandbox))
    .map(sandbox => sandboxName(scene, sandbox))
  const whom = names.length === 0 ? 'host' : `host, ${listed(names.toSorted())}`
  return new QuestionError(
    `nobody outside of the nodes can ask for ${what}: say who does, with --from: ${whom}`,
  )
}
