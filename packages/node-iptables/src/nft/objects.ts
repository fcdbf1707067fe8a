import { attribute, eachAttribute, type Message, nfnlAttributes, nfnlFamily } from 'netlink-codec'
import { familyName } from './family.ts'
import {
  be32,
  be64,
  bes32,
  bits,
  type Field,
  type Fields,
  type FieldTable,
  type FieldValues,
  fieldTable,
  hex,
  readFields,
  required,
  text,
  writeFields,
} from './fields.ts'

/** NFTA_TABLE_*. `use` counts chains, sets, objects and flow tables. Handles and counters are decimal strings. */
export const tableFields = fieldTable({
  name: required(text(1)),
  flags: bits(2, ['dormant', 'owner', 'persist']),
  use: be32(3),
  handle: be64(4),
  userdata: hex(6),
  owner: be32(7),
})

/** NFTA_HOOK_*, and the devices of a chain of family netdev or inet ingress. */
const hookFields = fieldTable({
  number: required(be32(1)),
  priority: required(bes32(2)),
  device: text(3),
  devices: names(4),
})

/** NFTA_COUNTER_* of a base chain that was made to count. */
const counterFields = fieldTable({ bytes: required(be64(1)), packets: required(be64(2)) })

/** NFTA_CHAIN_*. `policy` is NF_DROP 0 or NF_ACCEPT 1; `use` counts rules and jumps to the chain. */
export const chainFields = fieldTable({
  table: required(text(1)),
  handle: be64(2),
  name: required(text(3)),
  hook: nest(4, hookFields),
  policy: be32(5),
  use: be32(6),
  type: text(7),
  counters: nest(8, counterFields),
  flags: bits(10, ['base', 'offload', 'binding']),
  userdata: hex(12),
})

/** NFTA_OBJ_*; `data` is a nest by type (NFT_OBJECT_*), kept as hex. */
export const objectFields = fieldTable({
  table: required(text(1)),
  name: required(text(2)),
  type: required(be32(3)),
  data: hex(4),
  use: be32(5),
  handle: be64(6),
  userdata: hex(8),
})

/** A table; `family` is nft's word (`ip`, `inet`, …). */
export type NftTableObject = { readonly family: string } & FieldValues<typeof tableFields.fields>
export type NftChainObject = { readonly family: string } & FieldValues<typeof chainFields.fields>
export type NftNamedObject = { readonly family: string } & FieldValues<typeof objectFields.fields>

/** NFT_MSG_NEWTABLE. Undefined when it has no name. @throws DecodeError */
export function decodeTable(message: Message): NftTableObject | undefined {
  return decodeObject(tableFields, message)
}

/** NFT_MSG_NEWCHAIN. @throws DecodeError */
export function decodeChain(message: Message): NftChainObject | undefined {
  return decodeObject(chainFields, message)
}

/** NFT_MSG_NEWOBJ. @throws DecodeError */
export function decodeNamedObject(message: Message): NftNamedObject | undefined {
  return decodeObject(objectFields, message)
}

/** An object of one attribute table, with its family from nfgenmsg. Undefined when a required field is missing. */
export function decodeObject<F extends Fields>(
  table: FieldTable<F>,
  message: Message,
): ({ readonly family: string } & FieldValues<F>) | undefined {
  const into: Record<string, unknown> = { family: familyName(nfnlFamily(message)) }
  const start = message.start + 4
  if (start > message.end) nfnlAttributes(message)
  return readFields(table, message.reader, start, message.end, into)
    ? (into as { family: string } & FieldValues<F>)
    : undefined
}

/** A nest with its own table; one that lacks a required field is as absent. */
function nest<F extends Fields>(
  number: number,
  table: FieldTable<F>,
): Field<FieldValues<F> | undefined, false> {
  return {
    attribute: number,
    required: false,
    read(reader, at, length) {
      const into: Record<string, unknown> = {}
      return readFields(table, reader, at, at + length, into) ? (into as FieldValues<F>) : undefined
    },
    write(writer, value) {
      if (value) writeFields(table, writer, value)
    },
  }
}

/** A nest of names, NFTA_DEVICE_NAME. */
function names(number: number): Field<readonly string[], false> {
  return {
    attribute: number,
    required: false,
    read(reader, at, length) {
      const found: string[] = []
      eachAttribute(reader, at, at + length, (_, from, size) => {
        found.push(reader.text(from, size))
      })
      return found
    },
    write(writer, values) {
      for (const name of values) attribute(writer, 1, payload => payload.text(name))
    },
  }
}
