import { type Ip, isLoopback, isMulticast, parseIp } from '../../util/prefix.ts'
import type { RowRef } from '../evidence.ts'
import type { Packet } from '../packet.ts'
import { linkSysctl, ownAddress, type View } from '../view.ts'
import { lookUpRoute, type RouteAnswer, routeText, type Way } from './lookup.ts'
import { queryOf } from './output.ts'

export type InputAnswer =
  | { readonly kind: 'local'; readonly detail: string; readonly evidence: readonly RowRef[] }
  | {
      readonly kind: 'forward'
      readonly ways: readonly Way[]
      readonly detail: string
      readonly evidence: readonly RowRef[]
    }
  | {
      readonly kind: 'drop'
      readonly disposition: 'dropped' | 'no-route'
      readonly detail: string
      readonly evidence: readonly RowRef[]
    }
  | { readonly kind: 'unknown'; readonly reason: string; readonly evidence: readonly RowRef[] }

/**
 * Where a packet goes that came in by a device: ip_route_input_slow and __mkroute_input of route.c, fib_validate_source of
 * fib_frontend.c; ip6_route_input and the first lines of ip6_forward.
 */
export function routeInput(view: View, packet: Packet, inDevice: string): InputAnswer {
  const destination = packet.destination === undefined ? undefined : parseIp(packet.destination)
  if (!destination) return { kind: 'unknown', reason: 'the destination address is not known', evidence: [] }
  const source = packet.source === undefined ? undefined : parseIp(packet.source)
  const isIpv4 = destination.bits === 32
  if (isIpv4) {
    const martian = isMartian(view, inDevice, source, destination)
    if (martian) return martian
    if (destination.value === 0xffff_ffffn) return { kind: 'local', detail: 'broadcast', evidence: [] }
  }
  if (isMulticast(destination)) {
    return { kind: 'unknown', reason: 'multicast is not followed', evidence: [] }
  }
  const answer = lookUpRoute(view, { ...queryOf(packet), destination, source, iif: inDevice, oif: null })
  if (answer.kind === 'unknown') return answer
  if (answer.kind === 'route' && isForThisHost(answer.type)) {
    const refused = isIpv4 ? validateSource(view, packet, inDevice, source, destination) : undefined
    return refused ?? { kind: 'local', detail: routeText(answer.route), evidence: answer.evidence }
  }
  return forward(view, packet, inDevice, { answer, source, destination })
}

const isForThisHost = (type: string) => type === 'local' || type === 'broadcast' || type === 'anycast'

function forward(
  view: View,
  packet: Packet,
  inDevice: string,
  {
    answer,
    source,
    destination,
  }: { answer: Exclude<RouteAnswer, { kind: 'unknown' }>; source: Ip | undefined; destination: Ip },
): InputAnswer {
  const setting =
    packet.family === 'inet'
      ? linkSysctl(view, inDevice, 'forwarding')
      : view.sysctl('net.ipv6.conf.all.forwarding')
  const forwards = setting ?? (packet.family === 'inet' ? view.sysctl('net.ipv4.ip_forward') : undefined)
  const evidence = [
    view.ref(
      'sysctls',
      packet.family === 'inet' ? forwardingKey(view, inDevice) : 'net.ipv6.conf.all.forwarding',
    ),
  ]
  if (forwards === undefined)
    return { kind: 'unknown', reason: 'whether it forwards (ip_forward) was not read', evidence: [] }
  if (forwards === 0) {
    return {
      kind: 'drop',
      disposition: 'dropped',
      detail: `${evidence[0]!.key} is 0: not forwarded`,
      evidence,
    }
  }
  if (answer.kind === 'none') {
    return { kind: 'drop', disposition: 'no-route', detail: answer.detail, evidence: answer.evidence }
  }
  if (answer.type !== 'unicast') {
    return {
      kind: 'drop',
      disposition: 'dropped',
      detail: `martian destination (${answer.type})`,
      evidence: answer.evidence,
    }
  }
  const refused =
    packet.family === 'inet' ? validateSource(view, packet, inDevice, source, destination) : undefined
  return (
    refused ?? {
      kind: 'forward',
      ways: answer.ways,
      detail: routeText(answer.route),
      evidence: answer.evidence,
    }
  )
}

/** The setting that stopped it: the namespace's own when that is off, else the interface's. */
function forwardingKey(view: View, inDevice: string): string {
  return view.sysctl('net.ipv4.ip_forward') === 0
    ? 'net.ipv4.ip_forward'
    : `net.ipv4.conf.${inDevice.replaceAll('.', '/')}.forwarding`
}

function isMartian(
  view: View,
  inDevice: string,
  source: Ip | undefined,
  destination: Ip,
): InputAnswer | undefined {
  const drop = (detail: string, setting?: string): InputAnswer => ({
    kind: 'drop',
    disposition: 'dropped',
    detail,
    evidence: setting === undefined ? [] : [view.ref('sysctls', setting)],
  })
  if (source && (isMulticast(source) || source.value === 0xffff_ffffn)) return drop('martian source')
  if (source?.value === 0n && destination.value !== 0xffff_ffffn) return drop('martian source')
  if (source && source.value !== 0n && source.value >> 24n === 0n) return drop('martian source')
  if (destination.value >> 24n === 0n && destination.value !== 0n) return drop('martian destination')
  const setting = `net.ipv4.conf.${inDevice.replaceAll('.', '/')}.route_localnet`
  const all = view.sysctl('net.ipv4.conf.all.route_localnet')
  const own = linkSysctl(view, inDevice, 'route_localnet')
  const hasLoopback = isLoopback(destination) || (source !== undefined && isLoopback(source))
  if (!hasLoopback || all === 1 || own === 1) return undefined
  if (all === undefined || own === undefined) {
    return {
      kind: 'unknown',
      reason: `whether ${inDevice} takes 127.0.0.0/8 (route_localnet) was not read`,
      evidence: [],
    }
  }
  return drop(`martian: ${setting} is 0`, setting)
}

/** fib_validate_source: who sends must not be one of us, and with rp_filter the way back must lead the same way. */
function validateSource(
  view: View,
  packet: Packet,
  inDevice: string,
  source: Ip | undefined,
  destination: Ip,
): InputAnswer | undefined {
  const all = view.sysctl('net.ipv4.conf.all.rp_filter')
  const own = linkSysctl(view, inDevice, 'rp_filter')
  if (source === undefined) return undefined
  if (source.value === 0n) return undefined
  const acceptsLocal = isOn(view, inDevice, 'accept_local')
  const local = packet.source === undefined ? undefined : ownAddress(view, packet.source)
  if (local && !acceptsLocal) {
    return {
      kind: 'drop',
      disposition: 'dropped',
      detail: `martian source: ${packet.source} is an address of ${local.ifname} here`,
      evidence: [view.ref('addresses', `${local.ifindex} ${local.local}/${local.prefixlen}`)],
    }
  }
  // What came by IPsec has been checked by its policy.
  const filter = packet.secpath.length > 0 ? 0 : Math.max(all ?? 0, own ?? 0)
  if (all === undefined && own === undefined) return undefined
  const check = (level: number) =>
    reverseCheck(view, packet, inDevice, { source, destination, filter: level, acceptsLocal })
  if (all !== undefined || packet.secpath.length > 0) return filter === 0 ? undefined : check(filter)
  // What was not read of `all` may be stricter than the interface's own, or less strict: 2 wins over 1.
  const strict = check(1)
  if (!strict || (filter > 0 && check(2))) return strict
  const reason = 'whether the way back has to lead the same way (net.ipv4.conf.all.rp_filter) was not read'
  return { kind: 'unknown', reason, evidence: [] }
}

/** IN_DEV_ORCONF: for one interface or for all; off where it was not read, as nearly everywhere. */
function isOn(view: View, inDevice: string, setting: string): boolean {
  return view.sysctl(`net.ipv4.conf.all.${setting}`) === 1 || linkSysctl(view, inDevice, setting) === 1
}

function reverseCheck(
  view: View,
  packet: Packet,
  inDevice: string,
  {
    source,
    destination,
    filter,
    acceptsLocal,
  }: { source: Ip; destination: Ip; filter: number; acceptsLocal: boolean },
): InputAnswer | undefined {
  const name =
    (view.sysctl('net.ipv4.conf.all.rp_filter') ?? 0) === filter ? 'all' : inDevice.replaceAll('.', '/')
  const setting = `net.ipv4.conf.${name}.rp_filter`
  const query = {
    ...queryOf(packet),
    destination: source,
    source: destination,
    iif: 'lo',
    oif: null,
    mark: isOn(view, inDevice, 'src_valid_mark') ? packet.mark : 0,
  }
  const back = lookUpRoute(view, query)
  if (back.kind === 'unknown') return back
  const refuse = (where: string): InputAnswer => ({
    kind: 'drop',
    disposition: 'dropped',
    detail: `the way back to ${packet.source} is not by ${where}: ${setting} is ${filter}`,
    evidence: [view.ref('sysctls', setting), ...back.evidence],
  })
  const isFit = back.kind === 'route' && (back.type === 'unicast' || (back.type === 'local' && acceptsLocal))
  if (!isFit) return refuse(inDevice)
  if (back.ways.some(way => way.dev === inDevice)) return undefined
  if (filter === 1) return refuse(inDevice)
  const missing = view.missing('rtnl.addresses')
  if (missing !== undefined)
    return { kind: 'unknown', reason: `the addresses were not read: ${missing}`, evidence: [] }
  // Any way back is enough, but not for a device that has no address itself.
  const hasAddress = view.addressesOf(inDevice).some(({ family }) => family === 'inet')
  return hasAddress ? undefined : refuse(`${inDevice}, which has no address`)
}
