import type { NetfilterRule } from '../../snapshot/index.ts'
import { parseIp } from '../../util/prefix.ts'
import { invertIf, type Maybe } from '../maybe.ts'
import type { Packet } from '../packet.ts'
import { lookUpRoute } from '../routing/lookup.ts'
import type { Place } from './place.ts'

type Match = Extract<NetfilterRule['matches'][number], { readonly name: 'rpfilter' }>

/** rpfilter_mt of ipt_rpfilter.c: a route back to the sender leads out by the interface that the packet came in by. */
export function matchRpfilter(match: Match, packet: Packet, { view }: Place): Maybe {
  return invertIf(passes(match, packet, view), match.invert === true)
}

function passes(match: Match, packet: Packet, view: Place['view']): Maybe {
  const device = packet.inDevice === null ? undefined : view.link(packet.inDevice)
  if (!device) return undefined
  if (device.flags.includes('LOOPBACK')) return true
  const source = packet.source === undefined ? undefined : parseIp(packet.source)
  const destination = packet.destination === undefined ? undefined : parseIp(packet.destination)
  if (!source || !destination) return undefined
  const answer = lookUpRoute(view, {
    destination: source,
    source: destination,
    iif: 'lo',
    oif: null,
    mark: match.validMark ? packet.mark : 0,
    tos: packet.tos,
    protocol: undefined,
    sourcePort: undefined,
    destinationPort: undefined,
  })
  if (answer.kind === 'unknown') return undefined
  if (answer.kind === 'none') return false
  if (answer.type !== 'unicast' && (answer.type !== 'local' || !match.acceptLocal)) return false
  return match.loose === true || answer.ways.some(way => way.dev === packet.inDevice)
}
