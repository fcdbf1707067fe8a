import { causeOfNoWay } from '../cause/address.ts'
import { isLinkLocal6, isLoopback, isMulticast, parseIp } from '../../util/prefix.ts'
import { priorities } from '../netfilter/place.ts'
import { IPPROTO_TCP, type Packet } from '../packet.ts'
import { addressType } from '../routing/fib.ts'
import { routeInput } from '../routing/input.ts'
import type { Way } from '../routing/lookup.ts'
import { type OutputAnswer, routeOutput } from '../routing/output.ts'
import type { Step } from '../trace.ts'
import { isLinux, linkSysctl, ownAddress, type View } from '../view.ts'
import { findPolicy } from '../xfrm/policy.ts'
import { encrypt, refusedByPolicy } from './ipsec.ts'
import { ipvsIn, ipvsOut } from './ipvs.ts'
import { because, end, type Next, type NextAt, overWays } from './next.ts'
import { passHook, wholeHook } from './pass-hook.ts'
import { passRouter } from './size.ts'
import { addStep, changed, confirm, type Walk } from './walk.ts'

/** Nobody's packet enters so many IP layers on a path that ends. */
const MOST_ENTRIES = 64

/** ip_rcv, ipv6_rcv. */
export function ipIn(walk: Walk, { view, packet }: NextAt<'ip-in'>): Next {
  walk.entries += 1
  if (walk.entries > MOST_ENTRIES) return end(view, packet, 'loop', 'it goes round and round')
  const refused = packet.family === 'inet6' ? refusedByIpv6(view, packet) : undefined
  if (refused !== undefined) return end(view, packet, 'dropped', refused)
  return passHook(walk, { view, hook: 'PREROUTING' }, packet, wholeHook, (_, after) => {
    // What this namespace sent to itself has its route already, unless NAT took it away.
    if (packet.inDevice === 'lo' && packet.destination === after.destination)
      return { at: 'local-in', view, packet: after }
    return { at: 'route-in', view, packet: after }
  })
}

/** ipv6_rcv: ::1 does not come from outside, and nobody sends from a group. */
function refusedByIpv6(view: View, { source, destination, inDevice }: Packet): string | undefined {
  if (inDevice !== null && linkSysctl(view, inDevice, 'disable_ipv6', 'ipv6') === 1)
    return `net.ipv6.conf.${inDevice}.disable_ipv6 is 1`
  const [from, to] = [source, destination].map(text => (text === undefined ? undefined : parseIp(text)))
  if (from && isMulticast(from)) return `it comes from ${source}, which is a group`
  const isLoop = [from, to].some(ip => ip !== undefined && isLoopback(ip))
  return isLoop && inDevice !== 'lo' ? `it comes by ${inDevice}, and ::1 does not` : undefined
}

/** ip6_forward: who sends must be somebody that can be answered elsewhere. */
function refusedForward({ family, source, inDevice }: Packet, out: string): string | undefined {
  const ip = source === undefined ? undefined : parseIp(source)
  if (family === 'inet' || !ip || inDevice === out) return undefined
  const isOfHere = ip.value === 0n || isLoopback(ip) || isLinkLocal6(ip)
  return isOfHere ? `what comes from ${source} is not forwarded` : undefined
}

export function routeIn(walk: Walk, { view, packet }: NextAt<'route-in'>): Next {
  const answer = routeInput(view, packet, packet.inDevice ?? 'lo')
  switch (answer.kind) {
    case 'unknown':
      return end(view, packet, 'insufficient-info', answer.reason, answer.evidence)
    case 'drop':
      addStep(walk, view, {
        kind: 'route',
        action: 'dropped',
        detail: answer.detail,
        evidence: answer.evidence,
      })
      return because(
        end(view, packet, answer.disposition, answer.detail, answer.evidence),
        answer.disposition === 'no-route' ? causeOfNoWay(walk, view, packet.destination) : undefined,
      )
    case 'local':
      addStep(walk, view, {
        kind: 'route',
        action: 'received',
        detail: answer.detail,
        evidence: answer.evidence,
      })
      return { at: 'local-in', view, packet }
    case 'forward':
      addStep(walk, view, {
        kind: 'route',
        action: 'forwarded',
        detail: answer.detail,
        evidence: answer.evidence,
      })
      return overWays(view, answer.ways, way => ({ at: 'forward', view, packet, way }))
  }
}

/** ip_forward, ip6_forward. */
export function forward(walk: Walk, { view, packet, way }: NextAt<'forward'>): Next {
  if (packet.packetType !== 'unicast')
    return end(
      view,
      packet,
      'dropped',
      `it came as a ${packet.packetType} frame, and those are not forwarded`,
    )
  if (packet.ttl !== undefined && packet.ttl <= 1) return end(view, packet, 'dropped', 'its TTL has run out')
  const unfit = refusedForward(packet, way.dev)
  if (unfit !== undefined) return end(view, packet, 'dropped', unfit)
  const place = { view, hook: 'FORWARD' } as const
  const refused = refusedByPolicy(view, packet, 'fwd')
  if (refused) return refused
  passRouter(walk, view, view.link(way.dev), packet)
  const leaving = { ...packet, outDevice: way.dev }
  const onTheWay = {
    ...leaving,
    outPolicy: findPolicy(view, leaving, 'out'),
    ttl: packet.ttl === undefined ? undefined : packet.ttl - 1,
  }
  const early = { from: priorities.first, to: priorities.ipvsForward }
  const late = { from: priorities.ipvsForward, to: priorities.last }
  return passHook(walk, place, onTheWay, early, (later, after) => {
    const answered = ipvsOut(later, view, after, 'FORWARD')
    return passHook(later, place, answered, late, (_, passed) => ({ at: 'post', view, packet: passed, way }))
  })
}

/** ip_local_deliver: INPUT, with IPVS between the filter and nat. */
export function localIn(walk: Walk, { view, packet, isBehindIpvs }: NextAt<'local-in'>): Next {
  const place = { view, hook: 'INPUT' } as const
  const early = { from: priorities.first, to: priorities.ipvsLocalIn }
  const late = { from: priorities.ipvsLocalIn, to: priorities.last }
  const finish = (later: Walk, answered: Packet): Next =>
    passHook(later, place, answered, late, (last, passed) => ({
      at: 'deliver',
      view,
      packet: confirm(last, passed),
    }))
  if (isBehindIpvs) return finish(walk, packet)
  return passHook(walk, place, packet, early, (later, after) => {
    const answered = ipvsOut(later, view, after, 'INPUT')
    return ipvsIn(later, view, answered, 'INPUT') ?? finish(later, answered)
  })
}

/** A packet that begins here: ip_route_output, then ip_local_out. */
export function localOut(walk: Walk, { view, packet, hasDefaultTtl }: NextAt<'local-out'>): Next {
  const stranger = foreignSource(walk, view, packet)
  if (stranger) return stranger
  const answer = routeOutput(view, packet)
  const refused = refusal(walk, view, packet, answer)
  if (refused) return refused
  const again = withSource(walk, view, packet, answer)
  if (again) return again.at === 'local-out' && hasDefaultTtl ? { ...again, hasDefaultTtl } : again
  const { ways, detail, evidence, source, ttl } = answer as Extract<OutputAnswer, { kind: 'route' }>
  addStep(walk, view, { kind: 'route', action: 'sent', detail, evidence })
  return overWays(view, ways, way => {
    const from = packet.source ?? source(way)
    if (from === undefined) {
      const missing = view.missing('rtnl.addresses')
      return missing === undefined
        ? end(view, packet, 'no-route', `no source address for ${packet.destination}`)
        : end(view, packet, 'insufficient-info', `the addresses were not read: ${missing}`)
    }
    const limited = hasDefaultTtl ? { ...packet, ttl: ttl(way) } : packet
    const sent = { ...limited, source: from, outDevice: way.dev }
    return { at: 'output', view, way, packet: { ...sent, outPolicy: findPolicy(view, sent, 'out') } }
  })
}

/**
 * ip_route_connect: the address that the first look-up has chosen is looked up with once more, so a rule that asks for it counts. A
 * socket of UDP is routed so when it is connected, and not when each packet is told where to go.
 *
 * @returns undefined where both look-ups say the same
 */
function withSource(walk: Walk, view: View, packet: Packet, answer: OutputAnswer): Next | undefined {
  const isOfSocket = packet.inner === null && packet.source === undefined && walk.direction === 'forward'
  if (!isOfSocket || answer.kind !== 'route' || packet.family !== 'inet') return undefined
  const [way] = answer.ways
  const source = way && answer.source(way)
  if (source === undefined) return undefined
  const sent = { ...packet, source }
  const second = routeOutput(view, sent)
  if (second.kind === 'route' && second.detail === answer.detail) return undefined
  if (packet.protocol === IPPROTO_TCP) return { at: 'local-out', view, packet: sent }
  const why = `the rules of policy routing lead elsewhere once its source is ${source}, and whether the program connects first is not known`
  return end(view, packet, 'insufficient-info', why)
}

/** ip_route_output_key_hash_rcu: an address that is none of this namespace sends nothing, but what raw and transparent sockets send. */
function foreignSource(walk: Walk, view: View, packet: Packet): Next | undefined {
  const { family, source, inner } = packet
  const ip = source === undefined ? undefined : parseIp(source)
  const isOfKernel = walk.direction === 'reply' || inner?.kind === 'vxlan'
  if (!ip || family !== 'inet' || !isOfKernel || view.missing('rtnl.routes') !== undefined) return undefined
  if (ownAddress(view, source!) || addressType(view.fib(family), ip) === 'local') return undefined
  return end(
    view,
    packet,
    'no-route',
    `${source} is no address of ${view.namespace.name}, which cannot send from it`,
  )
}

function refusal(walk: Walk, view: View, packet: Packet, answer: OutputAnswer): Next | undefined {
  if (answer.kind === 'unknown') return end(view, packet, 'insufficient-info', answer.reason, answer.evidence)
  if (answer.kind === 'none') {
    const step: Step = { kind: 'route', action: 'dropped', detail: answer.detail, evidence: answer.evidence }
    addStep(walk, view, step)
    const stop = end(view, packet, 'no-route', `to ${packet.destination}: ${answer.detail}`, answer.evidence)
    return because(stop, causeOfNoWay(walk, view, packet.destination))
  }
  if (answer.isBroadcast)
    return end(view, packet, 'insufficient-info', 'broadcast and multicast are not followed')
  return undefined
}

/** The OUTPUT hook: mangle and nat may change where it goes; `-o` sees the first way to the end. */
export function output(walk: Walk, { view, packet, way, isIpvs, isBehindIpvs }: NextAt<'output'>): Next {
  const place = { view, hook: 'OUTPUT' } as const
  const early = { from: priorities.first, to: priorities.ipvsLocalOut }
  const late = { from: priorities.ipvsLocalOut, to: priorities.last }
  const finish = (later: Walk, answered: Packet): Next =>
    passHook(later, place, answered, late, (last, passed) => reroute(last, view, packet, passed, way))
  if (isBehindIpvs) return finish(walk, packet)
  return passHook(walk, place, packet, early, (later, after) => {
    if (isIpvs) return finish(later, after)
    const answered = ipvsOut(later, view, after, 'OUTPUT')
    return ipvsIn(later, view, answered, 'OUTPUT') ?? finish(later, answered)
  })
}

/** The way of what was changed on OUTPUT (ip_route_me_harder). */
function reroute(walk: Walk, view: View, before: Packet, packet: Packet, way: Way): Next {
  if (!packet.rerouted) return { at: 'post', view, packet, way }
  const answer = routeOutput(view, { ...packet, ...packet.rerouted })
  const refused = refusal(walk, view, packet, answer)
  if (refused) return refused
  const { ways, detail, evidence } = answer as Extract<OutputAnswer, { kind: 'route' }>
  const step: Step = { kind: 'route', action: 'sent', detail, evidence, ...changed(before, packet) }
  if (ways.length !== 1 || ways[0]!.dev !== way.dev || ways[0]!.gateway !== way.gateway)
    addStep(walk, view, step)
  return overWays(view, ways, other => ({
    at: 'post',
    view,
    way: other,
    packet: withPolicy(view, { ...packet, outDevice: other.dev }),
  }))
}

/** ip_route_me_harder looks for a policy of IPsec again; what has been encrypted is asked no more. */
function withPolicy(view: View, packet: Packet): Packet {
  return packet.inner?.kind === 'ipsec' ? packet : { ...packet, outPolicy: findPolicy(view, packet, 'out') }
}

/** ip_output: POSTROUTING, then out. */
export function post(walk: Walk, { view, packet, way }: NextAt<'post'>): Next {
  const place = { view, hook: 'POSTROUTING', nextHop: way.gateway ?? packet.destination } as const
  // Linux 5.7 began to tell POSTROUTING where a packet came in (ip_output of ip_output.c).
  const inDevice = isLinux(view, 5, 7) ? packet.inDevice : null
  const leaving = { ...packet, inDevice, outDevice: way.dev }
  return passHook(walk, place, leaving, wholeHook, (last, passed) => {
    const sent = confirm(last, passed)
    return encrypt(last, view, sent, way) ?? { at: 'transmit', view, packet: sent, way }
  })
}

/** What is sent to `lo` comes in again at once, with its connection and its mark (loopback_xmit). */
export function overLoopback(walk: Walk, view: View, packet: Packet): Next {
  addStep(walk, view, { kind: 'link', action: 'forwarded', detail: 'over lo', evidence: [] })
  const ip = packet.destination === undefined ? undefined : parseIp(packet.destination)
  return {
    at: 'ip-in',
    view,
    packet: {
      ...packet,
      inDevice: 'lo',
      outDevice: null,
      sourceMac: null,
      packetType: ip && isLoopback(ip) ? 'unicast' : packet.packetType,
    },
  }
}
