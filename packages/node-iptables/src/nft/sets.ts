import { eachAttribute, type Message, nfnlAttributes } from 'netlink-codec'
import { expressionField, expressionsField } from './expressions/nested.ts'
import {
  be32,
  be64,
  bits,
  data,
  type Field,
  type FieldValues,
  fieldTable,
  hex,
  readFields,
  required,
  text,
  constant,
} from './fields.ts'
import { decodeObject } from './objects.ts'

/** NFT_DATA_VERDICT as NFTA_SET_DATA_TYPE: a verdict map. */
export const VERDICT_TYPE = 0xffff_ff00

/** NFTA_SET_*. Types are numbers of nft's own (`informational` for the kernel); lengths are bytes, times milliseconds. */
export const setFields = fieldTable({
  table: required(text(1)),
  name: required(text(2)),
  flags: bits(3, [
    'anonymous',
    'constant',
    'interval',
    'map',
    'timeout',
    'dynamic',
    'object',
    'concat',
    'expr',
  ]),
  keyType: be32(4),
  keyLength: be32(5),
  dataType: be32(6),
  dataLength: be32(7),
  policy: be32(8),
  description: setDescription(9),
  timeout: be64(11),
  gcInterval: be32(12),
  userdata: hex(13),
  objectType: be32(15),
  handle: be64(16),
  expression: expressionField(17),
  expressions: expressionsField(18),
})

/** NFTA_SET_ELEM_*. Times are milliseconds as decimal strings. */
export const elementFields = fieldTable({
  key: constant(1),
  data: data(2),
  flags: bits(3, ['interval-end', 'catchall']),
  timeout: be64(4),
  expiration: be64(5),
  userdata: hex(6),
  expression: expressionField(7),
  object: text(9),
  keyEnd: constant(10),
  expressions: expressionsField(11),
})

export type NftSetObject = { readonly family: string } & FieldValues<typeof setFields.fields>
export type NftElement = FieldValues<typeof elementFields.fields>

/** NFT_MSG_NEWSET. @throws DecodeError */
export function decodeSet(message: Message): NftSetObject | undefined {
  return decodeObject(setFields, message)
}

/** NFTA_SET_ELEM_LIST_ELEMENTS of NFT_MSG_NEWSETELEM. @throws DecodeError */
export function decodeElements(message: Message): NftElement[] {
  const found: NftElement[] = []
  const { reader } = message
  nfnlAttributes(message).each(3, (_, at, length) => {
    const element: Record<string, unknown> = {}
    readFields(elementFields, reader, at, at + length, element)
    found.push(element)
  })
  return found
}

/** NFTA_SET_DESC_*: the size that the set was declared with, and the bytes of each field of a concatenation. */
function setDescription(
  number: number,
): Field<{ readonly size?: number; readonly fields?: readonly number[] }, false> {
  return {
    attribute: number,
    required: false,
    read(reader, at, length) {
      const into: { size?: number; fields?: number[] } = {}
      eachAttribute(reader, at, at + length, (type, from, bytes) => {
        if (type === 1) into.size = reader.be32(from)
        else if (type === 2) {
          const fields: number[] = []
          eachAttribute(reader, from, from + bytes, (_, item, size) => {
            eachAttribute(reader, item, item + size, (_type, lengthAt) => {
              fields.push(reader.be32(lengthAt))
            })
          })
          into.fields = fields
        }
      })
      return into
    },
    write() {},
  }
}
