import type { ByteReader, ByteWriter } from 'netlink-codec'
import type { Family } from '../model.ts'

/** Where a payload lies and what it belongs to. */
export type Payload = {
  readonly reader: ByteReader
  /** First byte of the extension's own struct, behind xt_entry_match or in NFTA_MATCH_INFO. */
  readonly at: number
  /** Bytes of it; the kernel pads to eight. */
  readonly length: number
  readonly revision: number
  readonly family: Family
}

/**
 * One match or target: its value as plain data, and the three ways it is written. A file holds one extension (or a
 * family of twins) and names the kernel header of its struct.
 */
export type Extension<T extends { readonly name: string }> = {
  /** As in xt_entry_match.u.user.name and behind `-m` or `-j`. */
  readonly name: T['name']
  /** Revisions whose layout `decode` knows. */
  readonly revisions: readonly number[]
  /** Bytes to value. Throws DecodeError when they are too few; returns undefined for a layout it does not know. */
  decode(payload: Payload): T | undefined
  /** Value to the struct's bytes in the highest revision, unpadded: for tests and for writers of fixtures. */
  encode(value: T, writer: ByteWriter, family: Family): void
  /** The words behind `-m NAME` or `-j NAME`, as iptables-save of `family` prints them. */
  print(value: T, family: Family): string[]
  /** The inverse of `print`, lenient as iptables is (`--set-mark`, `-d` for `--destination`). Undefined: not understood. */
  parse(words: readonly string[], family: Family): T | undefined
}
