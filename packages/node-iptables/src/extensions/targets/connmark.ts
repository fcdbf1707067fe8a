import {
  type OptionReader,
  type OptionTable,
  hexNumber,
  parseNumber,
  parseOptions,
} from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { parseMarkAndMask } from '../marks.ts'
import { sizes } from '../size.ts'
import { parseSetMark } from './mark.ts'

/** `-j CONNMARK`: sets the connection's mark, saves the packet's to it or restores it from there. */
export type ConnmarkTarget = {
  readonly name: 'CONNMARK'
  readonly mode: 'set' | 'save' | 'restore'
  /** `set`: what is xored in, after the bits of `connectionMask` are cleared. */
  readonly mark?: number
  readonly connectionMask: number
  /** `save` and `restore`: the bits of the packet's mark that count. */
  readonly packetMask?: number
  readonly shift?: { readonly direction: 'left' | 'right'; readonly bits: number }
}

const ALL = 0xffff_ffff
const modes = ['set', 'save', 'restore'] as const
const initial: ConnmarkTarget = { name: 'CONNMARK', mode: 'set', connectionMask: ALL }

const number = (make: (value: number) => Partial<ConnmarkTarget>): OptionReader<ConnmarkTarget> => ({
  values: 1,
  read([text]) {
    const value = parseNumber(text)
    return value === undefined ? undefined : make(value)
  },
})

const set = (read: typeof parseMarkAndMask): OptionReader<ConnmarkTarget> => ({
  values: 1,
  read([text = '']) {
    const test = read(text)
    return test && { mode: 'set', mark: test.mark, connectionMask: test.mask }
  },
})

const options: OptionTable<ConnmarkTarget> = {
  '--set-xmark': set(parseMarkAndMask),
  '--set-mark': set(parseSetMark),
  '--and-mark': number(value => ({ mode: 'set', mark: 0, connectionMask: ~value >>> 0 })),
  '--or-mark': number(value => ({ mode: 'set', mark: value, connectionMask: value })),
  '--xor-mark': number(value => ({ mode: 'set', mark: value, connectionMask: 0 })),
  '--save-mark': { values: 0, read: () => ({ mode: 'save', packetMask: ALL }) },
  '--restore-mark': { values: 0, read: () => ({ mode: 'restore', packetMask: ALL }) },
  '--nfmask': number(packetMask => ({ packetMask })),
  '--ctmask': number(connectionMask => ({ connectionMask })),
  '--mask': number(mask => ({ packetMask: mask, connectionMask: mask })),
  '--left-shift-mark': number(bits => shifted('left', bits)),
  '--right-shift-mark': number(bits => shifted('right', bits)),
}

function shifted(direction: 'left' | 'right', bits: number): Partial<ConnmarkTarget> {
  return bits === 0 ? {} : { shift: { direction, bits } }
}

/** struct xt_connmark_tginfo1 and 2 of xt_connmark.h; revision 2 shifts. */
export const connmarkTarget: Extension<ConnmarkTarget> = {
  name: 'CONNMARK',
  revision: 2,
  size: sizes({ 1: 16, 2: 16 }),

  decode({ reader, at, revision }) {
    const mode = modes[reader.u8(revision === 1 ? at + 12 : at + 14)]
    const bits = revision === 1 ? 0 : reader.u8(at + 13)
    const right = revision === 2 && reader.u8(at + 12) !== 0
    return (
      mode && {
        name: 'CONNMARK',
        mode,
        ...(mode === 'set' && { mark: reader.u32(at) }),
        connectionMask: reader.u32(at + 4),
        ...(mode !== 'set' && { packetMask: reader.u32(at + 8) }),
        ...(bits !== 0 && { shift: { direction: right ? 'right' : 'left', bits } }),
      }
    )
  },

  encode({ mode, mark = 0, connectionMask, packetMask = ALL, shift }, writer) {
    writer.u32(mark).u32(connectionMask).u32(packetMask)
    writer.u8(shift?.direction === 'right' ? 1 : 0).u8(shift?.bits ?? 0)
    writer.u8(modes.indexOf(mode)).zeros(1)
  },

  print: ({ mode, mark = 0, connectionMask, packetMask = ALL, shift }) => [
    ...(mode === 'set'
      ? ['--set-xmark', `${hexNumber(mark)}/${hexNumber(connectionMask)}`]
      : [`--${mode}-mark`, '--nfmask', hexNumber(packetMask), '--ctmask', hexNumber(connectionMask)]),
    ...(shift ? [`--${shift.direction}-shift-mark`, String(shift.bits)] : []),
  ],

  parse: words => (words.length === 0 ? undefined : parseOptions(initial, words, options)),
}
