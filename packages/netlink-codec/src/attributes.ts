import { DecodeError } from './errors.ts'
import type { ByteReader } from './reader.ts'

/** NLA_F_NESTED and NLA_F_NET_BYTEORDER share the type field with the number (linux/netlink.h). */
const NLA_TYPE_MASK = 0x3fff
const NLA_HDRLEN = 4

/** An attribute that a decoder does not know: kept, so that nothing the kernel said is lost. */
export type UnknownAttribute = { readonly type: number; readonly hex: string }

/**
 * Walks a run of attributes. `visit` gets the type without flags, and where the payload lies.
 *
 * @throws DecodeError when a length is smaller than its header or reaches beyond `end`. Up to three trailing
 * bytes are padding and are ignored, as the kernel's own `nla_for_each_attr` does.
 */
export function eachAttribute(
  reader: ByteReader,
  start: number,
  end: number,
  visit: (type: number, at: number, length: number) => void,
): void {
  let at = start
  while (end - at >= NLA_HDRLEN) {
    const length = attributeLength(reader, at, end)
    visit(reader.u16(at + 2) & NLA_TYPE_MASK, at + NLA_HDRLEN, length - NLA_HDRLEN)
    at += (length + 3) & ~3
  }
}

/**
 * Walks a run of attributes without a call for each: `while (walk.next())` with the type without flags, and where the payload
 * lies. `next` throws what `eachAttribute` throws.
 */
export class AttributeWalk {
  type = 0
  at = 0
  length = 0
  private readonly reader: ByteReader
  private following: number
  private end: number

  constructor(reader: ByteReader, start: number, end: number) {
    this.reader = reader
    this.following = start
    this.end = end
  }

  /** Begins anew with another run of the same bytes. */
  restart(start: number, end: number): void {
    this.following = start
    this.end = end
  }

  next(): boolean {
    const { reader, following: at, end } = this
    if (end - at < NLA_HDRLEN) return false
    const length = attributeLength(reader, at, end)
    this.type = reader.u16(at + 2) & NLA_TYPE_MASK
    this.at = at + NLA_HDRLEN
    this.length = length - NLA_HDRLEN
    this.following = at + ((length + 3) & ~3)
    return true
  }
}

/** Where the payload of an attribute lies. */
export type Payload = { readonly at: number; readonly length: number }

/**
 * The payload of the first attribute of `type` between `start` and `end`: for one value out of a nest, without an
 * index of all of it.
 *
 * @throws DecodeError as `eachAttribute`
 */
export function findAttribute(
  reader: ByteReader,
  start: number,
  end: number,
  type: number,
): Payload | undefined {
  let at = start
  while (end - at >= NLA_HDRLEN) {
    const length = attributeLength(reader, at, end)
    if ((reader.u16(at + 2) & NLA_TYPE_MASK) === type) {
      return { at: at + NLA_HDRLEN, length: length - NLA_HDRLEN }
    }
    at += (length + 3) & ~3
  }
  return undefined
}

/** Length of the attribute at `at`, header included. */
function attributeLength(reader: ByteReader, at: number, end: number): number {
  const length = reader.u16(at)
  if (length < NLA_HDRLEN || at + length > end) {
    throw new DecodeError(`attribute length ${length} does not fit in ${end - at} bytes`, at)
  }
  return length
}

/** Types that an index is kept for between messages; the kernel's are all below it. */
const USUAL_TYPES = 256

/**
 * The attributes of one message or nest, by type: the last one of a type wins, as in the kernel's `nla_parse`.
 * Getters return undefined for an attribute that is absent, and throw DecodeError for one that is too short.
 */
export class Attributes {
  /** Payloads by type, 0 or nothing for one that is absent; their lengths stand in the headers before them. */
  private at: number[] = []
  private source: ByteReader
  private present = 0
  /** The highest type that is present; -1 for none. */
  private highest = -1

  constructor(reader: ByteReader, start: number, end: number) {
    this.source = reader
    this.index(start, end)
  }

  get reader(): ByteReader {
    return this.source
  }

  /** How many types are present. */
  get count(): number {
    return this.present
  }

  /** Makes this the index of other attributes: for who reads thousands of messages, and holds one at a time. */
  reuse(reader: ByteReader, start: number, end: number): this {
    this.source = reader
    this.present = 0
    if (this.highest >= USUAL_TYPES) this.at = []
    else for (let type = 0; type <= this.highest; type++) this.at[type] = 0
    this.highest = -1
    this.index(start, end)
    return this
  }

  private index(start: number, end: number): void {
    const { source: reader } = this
    let at = start
    while (end - at >= NLA_HDRLEN) {
      const length = attributeLength(reader, at, end)
      const type = reader.u16(at + 2) & NLA_TYPE_MASK
      if (!this.at[type]) this.present++
      if (type > this.highest) this.highest = type
      this.at[type] = at + NLA_HDRLEN
      at += (length + 3) & ~3
    }
  }

  has(type: number): boolean {
    return !!this.at[type]
  }

  /** Types that are present, ascending. */
  types(): number[] {
    return Object.keys(this.at)
      .map(Number)
      .filter(type => this.has(type))
  }

  /** Where the payload begins, for structures read in place. */
  offset(type: number): number | undefined {
    return this.at[type] || undefined
  }

  /** Where a structure of at least `length` bytes begins. */
  struct(type: number, length: number): number | undefined {
    return this.check(type, length)
  }

  /** Bytes of payload; 0 for a flag attribute, undefined when absent. */
  length(type: number): number | undefined {
    const at = this.offset(type)
    return at === undefined ? undefined : this.sizeAt(at)
  }

  u8(type: number): number | undefined {
    const at = this.check(type, 1)
    return at === undefined ? undefined : this.reader.u8(at)
  }

  u16(type: number): number | undefined {
    const at = this.check(type, 2)
    return at === undefined ? undefined : this.reader.u16(at)
  }

  u32(type: number): number | undefined {
    const at = this.check(type, 4)
    return at === undefined ? undefined : this.reader.u32(at)
  }

  s32(type: number): number | undefined {
    const at = this.check(type, 4)
    return at === undefined ? undefined : this.reader.s32(at)
  }

  be16(type: number): number | undefined {
    const at = this.check(type, 2)
    return at === undefined ? undefined : this.reader.be16(at)
  }

  be32(type: number): number | undefined {
    const at = this.check(type, 4)
    return at === undefined ? undefined : this.reader.be32(at)
  }

  /** Decimal string. */
  u64(type: number): string | undefined {
    const at = this.check(type, 8)
    return at === undefined ? undefined : this.reader.u64(at)
  }

  /** Rounded beyond 2^53. */
  u64Number(type: number): number | undefined {
    const at = this.check(type, 8)
    return at === undefined ? undefined : this.reader.u64Number(at)
  }

  /** Decimal string. */
  be64(type: number): string | undefined {
    const at = this.check(type, 8)
    return at === undefined ? undefined : this.reader.be64(at)
  }

  text(type: number): string | undefined {
    const at = this.offset(type)
    return at === undefined ? undefined : this.reader.text(at, this.sizeAt(at))
  }

  hex(type: number): string | undefined {
    const at = this.offset(type)
    return at === undefined ? undefined : this.reader.hex(at, this.sizeAt(at))
  }

  /** A view, not a copy. */
  bytes(type: number): Uint8Array | undefined {
    const at = this.offset(type)
    return at === undefined ? undefined : this.reader.slice(at, this.sizeAt(at))
  }

  nested(type: number): Attributes | undefined {
    const at = this.offset(type)
    return at === undefined ? undefined : new Attributes(this.reader, at, at + this.sizeAt(at))
  }

  /** One attribute of a nest. */
  find(type: number, nestedType: number): Payload | undefined {
    const at = this.offset(type)
    return at === undefined ? undefined : findAttribute(this.reader, at, at + this.sizeAt(at), nestedType)
  }

  /** Walks a nest that is a list, such as NFTA_RULE_EXPRESSIONS; does nothing when it is absent. */
  each(type: number, visit: (type: number, at: number, length: number) => void): void {
    const at = this.offset(type)
    if (at !== undefined) eachAttribute(this.reader, at, at + this.sizeAt(at), visit)
  }

  /** What is present but not in `known`. */
  unknown(known: ReadonlySet<number>): UnknownAttribute[] {
    const unknown: UnknownAttribute[] = []
    for (let type = 0; type <= this.highest; type++) {
      if (this.has(type) && !known.has(type)) unknown.push({ type, hex: this.hex(type)! })
    }
    return unknown
  }

  private check(type: number, length: number): number | undefined {
    const at = this.offset(type)
    if (at !== undefined && this.sizeAt(at) < length) {
      throw new DecodeError(`attribute ${type} has ${this.sizeAt(at)} bytes, needs ${length}`, at)
    }
    return at
  }

  private sizeAt(at: number): number {
    return this.reader.u16(at - NLA_HDRLEN) - NLA_HDRLEN
  }
}
