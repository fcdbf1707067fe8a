import { type OptionTable, option, parseOptions } from '../../text/words.ts'
import { dscpOfClass, hexByte, parseDscp, parseTos } from '../dscp-values.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-m dscp`: the upper six bits of the TOS byte or traffic class. */
export type Dscp = { readonly name: 'dscp'; readonly dscp: number; readonly invert: boolean }
/** `-m tos`: the TOS byte or traffic class under a mask. */
export type Tos = {
  readonly name: 'tos'
  readonly value: number
  readonly mask: number
  readonly invert: boolean
}

const dscpOptions: OptionTable<Dscp> = {
  '--dscp': {
    values: 1,
    read([text = ''], invert) {
      const dscp = parseDscp(text)
      return dscp === undefined ? undefined : { dscp, invert }
    },
  },
  '--dscp-class': {
    values: 1,
    read([text = ''], invert) {
      const dscp = dscpOfClass(text)
      return dscp === undefined ? undefined : { dscp, invert }
    },
  },
}

const tosOptions: OptionTable<Tos> = {
  '--tos': {
    values: 1,
    read([text = ''], invert) {
      const tos = parseTos(text, 0xff)
      return tos && { ...tos, invert }
    },
  },
}

/** struct xt_dscp_info of xt_dscp.h. */
export const dscp: Extension<Dscp> = {
  name: 'dscp',
  revision: 0,
  size: sizes({ 0: 2 }),
  decode: ({ reader, at }) => ({ name: 'dscp', dscp: reader.u8(at), invert: reader.u8(at + 1) !== 0 }),
  encode(value, writer) {
    writer.u8(value.dscp).u8(value.invert ? 1 : 0)
  },
  print: value => option('--dscp', value.invert, hexByte(value.dscp)),
  parse: words =>
    words.length === 0
      ? undefined
      : parseOptions({ name: 'dscp', dscp: 0, invert: false }, words, dscpOptions),
}

/** struct xt_tos_match_info of xt_dscp.h. */
export const tos: Extension<Tos> = {
  name: 'tos',
  revision: 1,
  size: sizes({ 1: 3 }),
  decode: ({ reader, at }) => ({
    name: 'tos',
    value: reader.u8(at + 1),
    mask: reader.u8(at),
    invert: reader.u8(at + 2) !== 0,
  }),
  encode({ value, mask, invert }, writer) {
    writer
      .u8(mask)
      .u8(value)
      .u8(invert ? 1 : 0)
  },
  print: ({ value, mask, invert }) => option('--tos', invert, `${hexByte(value)}/${hexByte(mask)}`),
  parse: words =>
    words.length === 0
      ? undefined
      : parseOptions({ name: 'tos', value: 0, mask: 0, invert: false }, words, tosOptions),
}
