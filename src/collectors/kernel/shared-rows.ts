import type { Message } from 'netlink-codec'

const CAPACITY = 4096

/**
 * Decodes messages, and gives one row for all that have the same bytes: every namespace of a node has the same few policy rules,
 * tables and chains. Rows are shared between namespaces; nobody may change them.
 *
 * @param decode looks at nothing but the message
 * @param headerLength bytes of the family header, of which only the first one counts (its family): others tell of the dump
 */
export function shareRows<Row>(
  decode: (message: Message) => Row | undefined,
  headerLength: number,
): (message: Message) => Row | undefined {
  const known = new Map<string, Shared<Row>>()
  let last: Shared<Row> | undefined
  return message => {
    const { reader, type, start, end } = message
    const from = start + headerLength
    if (from > end) return decode(message)
    const family = reader.u8(start)
    const expected = last?.next
    if (
      expected?.type === type &&
      expected.family === family &&
      isSame(expected.origin, reader.bytes, from, end)
    ) {
      last = expected
      return expected.row
    }
    const key = `${type} ${family} ${textOfBytes(reader.bytes, from, end)}`
    let shared = known.get(key)
    if (!shared) {
      const row = decode(message)
      if (row === undefined) return undefined
      shared = { type, family, origin: Buffer.from(reader.slice(from, end - from)), row, next: undefined }
      if (known.size >= CAPACITY) known.clear()
      known.set(key, shared)
    }
    if (last) last.next = shared
    last = shared
    return shared.row
  }
}

type Shared<Row> = {
  readonly type: number
  readonly family: number
  readonly origin: Buffer
  readonly row: Row
  /** What came next, the last time: messages come in the same order in most namespaces, and to look there first saves the key. */
  next: Shared<Row> | undefined
}

function isSame(origin: Buffer, bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === origin.length && isSameBytes(bytes, start, end, origin, 0)
}

/** Bytes as a key: a character each. */
export function textOfBytes(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes).toString('latin1', start, end)
}

/** Whether the bytes from `start` to `end` are those of `origin` from `at` on. */
export function isSameBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  origin: Buffer,
  at: number,
): boolean {
  const stop = at + end - start
  return stop <= origin.length && asBuffer(bytes).compare(origin, at, stop, start, end) === 0
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (view.buffer !== bytes.buffer || view.byteOffset !== bytes.byteOffset || view.length !== bytes.length) {
    view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }
  return view
}

/** All messages of a thread lie in one receive buffer. */
let view: Buffer = Buffer.alloc(0)
