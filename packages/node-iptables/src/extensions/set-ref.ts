import type { ByteReader, ByteWriter } from 'netlink-codec'
import type { Payload } from './extension.ts'
import { parseNumber } from '../text/words.ts'

/**
 * An ipset and the parts of the packet that are looked up in it, one a dimension.
 *
 * A rule's bytes hold the set's index alone, text its name alone. Who gives `setName` with the bytes gets both.
 */
export type SetReference = {
  readonly index?: number
  readonly set?: string
  readonly directions: readonly ('src' | 'dst')[]
}

/** IPSET_INVALID_ID of ip_set.h: no set. */
export const NO_SET = 0xffff
/** IPSET_DIM_MAX of ip_set.h. */
const MOST_DIMENSIONS = 6
/** IPSET_INV_MATCH and IPSET_RETURN_NOMATCH in the flags of struct xt_set_info. */
export const INV_MATCH = 1 << 0
export const RETURN_NOMATCH = 1 << 7
/** IPSET_SRC of the flags of struct xt_set_info_v0. */
const SRC_V0 = 0x1

/** struct xt_set_info (index u16, dim u8, flags u8) or, in revision 0, xt_set_info_v0 of xt_set.h. */
export function readSet({ reader, setName, revision }: Payload, at: number): SetReference | undefined {
  const index = reader.u16(at)
  const directions = revision === 0 ? directionsV0(reader, at) : directionsOf(reader, at)
  const set = setName?.(index)
  return directions && { index, ...(set !== undefined && { set }), directions }
}

function directionsOf(reader: ByteReader, at: number): SetReference['directions'] | undefined {
  const dimensions = reader.u8(at + 2)
  const flags = reader.u8(at + 3)
  if (dimensions > MOST_DIMENSIONS) return undefined
  return Array.from({ length: dimensions }, (_, i) => (flags & (2 << i) ? 'src' : 'dst'))
}

function directionsV0(reader: ByteReader, at: number): SetReference['directions'] {
  const directions: ('src' | 'dst')[] = []
  for (let i = 0; i < MOST_DIMENSIONS; i++) {
    const flags = reader.u32(at + 4 + 4 * i)
    if (flags === 0) break
    directions.push(flags & SRC_V0 ? 'src' : 'dst')
  }
  return directions
}

/** Writes struct xt_set_info; `flags` are those beside the directions. */
export function writeSet(writer: ByteWriter, set: SetReference | undefined, flags = 0): void {
  const directions = set?.directions ?? []
  const sources = directions.reduce((bits, direction, i) => (direction === 'src' ? bits | (2 << i) : bits), 0)
  writer
    .u16(set?.index ?? NO_SET)
    .u8(directions.length)
    .u8(sources | flags)
}

/** `NAME src,dst`; a set without a name is `<set:3>`, which no set can be called on a command line without quotes. */
export function printSet({ index, set, directions }: SetReference): string[] {
  return [set ?? `<set:${index}>`, directions.join(',')]
}

/** The two words behind `--match-set`, `--add-set` and so on. */
export function parseSet([name = '', list = '']: readonly string[]): SetReference | undefined {
  const directions = list.split(',')
  if (directions.length > MOST_DIMENSIONS || !directions.every(word => word === 'src' || word === 'dst'))
    return undefined
  const index = parseNumber(/^<set:(\d+)>$/.exec(name)?.[1], NO_SET)
  return index === undefined ? { set: name, directions } : { index, directions }
}
