import type { NetfilterRule } from '../../snapshot/index.ts'
import { type Ip, isMulticast, parseIp } from '../../util/prefix.ts'
import { all, type Maybe } from '../maybe.ts'
import type { Packet } from '../packet.ts'
import { addressType } from '../routing/fib.ts'
import { lookUpRoute } from '../routing/lookup.ts'
import type { Place } from './place.ts'

type Match = Extract<NetfilterRule['matches'][number], { readonly name: 'addrtype' }>
type NamesTest = NonNullable<Match['source']>

/** addrtype_mt_v1 of xt_addrtype.c. */
export function matchAddressType(match: Match, packet: Packet, place: Place): Maybe {
  if (place.view.missing('rtnl.routes') !== undefined) return undefined
  const dev =
    match.limitInterface === 'in'
      ? (packet.inDevice ?? undefined)
      : match.limitInterface === 'out'
        ? (packet.outDevice ?? undefined)
        : undefined
  return all([
    test(match.source, packet.source, place, dev),
    test(match.destination, packet.destination, place, dev),
  ])
}

function test(
  names: NamesTest | undefined,
  address: string | undefined,
  place: Place,
  dev: string | undefined,
): Maybe {
  if (!names) return true
  const ip = address === undefined ? undefined : parseIp(address)
  if (!ip) return undefined
  const any: readonly string[] = names.any
  const fits =
    ip.bits === 32
      ? any.includes(addressType(place.view.fib('inet'), ip, dev).toUpperCase())
      : matchIpv6(any, ip, place, dev)
  return fits === undefined ? undefined : fits !== names.invert
}

/** match_type6: the names are tested one by one, and routing is asked about the rest. */
function matchIpv6(any: readonly string[], ip: Ip, { view }: Place, dev: string | undefined): Maybe {
  if (any.includes('MULTICAST') && !isMulticast(ip)) return false
  if (any.includes('UNICAST') && (isMulticast(ip) || ip.value === 0n)) return false
  if (any.includes('UNSPEC') && ip.value !== 0n) return false
  if (!any.some(name => ['LOCAL', 'ANYCAST', 'UNREACHABLE', 'PROHIBIT'].includes(name))) return true
  const query = {
    destination: ip,
    source: null,
    iif: 'lo',
    oif: dev ?? null,
    mark: 0,
    tos: 0,
    protocol: 0,
    sourcePort: null,
    destinationPort: null,
  }
  const answer = lookUpRoute(view, query)
  if (answer.kind === 'unknown') return undefined
  if (answer.kind === 'none') return any.includes('UNREACHABLE')
  const isAsked = answer.type === 'local' || answer.type === 'anycast'
  return isAsked && any.includes(answer.type.toUpperCase())
}
