import { ByteReader, ipv4Text, ipv6Text } from 'netlink-codec'
import type { AddressTest, Family, InterfaceTest } from '../../model.ts'
import { protocolName } from '../../protocols.ts'
import type { Meta, PayloadLoad } from '../expressions/packet.ts'
import type { Loaded, PlainSource } from '../registers.ts'
import { hexBytes } from '../verdict.ts'
import { type Draft, matchOfWords, type PortTest, transportTests } from './draft.ts'

/** A comparison of what a register holds: `cmp`, or `range` as two bounds. Data is hex in the packet's byte order. */
export type Comparison =
  | { readonly op: 'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte'; readonly data: string }
  | { readonly op: 'within' | 'outside'; readonly from: string; readonly to: string }

/** Adds one test to the draft; false when iptables has no such test. */
export function addTest(draft: Draft, loaded: Loaded<PlainSource>, comparison: Comparison): boolean {
  const mask = maskOf(loaded)
  if (mask === null) return false
  switch (loaded.source.name) {
    case 'meta':
      return addMetaTest(draft, loaded.source, mask, comparison)
    case 'payload':
      return loaded.source.base === 'network'
        ? addNetworkTest(draft, loaded.source, mask, comparison)
        : addTransportTest(draft, loaded, loaded.source, mask, comparison)
    default:
      return false
  }
}

/** The mask of the one `bitwise` that a test of iptables may have; undefined for none, null for another shape. */
function maskOf({ bitwise }: Loaded<PlainSource>): string | undefined | null {
  const [step, second] = bitwise
  if (!step) return undefined
  if (second || (step.op ?? 'mask-xor') !== 'mask-xor' || !/^0*$/.test(step.xor ?? '')) return null
  return step.mask ?? null
}

function addMetaTest(draft: Draft, { key }: Meta, mask: string | undefined, test: Comparison): boolean {
  if (test.op !== 'eq' && test.op !== 'neq') return false
  const invert = test.op === 'neq'
  switch (key) {
    case 'l4proto':
      return mask === undefined && addProtocol(draft, test.data, invert)
    case 'iifname':
      if (mask !== undefined || draft.ip.inInterface) return false
      draft.ip.inInterface = interfaceTest(test.data, invert)
      return true
    case 'oifname':
      if (mask !== undefined || draft.ip.outInterface) return false
      draft.ip.outInterface = interfaceTest(test.data, invert)
      return true
    case 'mark': {
      const suffix = mask === undefined ? '' : `/0x${littleEndian(mask).toString(16)}`
      const words = ['--mark', `0x${littleEndian(test.data).toString(16)}${suffix}`]
      draft.matches.push(matchOfWords('mark', invert ? ['!', ...words] : words, draft.family))
      return true
    }
    default:
      return false
  }
}

/** The protocol at offset 6 of the IPv6 header is that of the next header, which need not be the transport's. */
function addProtocol(draft: Draft, data: string, invert: boolean, firstHeader = false): boolean {
  const number = Number.parseInt(data.slice(0, 2), 16)
  const known = draft.ip.protocol
  if (known && (known.number !== number || known.invert !== invert)) return false
  // Two different fields that must both differ are no one test.
  if (known && invert && (known.firstHeader ?? false) !== firstHeader) return false
  const first = known?.firstHeader ?? firstHeader
  draft.ip.protocol = { number, name: protocolName(number), invert, ...(first && { firstHeader: true }) }
  return true
}

/** What `! -i +` becomes in iptables-nft: a name that no interface can have (nft_shared.c, since 1.8.8). */
const IMPOSSIBLE_INTERFACE = '494e56414c2f4400'

/** A name with its NUL is whole; without one it is how the interface's name begins. */
function interfaceTest(data: string, invert: boolean): InterfaceTest {
  if (data.startsWith(IMPOSSIBLE_INTERFACE)) return { name: '', wildcard: true, invert: true }
  const bytes = hexBytes(data)
  return {
    name: new ByteReader(bytes).text(0, bytes.length),
    wildcard: !bytes.includes(0),
    invert,
  }
}

/** Offsets in struct iphdr and struct ipv6hdr. */
const headers = {
  ip: { protocol: 9, source: 12, destination: 16, addressLength: 4 },
  ip6: { protocol: 6, source: 8, destination: 24, addressLength: 16 },
}
/** In IPv6 the next header is there, which is asked first. */
const IPV4_FRAGMENT_OFFSET = 6
const IP_OFFMASK = '1fff'

function addNetworkTest(
  draft: Draft,
  load: PayloadLoad,
  mask: string | undefined,
  test: Comparison,
): boolean {
  if (test.op !== 'eq' && test.op !== 'neq') return false
  const header = headers[draft.family]
  const invert = test.op === 'neq'
  switch (load.offset) {
    case header.source:
      if (draft.ip.source || load.length > header.addressLength) return false
      draft.ip.source = addressTest(draft.family, load.length, mask, test.data, invert)
      return true
    case header.destination:
      if (draft.ip.destination || load.length > header.addressLength) return false
      draft.ip.destination = addressTest(draft.family, load.length, mask, test.data, invert)
      return true
    case header.protocol:
      return (
        mask === undefined &&
        load.length === 1 &&
        addProtocol(draft, test.data, invert, draft.family === 'ip6')
      )
    case IPV4_FRAGMENT_OFFSET:
      if (load.length !== 2 || mask !== IP_OFFMASK || test.data !== '0000') return false
      draft.ip.fragment = { invert: !invert }
      return true
    default:
      return false
  }
}

/** Prefixes of whole bytes are shorter loads without a mask (iptables 1.8.6 and newer). */
function addressTest(
  family: Family,
  length: number,
  mask: string | undefined,
  data: string,
  invert: boolean,
): AddressTest {
  return {
    address: addressText(family, data),
    mask: addressText(family, mask ?? 'ff'.repeat(length)),
    invert,
  }
}

function addressText(family: Family, hex: string): string {
  const length = headers[family].addressLength
  const reader = new ByteReader(hexBytes(hex.slice(0, 2 * length).padEnd(2 * length, '0')))
  return family === 'ip' ? ipv4Text(reader, 0) : ipv6Text(reader, 0)
}

const TCP_FLAGS_OFFSET = 13

function addTransportTest(
  draft: Draft,
  loaded: Loaded<PlainSource>,
  load: PayloadLoad,
  mask: string | undefined,
  test: Comparison,
): boolean {
  if (load.base !== 'transport') return false
  if (load.offset === TCP_FLAGS_OFFSET && load.length === 1) return addFlags(draft, mask, test)
  if (mask !== undefined) return false
  if (load.length === 4 && load.offset === 0 && (test.op === 'eq' || test.op === 'neq')) {
    // iptables-nft joins two inverted ports as well, though the kernel then matches when only one of them differs. It
    // prints them as two inverted tests.
    const source: Comparison = { op: test.op, data: test.data.slice(0, 4) }
    const destination: Comparison = { op: test.op, data: test.data.slice(4, 8) }
    if (test.op === 'neq') transportTests(draft).either = true
    return addPort(draft, 'source', loaded, source) && addPort(draft, 'destination', loaded, destination)
  }
  if (load.length !== 2 || (load.offset !== 0 && load.offset !== 2)) return false
  return addPort(draft, load.offset === 0 ? 'source' : 'destination', loaded, test)
}

function addFlags(draft: Draft, mask: string | undefined, test: Comparison): boolean {
  if (mask === undefined || (test.op !== 'eq' && test.op !== 'neq')) return false
  const bits = Number.parseInt(mask.slice(0, 2), 16)
  const set = Number.parseInt(test.data.slice(0, 2), 16)
  const tests = transportTests(draft)
  // The two bits above URG are ECN's; iptables has no names for them.
  if (tests.flags || (bits | set) & 0xc0) return false
  tests.flags = { mask: bits, set, invert: test.op === 'neq' }
  return true
}

function addPort(
  draft: Draft,
  which: 'source' | 'destination',
  load: unknown,
  comparison: Comparison,
): boolean {
  const test = portTest(comparison, load)
  const tests = transportTests(draft)
  const known = tests[which]
  if (!known) {
    tests[which] = test
    return true
  }
  // A range may be told as two comparisons of one load: at least, then at most.
  if (known.load !== load || known.invert || test.invert) return false
  known.first = Math.max(known.first, test.first)
  known.last = Math.min(known.last, test.last)
  return true
}

function portTest(comparison: Comparison, load: unknown): PortTest {
  const port = (hex: string) => Number.parseInt(hex.slice(0, 4), 16)
  switch (comparison.op) {
    case 'within':
    case 'outside': {
      const invert = comparison.op === 'outside'
      return { first: port(comparison.from), last: port(comparison.to), invert, load }
    }
    case 'eq':
    case 'neq': {
      const only = port(comparison.data)
      return { first: only, last: only, invert: comparison.op === 'neq', load }
    }
    case 'lt':
      return { first: 0, last: port(comparison.data) - 1, invert: false, load }
    case 'lte':
      return { first: 0, last: port(comparison.data), invert: false, load }
    case 'gt':
      return { first: port(comparison.data) + 1, last: 0xffff, invert: false, load }
    case 'gte':
      return { first: port(comparison.data), last: 0xffff, invert: false, load }
  }
}

/** A value in host order, as marks are. */
function littleEndian(hex: string): number {
  return new ByteReader(hexBytes(hex.padEnd(8, '0'))).u32(0)
}
