import type { NetfilterRule } from '../../snapshot/index.ts'
import { parseIp } from '../../util/prefix.ts'
import { IPPROTO_TCP, type Packet } from '../packet.ts'
import { primaryAddress, selectSource } from '../routing/source.ts'
import { type NatRange, natSide, setUpNat } from './nat.ts'
import type { Effect, RuleResult } from './outcome.ts'
import type { Place } from './place.ts'

type Target = NetfilterRule['target']
type Named<Name extends Target['name']> = Extract<Target, { readonly name: Name }>
type Applied = Pick<RuleResult, 'effect' | 'packet'> & { readonly choice?: string }

const go: Effect = { kind: 'continue' }
const accept: Effect = { kind: 'accept' }
const drop: Effect = { kind: 'drop' }

/** Targets that change nothing of what is followed here, though their extension is not known to us. */
const harmless = new Set(['TEE', 'AUDIT', 'IDLETIMER', 'LED', 'RATEEST', 'SECMARK', 'CONNSECMARK', 'ULOG'])

/** What the target of a rule of iptables does to a packet. Several when the kernel has a choice. */
export function applyTarget(target: Target, packet: Packet, place: Place): Applied[] {
  switch (target.name) {
    case 'ACCEPT':
      return [{ effect: accept, packet }]
    case 'DROP':
      return [{ effect: drop, packet }]
    case 'RETURN':
      return [{ effect: { kind: 'return' }, packet }]
    case 'jump':
    case 'goto':
      return [{ effect: { kind: target.name, chain: target.chain }, packet }]
    case 'REJECT':
      return [{ effect: { kind: 'reject', with: target.with }, packet }]
    case 'QUEUE':
    case 'NFQUEUE':
      return [{ effect: { kind: 'unknown', reason: 'a program decides about it (nfqueue)' }, packet }]
    case 'TPROXY':
      return [{ effect: { kind: 'unknown', reason: 'TPROXY hands it to a local socket' }, packet }]
    case 'unknown':
      if (harmless.has(target.extension)) return [{ effect: go, packet }]
      return [{ effect: { kind: 'unknown', reason: `target ${target.extension} is not known` }, packet }]
    case 'DNAT':
    case 'SNAT':
      return nat(packet, place, target)
    case 'MASQUERADE':
      return masquerade(packet, place, target)
    case 'REDIRECT':
      return redirect(packet, place, target)
    case 'TCPMSS':
      return [{ effect: go, packet: clampMss(target, packet, place) }]
    default:
      return [{ effect: go, packet: change(target, packet) }]
  }
}

/** Targets after which the rules go on. */
function change(target: Target, packet: Packet): Packet {
  switch (target.name) {
    case 'MARK':
      return { ...packet, mark: setBits(packet.mark, target.mark, target.mask) }
    case 'CONNMARK':
      return changeConnmark(target, packet)
    case 'NOTRACK':
      return untrack(packet)
    case 'CT':
      return target.notrack ? untrack(packet) : withZone(packet, target.zone)
    case 'TTL':
    case 'HL':
      return { ...packet, ttl: changeTtl(packet.ttl, target) }
    case 'TOS':
      return {
        ...packet,
        tos: packet.tos === undefined ? undefined : ((packet.tos & ~target.mask) ^ target.value) & 0xff,
      }
    case 'DSCP':
      return { ...packet, tos: packet.tos === undefined ? undefined : (packet.tos & 3) | (target.dscp << 2) }
    case 'SET':
      return target.mapMark ? { ...packet, mark: undefined } : packet
    default:
      return packet
  }
}

/** tcpmss_mangle_packet of xt_TCPMSS.c: it lowers, and never raises; to a number, or to what the devices on both sides take. */
function clampMss({ mss }: Named<'TCPMSS'>, packet: Packet, { view }: Place): Packet {
  if (packet.protocol !== IPPROTO_TCP) return packet
  const headers = packet.family === 'inet' ? 40 : 60
  const mtus = [packet.inDevice, packet.outDevice].flatMap(name =>
    name === null ? [] : (view.link(name)?.mtu ?? []),
  )
  const lowest = mss === 'clamp-to-pmtu' ? Math.min(...mtus) - headers : mss
  return Number.isFinite(lowest) ? { ...packet, mss: Math.min(lowest, packet.mss ?? lowest) } : packet
}

/** xt_ct_target: a template with a zone, for what is not tracked yet. */
function withZone(packet: Packet, zone: Named<'CT'>['zone']): Packet {
  // What has a template, or is untracked, is left alone.
  if (!zone || packet.connection || packet.zone || packet.connectionInfo !== 'none') return packet
  const side = zone.side === undefined ? 'both' : zone.side === 'orig' ? 'original' : 'reply'
  const id = zone.id === 'mark' ? packet.mark && packet.mark & 0xffff : zone.id
  return { ...packet, zone: { id, side } }
}

/** xt_CT.c and xt_NOTRACK leave alone what is tracked already. */
function untrack(packet: Packet): Packet {
  return packet.connection || packet.zone ? packet : { ...packet, connectionInfo: 'untracked' }
}

function changeTtl(ttl: number | undefined, { change, value }: Named<'TTL' | 'HL'>): number | undefined {
  if (change === 'set') return value
  if (ttl === undefined) return undefined
  return change === 'inc' ? Math.min(255, ttl + value) : Math.max(0, ttl - value)
}

/** `(old & ~mask) ^ value`, of unsigned 32 bits. */
export function setBits(old: number | undefined, value: number, mask: number): number | undefined {
  if (old === undefined) return mask === 0xffff_ffff ? value : undefined
  return ((old & ~mask) ^ value) >>> 0
}

/** connmark_tg_shift of xt_connmark.c. */
function changeConnmark(target: Named<'CONNMARK'>, packet: Packet): Packet {
  const { connection } = packet
  if (!connection) return packet.connectionInfo === 'unknown' ? { ...packet, mark: undefined } : packet
  const { mode, mark = 0, connectionMask, packetMask = 0xffff_ffff, shift } = target
  const shifted = (value: number | undefined): number | undefined => {
    if (value === undefined || !shift) return value
    // A shift of 32 bits and more is what the processor makes of it; nobody writes that.
    return (shift.direction === 'right' ? value >>> shift.bits : value << shift.bits) >>> 0
  }
  if (mode === 'restore') {
    const taken =
      connection.mark === undefined ? undefined : shifted((connection.mark & connectionMask) >>> 0)
    return { ...packet, mark: taken === undefined ? undefined : setBits(packet.mark, taken, packetMask) }
  }
  const next =
    mode === 'set'
      ? shifted(setBits(connection.mark, mark, connectionMask))
      : xorInto(
          connection.mark,
          packet.mark === undefined ? undefined : shifted((packet.mark & packetMask) >>> 0),
          connectionMask,
        )
  return { ...packet, connection: { ...connection, mark: next } }
}

function xorInto(old: number | undefined, value: number | undefined, mask: number): number | undefined {
  return value === undefined ? undefined : setBits(old, value, mask)
}

function nat(packet: Packet, place: Place, range: NatRange): Applied[] {
  return setUpNat(packet, natSide(place.hook), range).map(made => ({ effect: accept, ...made }))
}

/** nf_nat_masquerade_ipv4: the address that the way out has towards the next hop; nf_nat_masquerade_ipv6: towards the destination. */
function masquerade(packet: Packet, place: Place, target: Named<'MASQUERADE'>): Applied[] {
  if (packet.outDevice === null)
    return [{ effect: { kind: 'unknown', reason: 'MASQUERADE without an interface' }, packet }]
  const other = packet.family === 'inet' ? place.nextHop : packet.destination
  const towards = other === undefined ? undefined : parseIp(other)
  const address = selectSource(place.view, packet.outDevice, towards, packet.family)
  if (address === undefined) return [{ effect: withoutAddress(place), packet }]
  return nat(packet, place, { ...target, addresses: { first: address, last: address } })
}

/** A device without an address drops (NF_DROP); one whose addresses were not read may have one. */
function withoutAddress({ view }: Place): Effect {
  const missing = view.missing('rtnl.addresses')
  return missing === undefined
    ? drop
    : { kind: 'unknown', reason: `the addresses of ${view.namespace.name} were not read: ${missing}` }
}

/** nf_nat_redirect_ipv4. */
function redirect(packet: Packet, place: Place, target: Named<'REDIRECT'>): Applied[] {
  const loopback = packet.family === 'inet' ? '127.0.0.1' : '::1'
  const address =
    place.hook === 'OUTPUT' || packet.inDevice === null
      ? loopback
      : primaryAddress(place.view, packet.inDevice, packet.family)
  if (address === undefined) return [{ effect: withoutAddress(place), packet }]
  return nat(packet, place, { ...target, addresses: { first: address, last: address } })
}
