import type { RowRef } from '../evidence.ts'
import type { Frame, Packet } from '../packet.ts'
import type { Way } from '../routing/lookup.ts'
import type { Cause, Disposition, ForkReason, Step } from '../trace.ts'
import type { View } from '../view.ts'
import type { Walk } from './walk.ts'

/**
 * Where a packet is next. A walk is a loop over these: each stage takes one and gives the next, so that no stage has to know
 * another, and a path may divide anywhere.
 */
export type Next =
  /** A frame has arrived at a device. */
  | { readonly at: 'frame-in'; readonly view: View; readonly ifname: string; readonly frame: Frame }
  /** A frame is handed to a device to send it. */
  | { readonly at: 'frame-out'; readonly view: View; readonly ifname: string; readonly frame: Frame }
  /** A bridge has to decide about a frame; `port` is null when the bridge device itself sends it. */
  | {
      readonly at: 'bridge'
      readonly view: View
      readonly bridge: string
      readonly port: string | null
      readonly frame: Frame
    }
  /** A vxlan wraps a frame. */
  | { readonly at: 'vxlan'; readonly view: View; readonly ifname: string; readonly frame: Frame }
  /** ip_rcv: a packet enters the IP layer by `packet.inDevice`. */
  | { readonly at: 'ip-in'; readonly view: View; readonly packet: Packet }
  /** What comes behind PREROUTING: the route. */
  | { readonly at: 'route-in'; readonly view: View; readonly packet: Packet }
  | { readonly at: 'forward'; readonly view: View; readonly packet: Packet; readonly way: Way }
  | {
      readonly at: 'local-in'
      readonly view: View
      readonly packet: Packet
      /** IPVS lets it go on: only what stands behind IPVS on the hook is asked. */
      readonly isBehindIpvs?: boolean
    }
  /** A packet of this namespace that still needs a route. */
  | {
      readonly at: 'local-out'
      readonly view: View
      readonly packet: Packet
      /** Its TTL is that of the route, or of the namespace. */
      readonly hasDefaultTtl?: boolean
    }
  /** The OUTPUT hook, with the route that was found (`ip_local_out`). */
  | {
      readonly at: 'output'
      readonly view: View
      readonly packet: Packet
      readonly way: Way
      /** IPVS sends it: its own hooks are not asked again. */
      readonly isIpvs?: boolean
      /** IPVS lets it go on: only what stands behind IPVS on the hook is asked. */
      readonly isBehindIpvs?: boolean
    }
  | { readonly at: 'post'; readonly view: View; readonly packet: Packet; readonly way: Way }
  | { readonly at: 'transmit'; readonly view: View; readonly packet: Packet; readonly way: Way }
  /** Through all hooks: who takes it? */
  | { readonly at: 'deliver'; readonly view: View; readonly packet: Packet }
  /** Out of what the snapshots hold. */
  | {
      readonly at: 'leave'
      readonly view: View
      readonly ifname: string
      readonly frame: Frame
      readonly nextHop?: string
    }
  | { readonly at: 'resume'; readonly packet: Packet; readonly goOn: (walk: Walk, packet: Packet) => Next }
  | {
      readonly at: 'fork'
      readonly reason: ForkReason
      readonly branches: readonly NextBranch[]
      readonly packet?: Packet
    }
  | {
      readonly at: 'end'
      readonly view: View
      readonly packet: Packet
      readonly disposition: Disposition
      readonly detail: string
      readonly evidence: readonly RowRef[]
      readonly cause?: Cause
    }

export type NextBranch = {
  readonly label: string
  readonly evidence: readonly RowRef[]
  /** What happened on the way into the branch. */
  readonly view: View
  readonly steps: readonly Step[]
  readonly next: Next
}

export type NextAt<At extends Next['at']> = Extract<Next, { readonly at: At }>

export function end(
  view: View,
  packet: Packet,
  disposition: Disposition,
  detail: string,
  evidence: readonly RowRef[] = [],
): NextAt<'end'> {
  return { at: 'end', view, packet, disposition, detail, evidence }
}

/** An end with what is behind it, where that is known. */
export function because(stop: NextAt<'end'>, cause: Cause | undefined): NextAt<'end'> {
  return cause ? { ...stop, cause } : stop
}

/** One way on, or a branch for each of a multipath route. */
export function overWays(view: View, ways: readonly Way[], next: (way: Way) => Next): Next {
  const [only] = ways
  if (only && ways.length === 1) return next(only)
  return {
    at: 'fork',
    reason: 'next-hop',
    branches: ways.map(way => ({
      label: way.gateway === undefined ? `by ${way.dev}` : `via ${way.gateway} by ${way.dev}`,
      evidence: [],
      view,
      steps: [],
      next: next(way),
    })),
  }
}
