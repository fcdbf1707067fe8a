import { type ByteReader, DecodeError } from 'netlink-codec'
import { readAddress } from '../address.ts'
import { decodeMatch, decodeTarget, type Match, type Target } from '../extensions/registry.ts'
import { readInterface } from '../interface.ts'
import type { AddressTest, Family, HeaderTests, Rule } from '../model.ts'
import { protocolName } from '../protocols.ts'
import {
  ENTRIES_HEADER,
  ERROR_NAME_SIZE,
  EXTENSION_HEADER,
  EXTENSION_NAME,
  EXTENSION_NAME_SIZE,
  EXTENSION_REVISION,
  entryLayouts,
  INV_DSTIP,
  INV_FRAG,
  INV_PROTO,
  INV_SRCIP,
  INV_VIA_IN,
  INV_VIA_OUT,
  verdictNumbers,
} from './layout.ts'

/** What an entry is read with. */
export type EntryContext = {
  readonly reader: ByteReader
  readonly family: Family
  /** User chains by the offset of their first rule. */
  readonly chainNames: ReadonlyMap<number, string>
  readonly setName: ((index: number) => string | undefined) | undefined
}

/** One entry as a rule; `offset` is from the first entry on. */
export function readEntry(context: EntryContext, offset: number, chain: string): Rule {
  const { reader, family } = context
  const layout = entryLayouts[family]
  const at = ENTRIES_HEADER + offset
  const target = at + reader.u16(at + layout.targetOffset)
  return {
    chain,
    packets: reader.u64(at + layout.packets),
    bytes: reader.u64(at + layout.bytes),
    ip: readHeader(reader, at, family),
    matches: readMatches(context, at + layout.matches, target),
    target: readTarget(context, at, target),
  }
}

/** Runs once a rule: fields are set one by one, which costs no object but the result. */
function readHeader(reader: ByteReader, at: number, family: Family): HeaderTests {
  const layout = entryLayouts[family]
  const { source, sourceMask, destination, destinationMask, inInterface, inMask, outInterface, outMask } =
    layout
  const invert = reader.u8(at + layout.invert)
  const number = reader.u16(at + layout.protocol)
  const ip: { -readonly [Key in keyof HeaderTests]: HeaderTests[Key] } = {}
  const from = readAddressTest(reader, at + source, at + sourceMask, family, (invert & INV_SRCIP) !== 0)
  if (from) ip.source = from
  const to = readAddressTest(
    reader,
    at + destination,
    at + destinationMask,
    family,
    (invert & INV_DSTIP) !== 0,
  )
  if (to) ip.destination = to
  const wayIn = readInterface(reader, at + inInterface, at + inMask, (invert & INV_VIA_IN) !== 0)
  if (wayIn) ip.inInterface = wayIn
  const wayOut = readInterface(reader, at + outInterface, at + outMask, (invert & INV_VIA_OUT) !== 0)
  if (wayOut) ip.outInterface = wayOut
  if (number !== 0) {
    ip.protocol = { number, name: protocolName(number), invert: (invert & INV_PROTO) !== 0 }
  }
  if (reader.u8(at + layout.flags) & layout.fragmentFlag) {
    ip.fragment = { invert: (invert & INV_FRAG) !== 0 }
  }
  return ip
}

/** Undefined for the test that every address passes, which iptables does not print. */
function readAddressTest(
  reader: ByteReader,
  at: number,
  maskAt: number,
  family: Family,
  invert: boolean,
): AddressTest | undefined {
  const size = family === 'ip' ? 4 : 16
  let tested = invert
  for (let i = 0; !tested && i < size; i += 4) tested = (reader.u32(maskAt + i) | reader.u32(at + i)) !== 0
  return tested
    ? { address: readAddress(reader, at, family), mask: readAddress(reader, maskAt, family), invert }
    : undefined
}

function readMatches({ reader, family, setName }: EntryContext, from: number, to: number): Match[] {
  const matches: Match[] = []
  for (let at = from; at < to; ) {
    const size = reader.u16(at)
    if (size < EXTENSION_HEADER || at + size > to) throw new DecodeError(`match of ${size} bytes`, at)
    const name = readExtensionName(reader, at)
    const revision = reader.u8(at + EXTENSION_REVISION)
    const payload = {
      reader,
      at: at + EXTENSION_HEADER,
      length: size - EXTENSION_HEADER,
      revision,
      family,
      setName,
    }
    matches.push(decodeMatch(name, payload))
    at += size
  }
  return matches
}

function readTarget(
  { reader, family, chainNames, setName }: EntryContext,
  at: number,
  target: number,
): Target {
  const layout = entryLayouts[family]
  const next = at + reader.u16(at + layout.nextOffset)
  const size = reader.u16(target)
  if (size < EXTENSION_HEADER || target + size > next)
    throw new DecodeError(`target of ${size} bytes`, target)
  const verdict = isStandard(reader, target) ? readVerdict(reader, target) : undefined
  if (typeof verdict === 'string') return { name: verdict }
  if (typeof verdict === 'number' && verdict >= 0) {
    const isGoto = (reader.u8(at + layout.flags) & layout.gotoFlag) !== 0
    // A jump to the very next rule is how the kernel holds a rule without a target.
    if (!isGoto && verdict === next - ENTRIES_HEADER) return { name: 'none' }
    const chain = chainNames.get(verdict)
    if (chain === undefined) throw new DecodeError(`jump to ${verdict}, where no chain begins`, target)
    return { name: isGoto ? 'goto' : 'jump', chain }
  }
  return decodeTarget(readExtensionName(reader, target), {
    reader,
    at: target + EXTENSION_HEADER,
    length: size - EXTENSION_HEADER,
    revision: reader.u8(target + EXTENSION_REVISION),
    family,
    setName,
  })
}

/** The standard target has no name: its payload is a verdict. */
export function isStandard(reader: ByteReader, target: number): boolean {
  return reader.u8(target + EXTENSION_NAME) === 0
}

/** A verdict's name, the offset of a jump, or another number, of which this package knows no name. */
export function readVerdict(reader: ByteReader, target: number): keyof typeof verdictNumbers | number {
  const verdict = reader.s32(target + EXTENSION_HEADER)
  switch (verdict) {
    case verdictNumbers.ACCEPT:
      return 'ACCEPT'
    case verdictNumbers.DROP:
      return 'DROP'
    case verdictNumbers.QUEUE:
      return 'QUEUE'
    case verdictNumbers.RETURN:
      return 'RETURN'
    default:
      return verdict
  }
}

export function readExtensionName(reader: ByteReader, at: number): string {
  return reader.text(at + EXTENSION_NAME, EXTENSION_NAME_SIZE)
}

/** The name in an ERROR target: that of the user chain that begins behind it. */
export function readErrorName(reader: ByteReader, target: number): string {
  return reader.text(target + EXTENSION_HEADER, ERROR_NAME_SIZE)
}
