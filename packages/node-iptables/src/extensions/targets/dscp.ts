import { field, type OptionTable, parseNumber, parseOptions } from '../../text/words.ts'
import { dscpOfClass, hexByte, parseDscp, parseTos } from '../dscp-values.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-j DSCP`: sets the upper six bits of the TOS byte or traffic class. */
export type DscpTarget = { readonly name: 'DSCP'; readonly dscp: number }
/** `-j TOS`: clears the bits of `mask`, then xors `value` in. */
export type TosTarget = { readonly name: 'TOS'; readonly value: number; readonly mask: number }

const dscpOptions: OptionTable<DscpTarget> = {
  '--set-dscp': field('dscp', parseDscp),
  '--set-dscp-class': field('dscp', dscpOfClass),
}

const ofByte = (make: (byte: number) => Pick<TosTarget, 'value' | 'mask'>) => ({
  values: 1,
  read([text]: readonly string[]) {
    const byte = parseNumber(text, 255)
    return byte === undefined ? undefined : make(byte)
  },
})

const tosOptions: OptionTable<TosTarget> = {
  '--set-tos': { values: 1, read: ([text = '']) => parseTos(text, 0xff) },
  '--and-tos': ofByte(byte => ({ value: 0, mask: ~byte & 0xff })),
  '--or-tos': ofByte(byte => ({ value: byte, mask: byte })),
  '--xor-tos': ofByte(byte => ({ value: byte, mask: 0 })),
}

/** struct xt_DSCP_info of xt_DSCP.h. */
export const dscpTarget: Extension<DscpTarget> = {
  name: 'DSCP',
  revision: 0,
  size: sizes({ 0: 1 }),
  decode: ({ reader, at }) => ({ name: 'DSCP', dscp: reader.u8(at) }),
  encode(value, writer) {
    writer.u8(value.dscp)
  },
  print: value => ['--set-dscp', hexByte(value.dscp)],
  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'DSCP', dscp: 0 }, words, dscpOptions),
}

/** struct xt_tos_target_info of xt_DSCP.h. */
export const tosTarget: Extension<TosTarget> = {
  name: 'TOS',
  revision: 1,
  size: sizes({ 1: 2 }),
  decode: ({ reader, at }) => ({ name: 'TOS', value: reader.u8(at), mask: reader.u8(at + 1) }),
  encode({ value, mask }, writer) {
    writer.u8(value).u8(mask)
  },
  print: ({ value, mask }) => ['--set-tos', `${hexByte(value)}/${hexByte(mask)}`],
  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'TOS', value: 0, mask: 0 }, words, tosOptions),
}
