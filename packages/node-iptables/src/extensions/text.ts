import type { ByteWriter } from 'netlink-codec'

const utf8 = new TextEncoder()

/** Writes a char array: the text, cut so that a NUL ends it, and zeros. */
export function writeText(writer: ByteWriter, text: string, size: number): void {
  const bytes = utf8.encode(text).subarray(0, size - 1)
  writer.raw(bytes).zeros(size - bytes.length)
}
