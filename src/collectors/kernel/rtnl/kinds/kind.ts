import { type Attributes, ipv4Text, ipv6Text, macText } from 'netlink-codec'
import type { LinkInfoData } from '../../../../snapshot/index.ts'
import type { LinkReferences } from '../link-names.ts'

/** Writes what one attribute says into `data`. It is called only when the attribute is present. */
export type WriteField = (
  attributes: Attributes,
  type: number,
  data: LinkInfoData,
  references: LinkReferences,
) => void

/**
 * What a kind tells of itself in IFLA_INFO_DATA, or a port of it in IFLA_INFO_SLAVE_DATA: attribute and writer, in
 * the order in which iproute2 prints them. Each attribute stands once.
 */
export type KindFields = {
  readonly fields: readonly (readonly [type: number, write: WriteField])[]
  readonly known: ReadonlySet<number>
}

export function kindFields(fields: KindFields['fields']): KindFields {
  return { fields, known: new Set(fields.map(([type]) => type)) }
}

/**
 * Decodes the attributes of one kind. What the table does not hold is kept under `unknown`.
 *
 * @throws DecodeError when an attribute is shorter than its value
 */
export function decodeKindData(
  kind: KindFields,
  attributes: Attributes,
  references: LinkReferences,
): LinkInfoData {
  const data: LinkInfoData = {}
  let known = 0
  for (const [type, write] of kind.fields) {
    if (!attributes.has(type)) continue
    write(attributes, type, data, references)
    known++
  }
  if (known < attributes.count) data['unknown'] = attributes.unknown(kind.known)
  return data
}

export const u8 =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = attributes.u8(type)!
  }

export const u16 =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = attributes.u16(type)!
  }

export const be16 =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = attributes.be16(type)!
  }

export const u32 =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = attributes.u32(type)!
  }

export const s32 =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = attributes.s32(type)!
  }

/** A number as iproute2 prints it; beyond 2^53 its decimal string, which loses no digit. */
export const u64 =
  (key: string): WriteField =>
  (attributes, type, data) => {
    const value = attributes.u64Number(type)!
    data[key] = Number.isSafeInteger(value) ? value : attributes.u64(type)!
  }

/** A byte that is false when 0. */
export const bool =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = attributes.u8(type) !== 0
  }

/** A byte of which only true is told. */
export const onlyTrue =
  (key: string): WriteField =>
  (attributes, type, data) => {
    if (attributes.u8(type) !== 0) data[key] = true
  }

/** An attribute without a value: that it is there means true. */
export const flag =
  (key: string): WriteField =>
  (_attributes, _type, data) => {
    data[key] = true
  }

/** Timer of a bridge: u64 in hundredths of a second (USER_HZ), told in seconds. */
export const seconds =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = attributes.u64Number(type)! / 100
  }

/** A byte that is an index into words; a number without a word is told as `KEY_index`. */
export const word =
  (key: string, words: readonly string[]): WriteField =>
  (attributes, type, data) => {
    const index = attributes.u8(type)!
    const text = words[index]
    if (text === undefined) data[`${key}_index`] = index
    else data[key] = text
  }

export const ipv4 =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = ipv4Text(attributes.reader, attributes.struct(type, 4)!)
  }

export const ipv6 =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = ipv6Text(attributes.reader, attributes.struct(type, 16)!)
  }

export const mac =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = macText(attributes.reader, attributes.offset(type)!, attributes.length(type)!)
  }

/** An ifindex, told by name; 0 is none. */
export const linkName =
  (key: string): WriteField =>
  (attributes, type, data, references) => {
    const ifindex = attributes.u32(type)!
    if (ifindex === 0) return
    data[key] = ''
    references.names.push({ target: data, key, ifindex })
  }

/** A byte that is not told while the flag of another attribute stands in for it (`ttl inherit`). */
export const u8Unless =
  (flagType: number, key: string): WriteField =>
  (attributes, type, data) => {
    if (!attributes.u8(flagType)) data[key] = attributes.u8(type)!
  }

/** IPv6 flow label, in network order; 0 is none. */
export const flowLabel: WriteField = (attributes, type, data) => {
  const value = attributes.be32(type)!
  if (value !== 0) data['label'] = `0x${value.toString(16)}`
}

/** Known, and nothing that iproute2 or an operator would tell: padding, commands. */
export const ignored: WriteField = () => {}
