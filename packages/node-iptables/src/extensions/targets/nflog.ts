import { field, type OptionTable, parseNumber, parseOptions, quote } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'
import { writeText } from '../text.ts'

/** `-j NFLOG`: hands packets to a logging program over netlink. */
export type Nflog = {
  readonly name: 'NFLOG'
  readonly group: number
  readonly prefix: string
  /** Bytes of the packet to hand over: `size` is honoured, `range` (the older one) never was. */
  readonly size?: number
  readonly range?: number
  /** Packets to collect before they are handed over. */
  readonly threshold: number
}

const PREFIX_SIZE = 64
const COPY_LEN = 0x1

const options: OptionTable<Nflog> = {
  '--nflog-group': field('group', text => parseNumber(text, 0xffff)),
  '--nflog-prefix': field('prefix', text => text),
  '--nflog-range': field('range', text => parseNumber(text)),
  '--nflog-size': field('size', text => parseNumber(text)),
  '--nflog-threshold': field('threshold', text => parseNumber(text, 0xffff)),
}

/** struct xt_nflog_info of xt_NFLOG.h. */
export const nflog: Extension<Nflog> = {
  name: 'NFLOG',
  revision: 0,
  size: sizes({ 0: 76 }),
  decode({ reader, at }) {
    const length = reader.u32(at)
    const flags = reader.u16(at + 8)
    if (flags & ~COPY_LEN) return undefined
    return {
      name: 'NFLOG',
      group: reader.u16(at + 4),
      prefix: reader.text(at + 12, PREFIX_SIZE),
      ...(flags & COPY_LEN && { size: length }),
      ...(flags === 0 && length !== 0 && { range: length }),
      threshold: reader.u16(at + 6),
    }
  },
  encode({ group, prefix, size, range, threshold }, writer) {
    writer
      .u32(size ?? range ?? 0)
      .u16(group)
      .u16(threshold)
      .u16(size === undefined ? 0 : COPY_LEN)
      .zeros(2)
    writeText(writer, prefix, PREFIX_SIZE)
  },
  print: ({ group, prefix, size, range, threshold }) => [
    ...(prefix === '' ? [] : ['--nflog-prefix', quote(prefix)]),
    ...(group === 0 ? [] : ['--nflog-group', String(group)]),
    ...(size === undefined ? [] : ['--nflog-size', String(size)]),
    ...(range ? ['--nflog-range', String(range)] : []),
    ...(threshold === 0 ? [] : ['--nflog-threshold', String(threshold)]),
  ],
  parse: words => parseOptions({ name: 'NFLOG', group: 0, prefix: '', threshold: 0 }, words, options),
}
