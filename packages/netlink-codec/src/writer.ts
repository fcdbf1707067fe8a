const utf8 = new TextEncoder()

/** Collects little-endian bytes; grows as needed. The counterpart of ByteReader. */
export class ByteWriter {
  private bytes = new Uint8Array(256)
  private view = new DataView(this.bytes.buffer)
  private used = 0

  get length(): number {
    return this.used
  }

  u8(value: number): this {
    const at = this.grow(1)
    this.view.setUint8(at, value)
    return this
  }

  u16(value: number): this {
    const at = this.grow(2)
    this.view.setUint16(at, value, true)
    return this
  }

  u32(value: number): this {
    const at = this.grow(4)
    this.view.setUint32(at, value, true)
    return this
  }

  be16(value: number): this {
    const at = this.grow(2)
    this.view.setUint16(at, value)
    return this
  }

  be32(value: number): this {
    const at = this.grow(4)
    this.view.setUint32(at, value)
    return this
  }

  /** Takes a decimal string, as ByteReader gives it. */
  u64(value: string): this {
    const at = this.grow(8)
    this.view.setBigUint64(at, BigInt(value), true)
    return this
  }

  /** Takes a decimal string. */
  be64(value: string): this {
    const at = this.grow(8)
    this.view.setBigUint64(at, BigInt(value))
    return this
  }

  raw(value: Uint8Array): this {
    const at = this.grow(value.length)
    this.bytes.set(value, at)
    return this
  }

  /** Text with its terminating NUL. */
  text(value: string): this {
    return this.raw(utf8.encode(value)).u8(0)
  }

  zeros(count: number): this {
    this.grow(count)
    return this
  }

  /** Pads with zeros to a multiple of `boundary`. */
  align(boundary: number): this {
    const rest = this.used % boundary
    return rest === 0 ? this : this.zeros(boundary - rest)
  }

  /** Overwrites two bytes that were written before: lengths that are known only at the end. */
  patch16(at: number, value: number): void {
    this.view.setUint16(at, value, true)
  }

  patch32(at: number, value: number): void {
    this.view.setUint32(at, value, true)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.used)
  }

  /** Room for `count` bytes: where they begin. It may replace `view`, so call it first, not as an argument. */
  private grow(count: number): number {
    const at = this.used
    this.used += count
    if (this.used > this.bytes.length) {
      const bigger = new Uint8Array(Math.max(this.bytes.length * 2, this.used))
      bigger.set(this.bytes)
      this.bytes = bigger
      this.view = new DataView(bigger.buffer)
    }
    return at
  }
}

/** Writes one attribute: header, what `payload` writes, padding to four bytes. Nests by calling itself. */
export function attribute(writer: ByteWriter, type: number, payload: (writer: ByteWriter) => void): void {
  const start = writer.length
  writer.u16(0).u16(type)
  payload(writer)
  writer.patch16(start, writer.length - start)
  writer.align(4)
}

export type MessageFields = {
  readonly type: number
  readonly flags: number
  readonly seq?: number
  readonly pid?: number
}

/** One whole netlink message; `payload` writes the family header and the attributes. */
export function encodeMessage(fields: MessageFields, payload: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter()
  writer
    .u32(0)
    .u16(fields.type)
    .u16(fields.flags)
    .u32(fields.seq ?? 0)
    .u32(fields.pid ?? 0)
  payload(writer)
  writer.patch32(0, writer.length)
  writer.align(4)
  return writer.finish()
}
