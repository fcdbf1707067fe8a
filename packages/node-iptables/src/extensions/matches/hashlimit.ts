import type { ByteReader } from 'netlink-codec'
import type { Family } from '../../model.ts'
import {
  field,
  flag,
  type OptionReader,
  type OptionTable,
  parseNumber,
  parseOptions,
} from '../../text/words.ts'
import { bytesOfCost, costOfBytes, parseBytes, printBytes } from '../byte-rate.ts'
import type { Extension, Payload } from '../extension.ts'
import { bitsOfNames, type NamedBits, namesOfBits, parseNames } from '../names.ts'
import { readPeriod, unitOfPeriod } from '../rate.ts'
import { writeText } from '../text.ts'

type Key = 'srcip' | 'srcport' | 'dstip' | 'dstport'

/** `-m hashlimit`: a token bucket for each combination of `keys`. */
export type Hashlimit = {
  readonly name: 'hashlimit'
  readonly comparison: 'upto' | 'above'
  /** `packets`: time of one packet in millionths of a second. `bytes`: the cost of 16 bytes, see byte-rate.ts. */
  readonly average: number
  readonly unit: 'packets' | 'bytes'
  /** Packets, or multiples of what the rate lets pass in a second; 0: none. */
  readonly burst: number
  readonly keys: readonly Key[]
  /** File below /proc/net/ipt_hashlimit. */
  readonly table: string
  readonly buckets?: number
  readonly maximum?: number
  /** Milliseconds; absent: 1000. */
  readonly gcInterval?: number
  /** Milliseconds; absent: what iptables derives from the rate. */
  readonly expire?: number
  readonly sourceMask: number
  readonly destinationMask: number
  /** Compares the rate itself, not the bucket. */
  readonly rateMatch?: true
  /** Seconds; absent: 1. */
  readonly rateInterval?: number
}

const keyBits: NamedBits<Key> = [
  ['srcip', 4],
  ['srcport', 8],
  ['dstip', 1],
  ['dstport', 2],
]
const KEYS = 0xf
const INVERT = 1 << 4
const BYTES = 1 << 5
const RATE_MATCH = 1 << 6
const KNOWN = (1 << 7) - 1

/** XT_HASHLIMIT_SCALE_v2. */
const SCALE = 1_000_000
/** XT_HASHLIMIT_SCALE of revision 1 is 10,000. */
const SCALE_UP = 100
const DEFAULT_BURST = 5
const DEFAULT_GC_INTERVAL = 1000
const NAME_SIZES = [0, 16, 255, 255] as const

const bits = (family: Family) => (family === 'ip' ? 32 : 128)

/** struct xt_hashlimit_mtinfo1, 2 and 3 of xt_hashlimit.h: a name, a hashlimit_cfg, a pointer of the kernel's. */
export const hashlimit: Extension<Hashlimit> = {
  name: 'hashlimit',
  revision: 3,
  size: revision => [undefined, 56, 304, 312][revision],

  decode(payload) {
    const config = readConfig(payload)
    const keys = namesOfBits(config.mode & KEYS, keyBits)
    if (!keys || config.mode & ~KNOWN || !(config.average <= Number.MAX_SAFE_INTEGER)) return undefined
    const unit = config.mode & BYTES ? 'bytes' : 'packets'
    const average = payload.revision === 1 && unit === 'packets' ? config.average * SCALE_UP : config.average
    const isDefault = config.expire === defaultExpire(average, unit, config.burst)
    return {
      name: 'hashlimit',
      comparison: config.mode & INVERT ? 'above' : 'upto',
      average,
      unit,
      burst: config.burst,
      keys,
      table: payload.reader.text(payload.at, NAME_SIZES[payload.revision] ?? 0),
      ...(config.buckets !== 0 && { buckets: config.buckets }),
      ...(config.maximum !== 0 && { maximum: config.maximum }),
      ...(config.gcInterval !== DEFAULT_GC_INTERVAL && { gcInterval: config.gcInterval }),
      ...(!isDefault && { expire: config.expire }),
      sourceMask: config.sourceMask,
      destinationMask: config.destinationMask,
      ...(config.mode & RATE_MATCH && { rateMatch: true }),
      ...(config.interval > 1 && { rateInterval: config.interval }),
    }
  },

  encode(value, writer) {
    writeText(writer, value.table, 255)
    writer.zeros(1).u64(String(value.average)).u64(String(value.burst))
    writer.u32(
      bitsOfNames(value.keys, keyBits) |
        (value.comparison === 'above' ? INVERT : 0) |
        (value.unit === 'bytes' ? BYTES : 0) |
        (value.rateMatch ? RATE_MATCH : 0),
    )
    writer
      .u32(value.buckets ?? 0)
      .u32(value.maximum ?? 0)
      .u32(value.gcInterval ?? DEFAULT_GC_INTERVAL)
    writer.u32(value.expire ?? defaultExpire(value.average, value.unit, value.burst))
    writer.u32(value.rateInterval ?? (value.rateMatch ? 1 : 0))
    writer.u8(value.sourceMask).u8(value.destinationMask).zeros(14)
  },

  print(value, family) {
    const { comparison, unit, average, burst, keys, buckets, maximum, gcInterval, expire } = value
    const bytes = unit === 'bytes' ? bytesOfCost(average) : 0
    const rate = unit === 'bytes' ? `${printBytes(bytes)}/s` : unitOfPeriod(average, SCALE).text
    const bursts = unit === 'bytes' ? (burst === 0 ? undefined : printBytes(bytes * burst)) : String(burst)
    const words: [string, string | number | undefined][] = [
      [`--hashlimit-${comparison}`, rate],
      ['--hashlimit-burst', bursts],
      ['--hashlimit-mode', keys.join(',') || undefined],
      ['--hashlimit-name', value.table],
      ['--hashlimit-htable-size', buckets],
      ['--hashlimit-htable-max', maximum],
      ['--hashlimit-htable-gcinterval', gcInterval],
      ['--hashlimit-htable-expire', expire],
      ['--hashlimit-srcmask', value.sourceMask === bits(family) ? undefined : value.sourceMask],
      ['--hashlimit-dstmask', value.destinationMask === bits(family) ? undefined : value.destinationMask],
    ]
    return [
      ...words.flatMap(([name, word]) => (word === undefined ? [] : [name, String(word)])),
      ...(value.rateMatch ? ['--hashlimit-rate-match'] : []),
      ...(value.rateMatch && value.rateInterval
        ? ['--hashlimit-rate-interval', String(value.rateInterval)]
        : []),
    ]
  },

  parse(words, family) {
    if (words.length === 0) return undefined
    const initial: Draft = {
      name: 'hashlimit',
      comparison: 'upto',
      average: 0,
      unit: 'packets',
      burst: DEFAULT_BURST,
      keys: [],
      table: '',
      sourceMask: bits(family),
      destinationMask: bits(family),
    }
    const value = parseOptions(initial, words, options)
    if (!value) return undefined
    const { burstBytes, unitExpire, expire = unitExpire, ...rest } = value
    const { unit, average } = rest
    const bytesBurst = burstBytes === undefined ? 0 : Math.ceil(burstBytes / bytesOfCost(average))
    const burst = unit === 'bytes' ? bytesBurst : rest.burst
    const isDefault = expire === undefined || expire === defaultExpire(average, unit, burst)
    return { ...rest, burst, ...(!isDefault && { expire }) }
  },
}

/** A burst in bytes only means something when the rate is known; entries expire after the unit that was written. */
type Draft = Hashlimit & { readonly burstBytes?: number; readonly unitExpire?: number }

const rate = (comparison: Hashlimit['comparison']): OptionReader<Draft> => ({
  values: 1,
  read([text = '']) {
    const bytes = text.endsWith('/s') ? parseBytes(text.slice(0, -2)) : undefined
    if (bytes !== undefined) return { comparison, unit: 'bytes', average: costOfBytes(bytes) }
    const written = readPeriod(text, SCALE)
    return written && { comparison, unit: 'packets', average: written.period, unitExpire: written.msec }
  },
})

const options: OptionTable<Draft> = {
  '--hashlimit-upto': rate('upto'),
  '--hashlimit': '--hashlimit-upto',
  '--hashlimit-above': rate('above'),
  '--hashlimit-burst': {
    values: 1,
    read([text = '']) {
      const bytes = parseBytes(text)
      if (bytes !== undefined) return { burstBytes: bytes }
      const burst = parseNumber(text)
      return burst === undefined ? undefined : { burst }
    },
  },
  '--hashlimit-mode': field('keys', text => parseNames(text, keyBits)),
  '--hashlimit-name': field('table', text => text),
  '--hashlimit-htable-size': field('buckets', text => parseNumber(text)),
  '--hashlimit-htable-max': field('maximum', text => parseNumber(text)),
  '--hashlimit-htable-gcinterval': field('gcInterval', text => parseNumber(text)),
  '--hashlimit-htable-expire': field('expire', text => parseNumber(text)),
  '--hashlimit-srcmask': field('sourceMask', text => parseNumber(text, 128)),
  '--hashlimit-dstmask': field('destinationMask', text => parseNumber(text, 128)),
  '--hashlimit-rate-match': flag('rateMatch'),
  '--hashlimit-rate-interval': {
    values: 1,
    read([text]) {
      const seconds = parseNumber(text)
      return seconds === undefined ? undefined : seconds === 1 ? {} : { rateInterval: seconds }
    },
  },
}

/** Milliseconds: the rate's own unit; 15 s for bytes, 60 s with a burst (XT_HASHLIMIT_BYTE_EXPIRE of libxt_hashlimit). */
function defaultExpire(average: number, unit: Hashlimit['unit'], burst: number): number {
  if (unit === 'bytes') return burst === 0 ? 15_000 : 60_000
  return unitOfPeriod(average, SCALE).msec
}

/** struct hashlimit_cfg1, 2 and 3. */
function readConfig({
  reader,
  at,
  revision,
}: Payload): Record<
  | 'mode'
  | 'average'
  | 'burst'
  | 'buckets'
  | 'maximum'
  | 'gcInterval'
  | 'expire'
  | 'interval'
  | 'sourceMask'
  | 'destinationMask',
  number
> {
  // Revision 1 begins with mode, average and burst as u32; the others with average and burst as u64, then mode.
  const tail = revision === 1 ? at + 28 : at + 276
  const masks = revision === 3 ? tail + 20 : tail + 16
  return {
    mode: reader.u32(revision === 1 ? at + 16 : at + 272),
    average: revision === 1 ? reader.u32(at + 20) : readNumber(reader, at + 256),
    burst: revision === 1 ? reader.u32(at + 24) : readNumber(reader, at + 264),
    buckets: reader.u32(tail),
    maximum: reader.u32(tail + 4),
    gcInterval: reader.u32(tail + 8),
    expire: reader.u32(tail + 12),
    interval: revision === 3 ? reader.u32(tail + 16) : 0,
    sourceMask: reader.u8(masks),
    destinationMask: reader.u8(masks + 1),
  }
}

const readNumber = (reader: ByteReader, at: number) => Number(reader.u64(at))
