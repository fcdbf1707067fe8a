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
  /**
   * The name of an ipset by its index. The rule holds the index alone; who has asked the kernel for names (ipset
   * netlink, `IPSET_CMD_GET_BYINDEX`) passes them here.
   */
  readonly setName?: ((index: number) => string | undefined) | undefined
}

/**
 * One match or target: its value as plain data, and the three ways it is written. A file holds one extension (or a
 * family of twins) and names the kernel header of its struct.
 *
 * Struct offsets are those of a 64-bit kernel, where `long` and pointers take and align to eight bytes.
 *
 * `Alias` is the value that `decode` gives for a struct that two extensions share: iptables stores `-m state` as conntrack
 * with a bit set.
 */
export type Extension<T extends { readonly name: string }, Alias = never> = {
  /** As in xt_entry_match.u.user.name and behind `-m` or `-j`. */
  readonly name: T['name']
  /** Where `encode` writes the struct of another extension, that one's name: `conntrack` for `state`. */
  readonly kernelName?: string
  /** The revision that `encode` writes: the highest that `size` knows. */
  readonly revision: number
  /** Bytes of the struct that `decode` reads; undefined for a revision or family whose layout it does not know. */
  size(revision: number, family: Family): number | undefined
  /** Bytes to value. At least `size` bytes are there. Undefined: holds something that the value cannot express. */
  decode(payload: Payload): T | Alias | undefined
  /** Value to the struct's bytes in `revision`, unpadded: for tests and for writers of fixtures. */
  encode(value: T, writer: ByteWriter, family: Family): void
  /** The words behind `-m NAME` or `-j NAME`, quoted where needed, as iptables-save of `family` prints them. */
  print(value: T, family: Family): string[]
  /**
   * The inverse of `print`, from words without quotes; lenient as iptables is (`--set-mark`, `--source-port` for
   * `--sport`). Undefined: not understood.
   */
  parse(words: readonly string[], family: Family): T | undefined
}
