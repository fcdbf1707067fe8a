import { type OptionTable, option, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-m statistic`: a share of the packets, by chance or by counting. */
export type Statistic = {
  readonly name: 'statistic'
  /** Chance in parts of 2^31. */
  readonly probability?: number
  /** Packet number `packet` of each `every`, from 0. */
  readonly nth?: { readonly every: number; readonly packet: number }
  readonly invert: boolean
}

const MODE_RANDOM = 0
const MODE_NTH = 1
const ONE = 0x8000_0000
const first = { every: 1, packet: 0 }

const options: OptionTable<Statistic> = {
  '--mode': {
    values: 1,
    read: ([text]) => (text === 'random' ? { probability: 0 } : text === 'nth' ? { nth: first } : undefined),
  },
  '--probability': {
    values: 1,
    read([text = ''], invert) {
      const share = Number(text)
      return share >= 0 && share <= 1 ? { probability: Math.round(share * ONE), invert } : undefined
    },
  },
  '--every': {
    values: 1,
    read([text], invert, { nth }) {
      const every = parseNumber(text)
      return every ? { nth: { ...(nth ?? first), every }, invert } : undefined
    },
  },
  '--packet': {
    values: 1,
    read([text], _, { nth }) {
      const packet = parseNumber(text)
      return packet === undefined ? undefined : { nth: { ...(nth ?? first), packet } }
    },
  },
}

/** struct xt_statistic_info of xt_statistic.h; its `every` is one less, its counter and pointer are the kernel's. */
export const statistic: Extension<Statistic> = {
  name: 'statistic',
  revision: 0,
  size: sizes({ 0: 24 }),

  decode({ reader, at }) {
    const mode = reader.u16(at)
    const invert = (reader.u16(at + 2) & 1) !== 0
    if (mode === MODE_RANDOM) return { name: 'statistic', probability: reader.u32(at + 4), invert }
    if (mode !== MODE_NTH) return undefined
    return { name: 'statistic', nth: { every: reader.u32(at + 4) + 1, packet: reader.u32(at + 8) }, invert }
  },

  encode({ probability, nth, invert }, writer) {
    writer.u16(nth ? MODE_NTH : MODE_RANDOM).u16(invert ? 1 : 0)
    writer.u32(nth ? nth.every - 1 : (probability ?? 0)).u32(nth?.packet ?? 0)
    writer.zeros(12)
  },

  print: ({ probability = 0, nth, invert }) =>
    nth
      ? ['--mode', 'nth', ...option('--every', invert, String(nth.every)), '--packet', String(nth.packet)]
      : ['--mode', 'random', ...option('--probability', invert, (probability / ONE).toFixed(11))],

  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'statistic', invert: false }, words, options),
}
