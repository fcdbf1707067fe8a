import type { Snapshot } from '../snapshot/index.ts'
import type { Flow } from './flow.ts'
import {
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  type Packet,
  TCP_SYN,
  untouched,
} from './packet.ts'
import { judge } from './sentence.ts'
import type { Trace } from './trace.ts'
import type { View } from './view.ts'
import type { Next } from './walk/next.ts'
import { runWalk } from './walk/run.ts'
import type { Walk } from './walk/walk.ts'
import { wayBack } from './walk/way-back.ts'
import { worldOf } from './world.ts'

export type TraceOptions = {
  /** Follow the answer too, from wherever the packet is delivered; on unless it is false. */
  readonly reply?: boolean
}

/**
 * What happens to the first packet of a flow, step by step, as the rows of the snapshots have it. Several snapshots are nodes of
 * one cluster: a packet for another node goes on there. What a snapshot does not hold ends a path as `insufficient-info`; it is
 * never guessed.
 *
 * @throws RangeError when the flow starts in a namespace or at an interface that no snapshot has, or has an address of the other family
 */
export function traceFlow(snapshots: readonly Snapshot[], flow: Flow, options: TraceOptions = {}): Trace {
  const world = worldOf(snapshots)
  const { entry } = flow
  const view = world.find(entry.namespace, entry.node)
  if (!view) throw new RangeError(`no snapshot has namespace ${entry.namespace}`)
  const ifname = entry.kind === 'interface' ? entry.ifname : null
  if (ifname !== null && !view.link(ifname))
    throw new RangeError(`${view.namespace.name} has no interface ${ifname}`)
  for (const address of [flow.source, flow.destination]) {
    if (address !== undefined && address.includes(':') !== (flow.family === 'inet6'))
      throw new RangeError(`${address} is no address of ${flow.family}`)
  }
  const packet = firstPacket(flow)
  const walk: Walk = {
    world,
    flow,
    direction: 'forward',
    origin: { view, packet, ifname },
    hops: [],
    connections: [],
    limits: [],
    ...(ifname !== null && { mtu: view.link(ifname)?.mtu }),
    ipvsConnections: [],
    entries: 0,
  }
  const wantsReply = options.reply !== false
  const path = runWalk(walk, startOf(view, packet, flow), (ended, ending) =>
    wantsReply ? wayBack(ended, ending) : {},
  )
  return { flow, path, ...judge(path) }
}

function startOf(view: View, packet: Packet, { entry, ttl }: Flow): Next {
  if (entry.kind === 'local') return { at: 'local-out', view, packet, hasDefaultTtl: ttl === undefined }
  const frame = { sourceMac: entry.sourceMac, destinationMac: undefined, tag: null, packet }
  return { at: 'frame-in', view, ifname: entry.ifname, frame }
}

function firstPacket(flow: Flow): Packet {
  const { protocol, family } = flow
  const hasPorts = protocol === IPPROTO_TCP || protocol === IPPROTO_UDP || protocol === IPPROTO_SCTP
  const isIcmp = protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6
  const echo = protocol === IPPROTO_ICMP ? 8 : 128
  return {
    family,
    protocol,
    source: flow.source,
    destination: flow.destination,
    sourcePort: hasPorts ? (flow.sourcePort ?? EXAMPLE_PORT) : null,
    destinationPort: hasPorts ? flow.destinationPort : null,
    icmpType: isIcmp ? (flow.icmpType ?? echo) : null,
    icmpCode: isIcmp ? (flow.icmpCode ?? 0) : null,
    tcpFlags: protocol === IPPROTO_TCP ? (flow.tcpFlags ?? TCP_SYN) : null,
    ttl: flow.ttl,
    tos: flow.tos ?? 0,
    length: flow.length,
    ...untouched,
    mark: flow.mark ?? 0,
  }
}

/** Within Linux' ip_local_port_range, and nobody's well-known port. */
const EXAMPLE_PORT = 54_321
