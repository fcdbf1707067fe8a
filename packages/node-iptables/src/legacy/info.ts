import { ByteReader, ByteWriter, DecodeError } from 'netlink-codec'
import { writeText } from '../extensions/text.ts'
import {
  ENTRIES_HEADER,
  hookNames,
  INFO_HOOK_ENTRY,
  INFO_NUM_ENTRIES,
  INFO_SIZE,
  INFO_TABLE_SIZE,
  INFO_UNDERFLOW,
  INFO_VALID_HOOKS,
  TABLE_NAME_SIZE,
} from './layout.ts'

/**
 * The options of getsockopt, on a raw socket: level SOL_IP (0) of an AF_INET one, SOL_IPV6 (41) of an AF_INET6 one.
 * They need CAP_NET_ADMIN.
 *
 * Asking for a table that is not there makes the kernel create it, so ask only for what
 * /proc/net/ip_tables_names (ip6_tables_names) of the namespace names.
 */
export const IPT_SO_GET_INFO = 64
export const IPT_SO_GET_ENTRIES = 65
export const SOL_IP = 0
export const SOL_IPV6 = 41

/** What IPT_SO_GET_INFO answers. */
export type LegacyInfo = {
  readonly name: string
  /** By hook number; undefined where the table has no base chain. Offsets of the first rule and of the policy. */
  readonly hooks: readonly ({ readonly entry: number; readonly underflow: number } | undefined)[]
  readonly entryCount: number
  /** Bytes of all entries. */
  readonly size: number
}

/** The buffer for IPT_SO_GET_INFO: the kernel reads the table's name from it and fills it. */
export function legacyInfoRequest(table: string): Uint8Array {
  const writer = new ByteWriter()
  writeText(writer, table, TABLE_NAME_SIZE)
  return writer.zeros(INFO_SIZE - TABLE_NAME_SIZE).finish()
}

/**
 * The buffer for IPT_SO_GET_ENTRIES. The kernel refuses (EAGAIN) when the table's size has changed since `info`: ask
 * again for both.
 */
export function legacyEntriesRequest(info: LegacyInfo): Uint8Array {
  const writer = new ByteWriter()
  writeText(writer, info.name, TABLE_NAME_SIZE)
  return writer
    .u32(info.size)
    .zeros(ENTRIES_HEADER - TABLE_NAME_SIZE - 4 + info.size)
    .finish()
}

/** @throws DecodeError when `bytes` is no struct ipt_getinfo */
export function readLegacyInfo(bytes: Uint8Array): LegacyInfo {
  const reader = new ByteReader(bytes)
  if (bytes.length < INFO_SIZE) throw new DecodeError(`ipt_getinfo has ${INFO_SIZE} bytes`, bytes.length)
  const valid = reader.u32(INFO_VALID_HOOKS)
  return {
    name: reader.text(0, TABLE_NAME_SIZE),
    hooks: hookNames.map((_, hook) =>
      valid & (1 << hook)
        ? {
            entry: reader.u32(INFO_HOOK_ENTRY + 4 * hook),
            underflow: reader.u32(INFO_UNDERFLOW + 4 * hook),
          }
        : undefined,
    ),
    entryCount: reader.u32(INFO_NUM_ENTRIES),
    size: reader.u32(INFO_TABLE_SIZE),
  }
}
