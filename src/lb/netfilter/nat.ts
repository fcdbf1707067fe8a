import { formatIp, parseIp } from '../../util/prefix.ts'
import { type Connection, inverse, type Tuple } from '../connection.ts'
import type { Packet } from '../packet.ts'
import type { Hook } from './place.ts'

/** What the NAT targets share (struct nf_nat_range2). */
export type NatRange = {
  readonly addresses?: { readonly first: string; readonly last: string }
  readonly ports?: { readonly first: number; readonly last: number }
  readonly basePort?: number
  readonly random?: boolean
  readonly randomFully?: boolean
}

export type NatSide = 'source' | 'destination'

/** HOOK2MANIP of nf_nat.h. */
export function natSide(hook: Hook): NatSide {
  return hook === 'POSTROUTING' || hook === 'INPUT' ? 'source' : 'destination'
}

/** A range of addresses up to this size is followed address by address. */
const MOST_CHOICES = 8

/** The packets that nf_nat_setup_info may make of one; several when the kernel picks an address by a hash. */
export function setUpNat(
  packet: Packet,
  side: NatSide,
  range: NatRange,
): { packet: Packet; choice?: string }[] {
  const { connection } = packet
  if (!connection) return [{ packet }]
  const current = inverse(connection.reply)
  const address = side === 'source' ? current.source : current.destination
  const addresses = chooseAddresses(address, side, range)
  return addresses.map(chosen => {
    const port = choosePort(side === 'source' ? current.sourcePort : current.destinationPort, side, range)
    const changed: Tuple =
      side === 'source'
        ? { ...current, source: chosen, sourcePort: port }
        : { ...current, destination: chosen, destinationPort: port }
    const next = applyNat({ ...packet, connection: bindNat(connection, side, changed) }, side)
    return addresses.length > 1 ? { packet: next, choice: chosen ?? '?' } : { packet: next }
  })
}

/** find_best_ips_proto of nf_nat_core.c. */
function chooseAddresses(
  current: string | undefined,
  side: NatSide,
  { addresses }: NatRange,
): (string | undefined)[] {
  if (!addresses) return [current]
  const first = parseIp(addresses.first)
  const last = parseIp(addresses.last)
  if (!first || !last) return [undefined]
  if (first.value === last.value) return [addresses.first]
  const own = current === undefined ? undefined : parseIp(current)
  // A source that is in the range already is kept (nf_in_range of get_unique_tuple).
  if (side === 'source' && own && own.value >= first.value && own.value <= last.value) return [current]
  const size = last.value - first.value + 1n
  if (size < 1n || size > BigInt(MOST_CHOICES)) return [undefined]
  return Array.from({ length: Number(size) }, (_, i) =>
    formatIp({ ...first, value: first.value + BigInt(i) }),
  )
}

/** get_unique_tuple and nf_nat_l4proto_unique_tuple, as long as no other connection has the port. */
function choosePort(
  current: number | null | undefined,
  side: NatSide,
  { ports, basePort, random, randomFully }: NatRange,
): number | null | undefined {
  if (current === null) return null
  const isRandom = random === true || randomFully === true
  if (!ports) return isRandom ? undefined : current
  const { first, last } = ports
  if (first === last) return first
  if (basePort !== undefined) {
    if (current === undefined) return undefined
    const size = last - first + 1
    return first + (((((current - basePort) & 0xffff) % size) + size) % size)
  }
  if (isRandom || current === undefined) return undefined
  if (current >= first && current <= last) return current
  return side === 'destination' ? first : undefined
}

/** The connection with its answer's tuple changed. */
function bindNat(connection: Connection, side: NatSide, changed: Tuple): Connection {
  const current = inverse(connection.reply)
  const isChanged =
    changed.source !== current.source ||
    changed.destination !== current.destination ||
    changed.sourcePort !== current.sourcePort ||
    changed.destinationPort !== current.destinationPort
  return {
    ...connection,
    reply: inverse(changed),
    ...(side === 'source'
      ? { isSourceDone: true, isSourceNat: connection.isSourceNat || isChanged }
      : { isDestinationDone: true, isDestinationNat: connection.isDestinationNat || isChanged }),
  }
}

/** nf_nat_alloc_null_binding: no rule wanted anything. */
export function bindNothing(connection: Connection, side: NatSide): Connection {
  return { ...connection, ...(side === 'source' ? { isSourceDone: true } : { isDestinationDone: true }) }
}

/** nf_nat_packet: rewrites one side of a packet as its connection wants it; answers the other way round. */
export function applyNat(packet: Packet, side: NatSide): Packet {
  const { connection } = packet
  if (!connection) return packet
  const isReply = packet.connectionInfo === 'established-reply'
  const changes = (side === 'source') !== isReply ? connection.isSourceNat : connection.isDestinationNat
  if (!changes) return packet
  const target = inverse(isReply ? connection.original : connection.reply)
  return side === 'source'
    ? { ...packet, source: target.source, sourcePort: target.sourcePort }
    : { ...packet, destination: target.destination, destinationPort: target.destinationPort }
}
