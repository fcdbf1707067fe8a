/** Compares what our traces predict of connections with what the kernel says that became of them. */
import { isSameTuple } from '../../src/lb/connection.ts'
import type { Branch, Path, Trace, TrackedConnection } from '../../src/lb/trace.ts'
import { type Flow, traceFlow } from '../../src/lb/index.ts'
import {
  formatTranslation,
  formatTuple,
  type WitnessedWay,
  witnessWays,
} from '../../src/lb/verify/tracked.ts'
import { waysOf } from '../../src/lb/verify/ways.ts'
import { snapshotsByNode } from '../../src/graph/rows.ts'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import type { Gathered } from './gather.ts'
import { type Look, readLook } from './witness.ts'

export type Flown = Gathered['flows'][number]

export type Compared = {
  readonly scenario: string
  /** `client asks port 80 of node1 (192.168.77.1:80), from port 20001`. */
  readonly name: string
  /** What differs; empty when the kernel did as we said. */
  readonly differences: readonly string[]
  /** How much of it the kernel bears out. */
  readonly seen: {
    /** Entries of connection tracking, in how many namespaces. */
    readonly entries: number
    readonly realServer?: string
    readonly task?: string
  }
  readonly way?: WitnessedWay
  readonly trace?: Trace
}

export type Comparison = {
  readonly flows: readonly Compared[]
  /** Rules whose counters were compared, and those that counted something else than was predicted. */
  readonly rules: { readonly compared: number; readonly differences: readonly string[] }
}

type Swarm = {
  readonly gathered: Gathered
  readonly nodes: ReadonlyMap<string, Snapshot>
  readonly looks: ReadonlyMap<string, Look>
}

export function compareFlows(gathered: Gathered): Comparison {
  const swarm: Swarm = {
    gathered,
    nodes: snapshotsByNode(gathered.snapshots),
    looks: new Map(gathered.after.flatMap(text => [...readLook(text)])),
  }
  const flows = gathered.flows.map(flown => compareFlow(swarm, flown))
  return { flows: withGroups(flows), rules: compareRules(swarm, flows) }
}

function compareFlow(swarm: Swarm, flown: Flown): Compared {
  const { scenario, who, what, address, port, localPort } = flown
  const name = `${who} asks ${what} (${address}:${port}), from port ${localPort}`
  const none = { scenario, name, seen: { entries: 0 } }
  const flow = flowOf(swarm, flown)
  if (typeof flow === 'string') return { ...none, differences: [flow] }
  const trace = traceFlow(swarm.gathered.snapshots, flow)
  const [way] = witnessWays(trace.path, expected => ask(swarm, expected))
  if (!way) return { ...none, differences: ['there is no way'], trace }
  const task = flown.answer === undefined ? undefined : nameOf(swarm, flown.answer)
  const differences = [
    ...compareOutcome(trace, flown),
    ...compareTracked(way),
    ...unexpected(swarm, way, localPort, flown.protocol),
    ...compareBalanced(swarm, way, localPort),
    ...compareTask(swarm, way, task),
  ]
  const entries = way.tracked.filter(({ verdict }) => verdict === 'same').length
  const realServer = realServerOf(way.way.branches)
  const seen = { entries, ...(realServer && { realServer }), ...(task !== undefined && { task }) }
  return { scenario, name, differences, seen, way, trace }
}

/** The flow as it was made; why there is none, when its namespace is in no snapshot. */
function flowOf({ gathered, nodes }: Swarm, flown: Flown): Flow | string {
  const { from, enters, protocol, address, port, localPort, source } = flown
  const place =
    enters ?? (from === 'client' ? undefined : { node: from.node, netns: netnsOf(gathered, from) })
  const [node, snapshot] = [...nodes].find(([, { host }]) => host.hostname === place?.node) ?? []
  const namespace = snapshot?.namespaces.find(({ kind, name }) =>
    place?.netns === undefined ? kind === 'host' : place.netns.endsWith(name),
  )
  if (node === undefined || !namespace) return 'where it begins is in no snapshot'
  const common = {
    family: 'inet',
    protocol: protocol === 'tcp' ? 6 : 17,
    destination: address,
    destinationPort: port,
    sourcePort: localPort,
  } as const
  if (!enters) {
    const entry = { kind: 'local', node, namespace: namespace.id } as const
    return { ...common, ...(source !== undefined && { source }), entry }
  }
  const entry = { kind: 'interface', node, namespace: namespace.id, ifname: enters.ifname } as const
  return { ...common, source: source ?? CLIENT, entry }
}

const CLIENT = '192.168.77.254'

function netnsOf({ sandboxes }: Gathered, place: Exclude<Flown['from'], 'client'>): string | undefined {
  return place.kind === 'container' ? (sandboxes[`${place.of}@${place.node}`] ?? 'unknown') : undefined
}

/** What conntrack printed of a connection in a namespace. */
function ask(
  { looks }: Swarm,
  { namespace, protocol, original }: TrackedConnection,
): ReturnType<Parameters<typeof witnessWays>[1]> {
  const look = looks.get(namespace)
  if (!look) return { kind: 'unread', reason: 'nobody looked' }
  const word = protocol === 6 ? 'tcp' : 'udp'
  const entry = look.entries.find(each => each.protocol === word && isSameTuple(each.original, original))
  return entry ? { kind: 'entry', reply: entry.reply } : { kind: 'none' }
}

const works = new Set<string>(['delivered', 'left-node'])

function compareOutcome({ disposition, sentence }: Trace, { answer, failure }: Flown): string[] {
  if (works.has(disposition) === (answer !== undefined)) return []
  return [
    `it ${answer === undefined ? `failed (${failure})` : `was answered by ${answer}`}; we say ${sentence}`,
  ]
}

function compareTracked({ tracked }: WitnessedWay): string[] {
  return tracked.flatMap(({ expected, seen, verdict }) => {
    if (verdict === 'same' || verdict === 'untracked') return []
    const theirs =
      seen.kind === 'entry'
        ? formatTranslation({ original: expected.original, reply: seen.reply })
        : seen.kind
    return [`conntrack in ${expected.namespaceName}: ${theirs}; we say ${formatTranslation(expected)}`]
  })
}

/** Entries of the connection that we do not know of. Its source port stays the same everywhere. */
function unexpected(
  { looks }: Swarm,
  { tracked }: WitnessedWay,
  localPort: number,
  protocol: string,
): string[] {
  const known = new Set(
    tracked.map(({ expected }) => `${expected.namespace} ${formatTuple(expected.original)}`),
  )
  return [...looks].flatMap(([id, { entries }]) =>
    entries
      .filter(each => each.protocol === protocol && each.original.sourcePort === localPort)
      .filter(({ original }) => !known.has(`${id} ${formatTuple(original)}`))
      .map(entry => `conntrack in ${id}: ${formatTranslation(entry)}; we say nothing of it`),
  )
}

/** `FWM 276 -> 10.0.0.6:0` of a branch that IPVS makes. */
const realServerKey = /^(?:FWM \d+|\w+ \S+) -> ([\d.]+):\d+$/

function realServerOf(branches: readonly Branch[]): string | undefined {
  const keys = branches.flatMap(({ evidence }) => evidence.map(({ key }) => realServerKey.exec(key)?.[1]))
  return keys.find(key => key !== undefined)
}

/** The connection tables of IPVS. */
function compareBalanced({ looks }: Swarm, { way }: WitnessedWay, localPort: number): string[] {
  const theirs = [...looks.values()].flatMap(({ balanced }) =>
    balanced
      .filter(({ client }) => client.endsWith(`:${localPort}`))
      .map(({ realServer }) => realServer.slice(0, realServer.lastIndexOf(':'))),
  )
  const ours = realServerOf(way.branches)
  if (theirs.length <= 1 && theirs[0] === ours) return []
  return [`ipvsadm -Lnc: real server ${theirs.join(' and ') || 'none'}; we say ${ours ?? 'none'}`]
}

function nameOf({ gathered }: Swarm, answer: string): string {
  return gathered.hosts[answer] ?? answer
}

/** Who answered lives in the namespace where our way ends; behind docker-proxy it is the one that it asks. */
function compareTask({ gathered }: Swarm, { way }: WitnessedWay, task: string | undefined): string[] {
  if (task === undefined || task === 'answered' || way.end.detail.includes('docker-proxy')) return []
  if (task === 'world') return way.end.disposition === 'left-node' ? [] : ['the world answered']
  const [, netns] =
    Object.entries(gathered.sandboxes).find(([name]) => name === task || name.startsWith(`${task}@`)) ?? []
  if (netns === way.end.namespaceName) return []
  return [`${task} answered (${netns}); we say ${way.end.namespaceName}`]
}

/** Several connections to one balancer: all the tasks that we say may answer must have. */
function withGroups(flows: readonly Compared[]): Compared[] {
  const groups = Map.groupBy(flows, ({ name }) => name.replace(/, from port \d+$/, ''))
  return flows.map(flow => {
    const group = groups.get(flow.name.replace(/, from port \d+$/, '')) ?? []
    if (group.length < 2 || !flow.trace || group[0] !== flow) return flow
    const heard = new Set(group.map(({ seen }) => seen.realServer ?? ''))
    const ours = new Set(waysOf(flow.trace.path).map(({ branches }) => realServerOf(branches) ?? ''))
    const isSame = heard.size === ours.size && [...ours].every(address => heard.has(address))
    if (isSame || ours.size > group.length) return flow
    const text = `real servers were ${[...heard].join(' ')}; we say ${[...ours].join(' ')}`
    return { ...flow, differences: [...flow.differences, text] }
  })
}

/**
 * nat counts a connection's first packet: its rules must have counted just as many as we say. Rules of other tables count every packet:
 * they must have counted at least those that we say, or none when we say none.
 */
function compareRules({ gathered, looks, nodes }: Swarm, flows: readonly Compared[]): Comparison['rules'] {
  const predicted = new Map<string, number>()
  for (const { trace, way } of flows) {
    for (const key of way && trace ? rulesOf(trace.path, way.way.branches) : [])
      predicted.set(key, (predicted.get(key) ?? 0) + 1)
  }
  const before = new Map(gathered.before.flatMap(text => [...readLook(text)]))
  const differences: string[] = []
  let compared = 0
  for (const [id, { rules }] of looks) {
    const namespace = namespaceOf(nodes, id)
    for (const [key, packets] of rules) {
      if (!namespace || !isSpecific(key)) continue
      const theirs = packets - (before.get(id)?.rules.get(key) ?? 0)
      const ours = predicted.get(`${id} ${key}`) ?? 0
      const isSame = key.split(' ')[2] === 'nat' || ours === 0 ? theirs === ours : theirs >= ours
      compared++
      if (!isSame) differences.push(`${namespace.name}: ${key}: counted ${theirs}; we say ${ours}`)
    }
  }
  return { compared, differences }
}

/** Rules that ask for a port or an address; others count also what nobody here sent. */
function isSpecific(key: string): boolean {
  return /--[ds]port|-[sd] \S+\/32|--to-/.test(key)
}

function namespaceOf(nodes: Swarm['nodes'], id: string): Namespace | undefined {
  for (const { namespaces } of nodes.values()) {
    const found = namespaces.find(namespace => namespace.id === id)
    if (found) return found
  }
  return undefined
}

/** `net:[1] legacy ip nat -A …` of the rules on one way of a path; the answer's too, which nat is not asked for. */
function rulesOf({ hops, fork, reply }: Path, branches: readonly Branch[]): string[] {
  const own = hops.flatMap(({ steps }) =>
    steps
      .filter(({ kind }) => kind === 'rule')
      .flatMap(({ evidence }) => evidence.map(({ namespace, key }) => `${namespace} ${key}`)),
  )
  const taken = fork?.branches.filter(branch => branches.includes(branch)) ?? []
  return [
    ...own,
    ...taken.flatMap(branch => rulesOf(branch.path, branches)),
    ...(reply ? rulesOf(reply, branches) : []),
  ]
}
