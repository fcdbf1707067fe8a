import type { ByteReader, ByteWriter } from 'netlink-codec'
import {
  fullMask,
  type MaskedAddress,
  maskSuffix,
  parseMaskedAddress,
  readAddress,
  writeInetAddress,
} from '../address.ts'
import type { Family } from '../model.ts'
import { field, option, type OptionReader, parseNumber } from '../text/words.ts'
import type { NamedBits } from './names.ts'
import { parseNames } from './names.ts'
import { parseRangeTest, printRange, type Range, type RangeTest, readRange16 } from './range.ts'

/** Small tests that many matches are made of: a value, and whether it must hold or must not (`!`). */

export type NumberTest = { readonly number: number; readonly invert: boolean }
export type MaskedTest = MaskedAddress & { readonly invert: boolean }
export type NamesTest<N extends string> = { readonly any: readonly N[]; readonly invert: boolean }

/** Reader of a number with its `!`, for `field`. */
export const numberTest =
  (most?: number) =>
  (text: string, invert: boolean): NumberTest | undefined => {
    const number = parseNumber(text, most)
    return number === undefined ? undefined : { number, invert }
  }

export function printNumber(name: string, test: NumberTest | undefined): string[] {
  return test ? option(name, test.invert, String(test.number)) : []
}

/** An address and its mask, each a `union nf_inet_addr`. */
export function readMasked(reader: ByteReader, at: number, family: Family): MaskedAddress {
  return { address: readAddress(reader, at, family), mask: readAddress(reader, at + 16, family) }
}

export function writeMasked(writer: ByteWriter, test: MaskedAddress | undefined, family: Family): void {
  writeInetAddress(writer, test?.address, family)
  writeInetAddress(writer, test?.mask, family)
}

/** `10.0.0.0/8`; an address alone when the mask is full. */
export function printMasked({ address, mask }: MaskedAddress, family: Family): string {
  return mask === fullMask(family) ? address : address + maskSuffix(mask, family)
}

/** Reader of an address and mask with its `!`, for `field`. */
export const maskedTest =
  (family: Family) =>
  (text: string, invert: boolean): MaskedTest | undefined => {
    const test = parseMaskedAddress(text, family)
    return test && { ...test, invert }
  }

/** Reader of names between commas with their `!`, for `field`; `NONE` adds none. */
export const namesTest =
  <N extends string>(bits: NamedBits<N>) =>
  (text: string, invert: boolean): NamesTest<N> | undefined => {
    const words = text.split(',').filter(word => word !== 'NONE')
    const any = parseNames(words.join(','), bits)
    return any && { any, invert }
  }

/** Source and destination ports of a transport protocol. Absent: not tested. */
export type PortTests = {
  readonly sourcePorts?: RangeTest
  readonly destinationPorts?: RangeTest
  /**
   * Both tests are inverted and one of them is enough: the packet passes unless it has both ports. iptables-nft writes
   * `! --sport A ! --dport B` as one comparison of four bytes, and prints it like two tests.
   */
  readonly either?: true
}

/**
 * Two u16 in host order, of a struct that has no bit for "not tested": all ports is no test. All ports with `!` is one
 * that no packet passes, and iptables-save prints neither.
 */
export function readPorts(reader: ByteReader, at: number, invert: boolean): RangeTest | undefined {
  const test = { ...readRange16(reader, at), invert }
  return isNoTest(test) ? undefined : test
}

const isAllPorts = ({ first, last }: Range) => first === 0 && last === 0xffff
const isNoTest = (test: RangeTest) => isAllPorts(test) && !test.invert

export function writePorts(writer: ByteWriter, range: Range | undefined): void {
  writer.u16(range?.first ?? 0).u16(range?.last ?? 0xffff)
}

export function printPorts({ sourcePorts, destinationPorts }: PortTests): string[] {
  return [
    ...(sourcePorts ? option('--sport', sourcePorts.invert, printRange(sourcePorts)) : []),
    ...(destinationPorts ? option('--dport', destinationPorts.invert, printRange(destinationPorts)) : []),
  ]
}

/** As printPorts, without what `readPorts` says that iptables-save does not print. */
export function printSomePorts({ sourcePorts, destinationPorts }: PortTests): string[] {
  return printPorts({
    ...(sourcePorts && !isAllPorts(sourcePorts) && { sourcePorts }),
    ...(destinationPorts && !isAllPorts(destinationPorts) && { destinationPorts }),
  })
}

export const portOptions = {
  '--sport': field('sourcePorts', parseRangeTest),
  '--source-port': '--sport',
  '--dport': field('destinationPorts', parseRangeTest),
  '--destination-port': '--dport',
}

/** As portOptions, for structs without a bit for "not tested". */
export const somePortOptions = {
  ...portOptions,
  '--sport': somePorts('sourcePorts'),
  '--dport': somePorts('destinationPorts'),
}

function somePorts(key: keyof PortTests): OptionReader<PortTests> {
  return {
    values: 1,
    read([text = ''], invert) {
      const test = parseRangeTest(text, invert)
      return test && (isNoTest(test) ? {} : { [key]: test })
    },
  }
}

/** Bits of the tests that are there, and of those that must not hold. */
export function bitsOfTests(
  tests: readonly (readonly [bit: number, test: { readonly invert: boolean } | undefined])[],
): {
  tested: number
  inverted: number
} {
  let tested = 0
  let inverted = 0
  for (const [bit, test] of tests) {
    if (test) tested |= bit
    if (test?.invert) inverted |= bit
  }
  return { tested, inverted }
}
