import type { FdbEntry, Link } from '../../snapshot/index.ts'
import type { Connection } from '../connection.ts'
import type { Flow } from '../flow.ts'
import { formatPacket, type Frame, type Packet } from '../packet.ts'
import type { Cause, Ending, Hop, Step } from '../trace.ts'
import type { View } from '../view.ts'
import type { World } from '../world.ts'
import type { Limit } from './size.ts'

/** What a path has gathered on its way. Changes while it is walked; a branch gets a copy. */
export type Walk = {
  readonly world: World
  readonly flow: Flow
  readonly direction: 'forward' | 'reply'
  /** Where the first packet came from: a reply has arrived when it is back there. */
  readonly origin: Origin
  readonly hops: { view: View; steps: Step[] }[]
  /** The entry by which a vxlan has sent the frame to another node. */
  tunnelled?: { readonly view: View; readonly entry: FdbEntry }
  connections: readonly Connection[]
  /** Devices on the way, with what they take. */
  limits: readonly Limit[]
  /** MTU of the device that the sender sends by. */
  mtu?: number
  /** It has left a node with an address that should have been masqueraded. */
  unmasked?: Cause
  /** Where bridges have seen the senders of frames. */
  learned?: readonly Learned[]
  /** Connections of IPVS that the walk has made. */
  ipvsConnections: readonly IpvsConnection[]
  /** How often the IP layer was entered: what does not end is a loop. */
  entries: number
  /** Where a path ended that delivers: the answer starts there. */
  arrival?: Arrival
  /** Where it has left the nodes: an answer would come in there. */
  left?: { readonly view: View; readonly ifname: string; readonly frame: Frame }
}

/** br_fdb_update: behind which port of a bridge a MAC is, since a frame of it has come in there. */
export type Learned = {
  readonly bridge: Link
  readonly vlan: number | null
  readonly mac: string | undefined
  readonly port: string
}

export type Origin = { readonly view: View; readonly packet: Packet; readonly ifname: string | null }

export type Arrival = {
  readonly view: View
  readonly packet: Packet
  /** Its UDP socket has no address of its own: unless the program asks where it was spoken to, routing chooses what it answers from. */
  readonly isUnbound?: boolean
}

/** struct ip_vs_conn: what turns the real server's answer back into one of the virtual service. */
export type IpvsConnection = {
  readonly view: View
  readonly protocol: number | undefined
  readonly client: string | undefined
  readonly clientPort: number | null | undefined
  readonly virtualAddress: string | undefined
  readonly virtualPort: number | null | undefined
  readonly realServer: string
  readonly realPort: number | null | undefined
  readonly method: 'masq' | 'local' | 'tunnel' | 'droute' | 'bypass'
  readonly isTracked: boolean
}

/** Adds a step in the namespace of `view`, and begins a hop when the packet was in another one. */
export function addStep(walk: Walk, view: View, step: Step): void {
  const last = walk.hops.at(-1)
  if (last?.view === view) last.steps.push(step)
  else walk.hops.push({ view, steps: [step] })
}

export function addSteps(walk: Walk, view: View, steps: readonly Step[]): void {
  for (const step of steps) addStep(walk, view, step)
}

/** For a branch: what is known so far, and an empty path. */
export function branchOf(walk: Walk): Walk {
  return { ...walk, hops: [] }
}

/** nf_conntrack_confirm: from now on the connection is found again. */
export function confirm(walk: Walk, packet: Packet): Packet {
  const { connection } = packet
  if (!connection) return packet
  const confirmed = connection.isConfirmed ? connection : { ...connection, isConfirmed: true }
  const others = walk.connections.filter(
    ({ id, namespace }) => id !== confirmed.id || namespace !== confirmed.namespace,
  )
  walk.connections = [...others, confirmed]
  return { ...packet, connection: confirmed }
}

export function hopsOf(walk: Walk): Hop[] {
  return walk.hops.map(({ view, steps }) => ({
    node: view.node,
    hostname: view.snapshot.host.hostname,
    namespace: view.namespace.id,
    name: view.namespace.name,
    kind: view.namespace.kind,
    ...(view.owner !== undefined && { owner: view.owner }),
    steps,
  }))
}

export function endingOf(
  walk: Walk,
  view: View,
  packet: Packet,
  { disposition, detail, evidence, cause }: Pick<Ending, 'disposition' | 'detail' | 'evidence' | 'cause'>,
): Ending {
  const { namespace, node } = view
  return {
    disposition,
    detail,
    evidence,
    packet,
    node,
    namespace: namespace.id,
    namespaceName: namespace.name,
    connections: trackedOn(walk),
    label: view.owner ?? namespace.name,
    ...(cause && { cause }),
  }
}

function trackedOn({ world, connections }: Walk): Ending['connections'] {
  return connections.flatMap(({ namespace, protocol, original, reply }) => {
    const view = world.ofKey(namespace)
    if (!view) return []
    const { id, name } = view.namespace
    return [{ node: view.node, namespace: id, namespaceName: name, protocol, original, reply }]
  })
}

/** A step's packet text, when it is another one than before. */
export function changed(before: Packet, after: Packet): { readonly packet?: string } {
  const text = formatPacket(after)
  return text === formatPacket(before) ? {} : { packet: text }
}
