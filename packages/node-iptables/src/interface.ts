import type { ByteReader, ByteWriter } from 'netlink-codec'
import type { InterfaceTest } from './model.ts'

/** IFNAMSIZ of if.h. */
export const IFNAMSIZ = 16

/**
 * An interface name and its byte mask, as ipt_ip and xt_physdev_info have them: 0xff for every byte that counts, the
 * NUL included unless the name is a prefix (`eth+`). Undefined when no byte counts, which every name passes; with `!`
 * that is a test that no packet passes.
 */
export function readInterface(
  reader: ByteReader,
  at: number,
  maskAt: number,
  invert: boolean,
): InterfaceTest | undefined {
  if (reader.u8(maskAt) === 0) return invert ? anyInterface(invert) : undefined
  let length = 1
  while (length < IFNAMSIZ && reader.u8(maskAt + length) !== 0) length++
  const name = reader.text(at, length)
  return { name, wildcard: length < IFNAMSIZ && reader.u8(at + length - 1) !== 0, invert }
}

/** `+`, which every name begins with. */
export function anyInterface(invert: boolean): InterfaceTest {
  return { name: '', wildcard: true, invert }
}

const utf8 = new TextEncoder()

/** Name and mask, each IFNAMSIZ bytes. */
export function interfaceBytes(test: InterfaceTest | undefined): { name: Uint8Array; mask: Uint8Array } {
  const bytes = utf8.encode(test?.name ?? '').subarray(0, IFNAMSIZ - 1)
  const name = new Uint8Array(IFNAMSIZ)
  name.set(bytes)
  const mask = new Uint8Array(IFNAMSIZ)
  if (test) mask.fill(0xff, 0, bytes.length + (test.wildcard ? 0 : 1))
  return { name, mask }
}

/** Writes the name, then the mask. */
export function writeInterface(writer: ByteWriter, test: InterfaceTest | undefined): void {
  const { name, mask } = interfaceBytes(test)
  writer.raw(name).raw(mask)
}

/** `eth0`, `eth+`. */
export function parseInterface(text: string, invert: boolean): InterfaceTest {
  const wildcard = text.endsWith('+')
  return { name: wildcard ? text.slice(0, -1) : text, wildcard, invert }
}

export function interfaceText({ name, wildcard }: InterfaceTest): string {
  return wildcard ? `${name}+` : name
}
