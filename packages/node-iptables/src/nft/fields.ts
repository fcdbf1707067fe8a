import {
  attribute,
  type ByteReader,
  type ByteWriter,
  DecodeError,
  eachAttribute,
  type UnknownAttribute,
} from 'netlink-codec'
import { hexBytes, type NftData, readData, writeData } from './verdict.ts'

/**
 * A family of attributes as a table: the name of each field, its attribute's number and its type. One table reads
 * the kernel's bytes and writes them (for tests), and the value's TypeScript type follows from it. All integers of
 * nf_tables are in network order (the `nla_put_be32` of net/netfilter/nft_*.c).
 */
export type Field<T, Required extends boolean = boolean> = {
  /** Number of the attribute, NFTA_<EXPRESSION>_<FIELD>. */
  readonly attribute: number
  /** A value without this field means nothing. */
  readonly required: Required
  read(reader: ByteReader, at: number, length: number): T
  write(writer: ByteWriter, value: T): void
}

/** What a table's fields are typed by; `never` as argument lets fields of every type in. */
export type Fields = Readonly<Record<string, Field<never> | Field<unknown>>>

type ValueOf<F> = F extends { read(reader: ByteReader, at: number, length: number): infer T } ? T : never
type RequiredOf<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly required: true } ? K : never
}[keyof F]

/** The plain value of a table: required fields, optional ones, and the attributes that the table does not know. */
export type FieldValues<F extends Fields> = { readonly [K in RequiredOf<F>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<keyof F, RequiredOf<F>>]?: ValueOf<F[K]>
} & { readonly unknown?: readonly UnknownAttribute[] }

/** A table, with its fields found by attribute number. */
export type FieldTable<F extends Fields> = {
  readonly fields: F
  readonly byAttribute: readonly ({ readonly name: string; readonly field: Field<unknown> } | undefined)[]
  readonly requiredNames: readonly string[]
}

export function fieldTable<F extends Fields>(fields: F): FieldTable<F> {
  const byAttribute: { name: string; field: Field<unknown> }[] = []
  for (const [name, field] of Object.entries(fields)) {
    byAttribute[field.attribute] = { name, field }
  }
  const requiredNames = Object.entries(fields)
    .filter(([, field]) => field.required)
    .map(([name]) => name)
  return { fields, byAttribute, requiredNames }
}

/**
 * Reads the attributes from `start` to `end` into `into`.
 *
 * @returns false when a required field is missing
 * @throws DecodeError on attributes that do not fit, or are too short for their type
 */
export function readFields(
  table: FieldTable<Fields>,
  reader: ByteReader,
  start: number,
  end: number,
  into: Record<string, unknown>,
): boolean {
  let unknown: UnknownAttribute[] | undefined
  eachAttribute(reader, start, end, (type, at, length) => {
    const entry = table.byAttribute[type]
    if (entry) into[entry.name] = entry.field.read(reader, at, length)
    else {
      unknown ??= []
      unknown.push({ type, hex: reader.hex(at, length) })
    }
  })
  if (unknown) into['unknown'] = unknown
  return table.requiredNames.every(name => name in into)
}

/** The inverse of `readFields`. */
export function writeFields(
  table: FieldTable<Fields>,
  writer: ByteWriter,
  value: Readonly<Record<string, unknown>>,
): void {
  for (const entry of table.byAttribute) {
    if (entry && value[entry.name] !== undefined) {
      attribute(writer, entry.field.attribute, payload => entry.field.write(payload, value[entry.name]))
    }
  }
  for (const { type, hex } of (value['unknown'] ?? []) as readonly UnknownAttribute[]) {
    attribute(writer, type, payload => payload.raw(hexBytes(hex)))
  }
}

/** Makes a field one without which its value means nothing. */
export function required<T>(field: Field<T>): Field<T, true> {
  return { ...field, required: true }
}

function fixed<T>(
  attributeNumber: number,
  size: number,
  read: (reader: ByteReader, at: number) => T,
  write: (writer: ByteWriter, value: T) => void,
): Field<T, false> {
  return {
    attribute: attributeNumber,
    required: false,
    read(reader, at, length) {
      if (length < size) throw new DecodeError(`attribute ${attributeNumber} has ${length} bytes`, at)
      return read(reader, at)
    },
    write,
  }
}

export const u8 = (number: number): Field<number, false> =>
  fixed(
    number,
    1,
    (reader, at) => reader.u8(at),
    (writer, value) => writer.u8(value),
  )

export const be16 = (number: number): Field<number, false> =>
  fixed(
    number,
    2,
    (reader, at) => reader.be16(at),
    (writer, value) => writer.be16(value),
  )

export const be32 = (number: number): Field<number, false> =>
  fixed(
    number,
    4,
    (reader, at) => reader.be32(at),
    (writer, value) => writer.be32(value),
  )

/** Signed, as the priority of a hook. */
export const bes32 = (number: number): Field<number, false> =>
  fixed(
    number,
    4,
    (reader, at) => reader.be32(at) | 0,
    (writer, value) => writer.be32(value >>> 0),
  )

/** Decimal string. */
export const be64 = (number: number): Field<string, false> =>
  fixed(
    number,
    8,
    (reader, at) => reader.be64(at),
    (writer, value) => writer.be64(value),
  )

export const text = (number: number): Field<string, false> => ({
  attribute: number,
  required: false,
  read: (reader, at, length) => reader.text(at, length),
  write: (writer, value) => writer.text(value),
})

/** Bytes as hex. */
export const hex = (number: number): Field<string, false> => ({
  attribute: number,
  required: false,
  read: (reader, at, length) => reader.hex(at, length),
  write: (writer, value) => writer.raw(hexBytes(value)),
})

/** A nest of NFTA_DATA_*: the hex of a value, or a verdict. */
export const data = (number: number): Field<NftData, false> => ({
  attribute: number,
  required: false,
  read: readData,
  write: writeData,
})

/** The hex of a value where no verdict can stand; a verdict reads as an empty value. */
export const constant = (number: number): Field<string, false> => ({
  attribute: number,
  required: false,
  read(reader, at, length) {
    const read = readData(reader, at, length)
    return typeof read === 'string' ? read : ''
  },
  write: writeData,
})

/** An enumeration by its words; a number that has none stays a number, as text. */
export const word = (number: number, words: readonly string[], width: 8 | 32 = 32): Field<string, false> => {
  const integer = width === 8 ? u8(number) : be32(number)
  return {
    attribute: number,
    required: false,
    read(reader, at, length) {
      const code = integer.read(reader, at, length)
      return words[code] ?? String(code)
    },
    write(writer, value) {
      const code = words.indexOf(value)
      integer.write(writer, code >= 0 ? code : Number(value))
    },
  }
}

/** A set of flags by their words, lowest bit first; bits without a word stay together as one hex number. */
export const bits = (number: number, words: readonly string[]): Field<readonly string[], false> =>
  fixed(
    number,
    4,
    (reader, at) => bitWords(reader.be32(at), words),
    (writer, value) => writer.be32(bitsOf(value, words)),
  )

function bitWords(sum: number, words: readonly string[]): string[] {
  const found: string[] = []
  let rest = sum
  for (const [bit, name] of words.entries()) {
    if ((sum & (1 << bit)) === 0) continue
    found.push(name)
    rest &= ~(1 << bit)
  }
  if (rest !== 0) found.push(`0x${(rest >>> 0).toString(16)}`)
  return found
}

function bitsOf(names: readonly string[], words: readonly string[]): number {
  let sum = 0
  for (const name of names) {
    const bit = words.indexOf(name)
    sum |= bit >= 0 ? 1 << bit : Number(name)
  }
  return sum >>> 0
}
