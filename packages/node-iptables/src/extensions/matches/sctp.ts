import type { ByteReader } from 'netlink-codec'
import { type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { type Range, readRange16 } from '../range.ts'
import { sizes } from '../size.ts'
import { type PortTests, portOptions, printPorts } from '../tests.ts'
import { chunkName, chunkNumber, flagLetters, readFlagLetters } from './sctp-chunks.ts'

/** A chunk type, and those of its flag bits that must be on (`set`) among those tested (`mask`). */
export type SctpChunk = {
  readonly type: number
  readonly flags?: { readonly mask: number; readonly set: number }
}

/** `-m sctp`. Absent fields are not tested. */
export type Sctp = PortTests & {
  readonly name: 'sctp'
  readonly chunks?: {
    readonly match: 'any' | 'all' | 'only'
    readonly types: 'ALL' | readonly SctpChunk[]
    readonly invert: boolean
  }
}

const SRC_PORTS = 0x1
const DEST_PORTS = 0x2
const CHUNK_TYPES = 0x4
const CHUNK_MAP_WORDS = 64
const MOST_FLAGS = 4
const chunkMatches = ['any', 'all', 'only'] as const

/** struct xt_sctp_info of xt_sctp.h: destination ports first; the chunk map is 64 words of which 8 are used. */
export const sctp: Extension<Sctp> = {
  name: 'sctp',
  revision: 0,
  size: sizes({ 0: 292 }),

  decode({ reader, at }) {
    const flags = reader.u32(at + 284)
    const inverted = reader.u32(at + 288)
    const test = (bit: number, range: Range) =>
      flags & bit ? { ...range, invert: (inverted & bit) !== 0 } : undefined
    const sourcePorts = test(SRC_PORTS, readRange16(reader, at + 4))
    const destinationPorts = test(DEST_PORTS, readRange16(reader, at))
    const match = chunkMatches[Math.log2(reader.u32(at + 264))]
    const types = readChunks(reader, at)
    if (flags & CHUNK_TYPES && (!match || !types)) return undefined
    return {
      name: 'sctp',
      ...(sourcePorts && { sourcePorts }),
      ...(destinationPorts && { destinationPorts }),
      ...(flags & CHUNK_TYPES &&
        match &&
        types && { chunks: { match, types, invert: (inverted & CHUNK_TYPES) !== 0 } }),
    }
  },

  encode({ sourcePorts, destinationPorts, chunks }, writer) {
    writer.u16(destinationPorts?.first ?? 0).u16(destinationPorts?.last ?? 0)
    writer.u16(sourcePorts?.first ?? 0).u16(sourcePorts?.last ?? 0)
    const words = Array<number>(CHUNK_MAP_WORDS).fill(chunks?.types === 'ALL' ? 0xffff_ffff : 0)
    const types = chunks && chunks.types !== 'ALL' ? chunks.types : []
    for (const { type } of types) words[type >> 5] = (words[type >> 5]! | (1 << (type & 31))) >>> 0
    for (const word of words) writer.u32(word)
    writer.u32(chunks ? 1 << chunkMatches.indexOf(chunks.match) : 0)
    const flagged = types.filter(chunk => chunk.flags).slice(0, MOST_FLAGS)
    for (const { type, flags } of flagged) writer.u8(type).u8(flags!.set).u8(flags!.mask)
    writer.zeros(3 * (MOST_FLAGS - flagged.length)).u32(flagged.length)
    const bit = (value: unknown, flag: number) => (value ? flag : 0)
    writer.u32(bit(sourcePorts, SRC_PORTS) | bit(destinationPorts, DEST_PORTS) | bit(chunks, CHUNK_TYPES))
    writer.u32(
      bit(sourcePorts?.invert, SRC_PORTS) |
        bit(destinationPorts?.invert, DEST_PORTS) |
        bit(chunks?.invert, CHUNK_TYPES),
    )
  },

  print(value) {
    const { chunks } = value
    return [
      ...printPorts(value),
      ...(chunks ? option('--chunk-types', chunks.invert, chunks.match, printChunks(chunks.types)) : []),
    ]
  },

  parse: words => parseOptions({ name: 'sctp' }, words, options),
}

function readChunks(reader: ByteReader, at: number): 'ALL' | SctpChunk[] | undefined {
  const count = reader.u32(at + 280)
  if (count > MOST_FLAGS) return undefined
  const flags = new Map<number, { mask: number; set: number }>()
  for (let i = 0; i < count; i++) {
    const info = at + 268 + 3 * i
    flags.set(reader.u8(info), { set: reader.u8(info + 1), mask: reader.u8(info + 2) })
  }
  let all = true
  const chunks: SctpChunk[] = []
  for (let word = 0; word < CHUNK_MAP_WORDS; word++) {
    const bits = reader.u32(at + 8 + 4 * word)
    if (bits !== 0xffff_ffff) all = false
    for (let bit = 0; bits !== 0 && bit < 32 && word < 8; bit++) {
      const type = word * 32 + bit
      const info = flags.get(type)
      if ((bits >>> bit) & 1) chunks.push(info ? { type, flags: info } : { type })
    }
  }
  return all ? 'ALL' : chunks
}

function printChunks(types: 'ALL' | readonly SctpChunk[]): string {
  if (types === 'ALL') return types
  return (
    types.map(({ type, flags }) => chunkName(type) + (flags ? flagLetters(type, flags) : '')).join(',') ||
    'NONE'
  )
}

function parseChunks(text: string): 'ALL' | SctpChunk[] | undefined {
  if (text === 'ALL') return text
  const chunks = new Map<number, SctpChunk>()
  for (const word of text === 'NONE' ? [] : text.split(',')) {
    const [name = '', letters = ''] = word.split(':')
    const type = chunkNumber(name)
    const flags = type === undefined ? undefined : readFlagLetters(type, letters)
    if (type === undefined || !flags) return undefined
    // A type that is named twice has the flags of both; iptables never turns one off again.
    const before = chunks.get(type)?.flags
    const mask = flags.mask | (before?.mask ?? 0)
    chunks.set(type, mask === 0 ? { type } : { type, flags: { mask, set: flags.set | (before?.set ?? 0) } })
  }
  return [...chunks.values()].sort((a, b) => a.type - b.type)
}

const options: OptionTable<Sctp> = {
  ...portOptions,
  '--chunk-types': {
    values: 2,
    read([how, list = ''], invert) {
      const match = chunkMatches.find(name => name === how)
      const types = parseChunks(list)
      return match && types && { chunks: { match, types, invert } }
    },
  },
}
