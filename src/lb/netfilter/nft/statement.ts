import { formatIp } from '../../../util/prefix.ts'
import type { Packet } from '../../packet.ts'
import { applyTarget } from '../target.ts'
import type { Place } from '../place.ts'
import { natSide, type NatRange, setUpNat } from '../nat.ts'
import type { Effect } from '../outcome.ts'
import { type Bytes, numberOfHost, numberOfNetwork } from './bytes.ts'
import type { Ct, Masq, Meta, Nat, Payload, Reject, Verdict } from './expression.ts'
import { read, type Registers } from './registers.ts'

export type Stated = { readonly effect: Effect; readonly packet: Packet; readonly choice?: string }

/** What a verdict does; undefined for one that lets the rule go on. */
export function verdictEffect({ code, chain }: Verdict): Effect {
  switch (code) {
    case 'accept':
    case 'drop':
    case 'return':
      return { kind: code }
    case 'continue':
    case 'break':
      return { kind: 'continue' }
    case 'jump':
    case 'goto':
      return { kind: code, chain: chain ?? '' }
    default:
      return {
        kind: 'unknown',
        reason: code === 'queue' ? 'a program decides about it (nfqueue)' : `verdict ${code}`,
      }
  }
}

/** `meta mark set` and its like; what is not followed changes nothing. */
export function setMeta({ key, sreg }: Meta, registers: Registers, packet: Packet): Packet {
  return key === 'mark' ? { ...packet, mark: numberOfHost(read(registers, sreg!, 4)) } : packet
}

export function setCt({ key, sreg, direction }: Ct, registers: Registers, packet: Packet): Packet {
  const { connection } = packet
  if (key === 'zone') {
    // nft_ct_set_zone_eval: only a connection or a template is in its way. What was not to be tracked is tracked again.
    const isOpen = packet.connectionInfo === 'none' || packet.connectionInfo === 'untracked'
    if (connection || packet.zone || !isOpen) return packet
    const side = direction === 'original' || direction === 'reply' ? direction : 'both'
    return {
      ...packet,
      connectionInfo: 'none',
      zone: { id: numberOfHost(read(registers, sreg!, 2)), side },
    }
  }
  if (key !== 'mark' || !connection) return packet
  return { ...packet, connection: { ...connection, mark: numberOfHost(read(registers, sreg!, 4)) } }
}

/** nft_payload_set_eval, of the fields that are followed. */
export function setPayload(
  { base, offset, length, sreg }: Payload,
  registers: Registers,
  packet: Packet,
): Packet {
  const bytes = read(registers, sreg!, length)
  const isIpv4 = packet.family === 'inet'
  if (base === 'network' && isIpv4) {
    if (offset === 8 && length === 1) return { ...packet, ttl: bytes[0] }
    if (offset === 8 && length === 2) return { ...packet, ttl: bytes[0], protocol: bytes[1] }
    if (offset === 0 && length === 2) return { ...packet, tos: bytes[1] }
    if (offset === 1 && length === 1) return { ...packet, tos: bytes[0] }
    if (offset === 12 && length === 4) return { ...packet, source: addressOf(bytes) }
    if (offset === 16 && length === 4) return { ...packet, destination: addressOf(bytes) }
  }
  if (base === 'network' && !isIpv4) {
    if (offset === 7 && length === 1) return { ...packet, ttl: bytes[0] }
    if (offset === 6 && length === 2) return { ...packet, protocol: bytes[0], ttl: bytes[1] }
    if (offset === 8 && length === 16) return { ...packet, source: addressOf(bytes) }
    if (offset === 24 && length === 16) return { ...packet, destination: addressOf(bytes) }
    return { ...packet, tos: undefined }
  }
  if (base === 'transport' && offset === 0 && length === 2)
    return { ...packet, sourcePort: numberOfNetwork(bytes) }
  if (base === 'transport' && offset === 2 && length === 2)
    return { ...packet, destinationPort: numberOfNetwork(bytes) }
  return packet
}

export function addressOf(bytes: Bytes): string | undefined {
  if (bytes.includes(undefined)) return undefined
  const value = bytes.reduce<bigint>((sum, byte) => (sum << 8n) | BigInt(byte!), 0n)
  return formatIp({ bits: bytes.length === 4 ? 32 : 128, value })
}

/** nft_nat_eval: addresses and ports lie in registers. */
export function natStatement(expression: Nat, registers: Registers, packet: Packet, place: Place): Stated[] {
  const side = expression.type === 'snat' ? 'source' : 'destination'
  if (expression.flags?.includes('netmap')) return [{ effect: unknown('NAT by netmap'), packet }]
  const length = packet.family === 'inet' ? 4 : 16
  const { addressMin, addressMax } = expression
  const first = addressMin === undefined ? undefined : addressOf(read(registers, addressMin, length))
  const last = addressMax === undefined ? first : addressOf(read(registers, addressMax, length))
  if (addressMin !== undefined && (first === undefined || last === undefined)) {
    return [{ effect: unknown('the address of NAT is not known'), packet }]
  }
  const range = { ...portsOf(expression, registers), ...(first && last && { addresses: { first, last } }) }
  if (side !== natSide(place.hook)) return [{ effect: { kind: 'accept' }, packet }]
  return setUpNat(packet, side, range).map(made => ({ effect: { kind: 'accept' }, ...made }))
}

function portsOf({ protoMin, protoMax, flags }: Masq, registers: Registers): NatRange {
  const random = flags?.includes('random') || flags?.includes('fully-random')
  if (protoMin === undefined) return random ? { random } : {}
  const first = numberOfNetwork(read(registers, protoMin, 2))
  const last = protoMax === undefined ? first : numberOfNetwork(read(registers, protoMax, 2))
  if (first === undefined || last === undefined) return { random: true }
  return { ports: { first, last }, ...(random && { random }) }
}

const unknown = (reason: string): Effect => ({ kind: 'unknown', reason })

export function masqueradeStatement(
  name: 'MASQUERADE' | 'REDIRECT',
  expression: Masq,
  registers: Registers,
  packet: Packet,
  place: Place,
): Stated[] {
  return applyTarget(
    { name, ...portsOf(expression, registers) } as Parameters<typeof applyTarget>[0],
    packet,
    place,
  )
}

export function rejectStatement({ type, code }: Reject): Effect {
  return { kind: 'reject', with: type === 'tcp-reset' ? 'tcp-reset' : `${type} code ${code ?? 0}` }
}
