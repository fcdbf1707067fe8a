import { ByteReader } from 'netlink-codec'
import type { NftSetObject } from '../sets.ts'
import { type UserdataItem, userdataItems } from '../userdata.ts'
import { hexBytes } from '../verdict.ts'

/** NFTNL_UDATA_SET_KEY_TYPEOF, _TYPEOF_EXPR, _TYPEOF_DATA and _KEY_PAYLOAD_* (libnftnl's udata.h, nft's payload.c). */
const KEY_TYPEOF = 3
const TYPEOF_EXPRESSION = 0
const TYPEOF_DATA = 1
const PAYLOAD_PROTOCOL = 0
const PAYLOAD_BASE = 2
const PAYLOAD_OFFSET = 3
const PAYLOAD_LENGTH = 4

/** EXPR_PAYLOAD of nft's enum expr_types. */
const EXPR_PAYLOAD = 7
/** enum proto_bases of nft, by the short names of raw payload expressions. */
const bases = ['', 'll', 'nh', 'th', 'ih']

/**
 * The key of a set that was declared with `typeof` and bits of a header that have no name: `@th,96,24`. nft keeps what
 * was behind `typeof` in the set's userdata. Undefined for any other set.
 */
export function rawTypeof({ userdata }: NftSetObject): string | undefined {
  if (userdata === undefined) return undefined
  const reader = new ByteReader(hexBytes(userdata))
  const key = userdataItems(reader).find(item => item.type === KEY_TYPEOF)
  if (!key) return undefined
  const parts = userdataItems(reader, key.at, key.at + key.length)
  const data = parts.find(item => item.type === TYPEOF_DATA)
  if (userdataField(reader, parts, TYPEOF_EXPRESSION) !== EXPR_PAYLOAD || !data) return undefined
  const fields = userdataItems(reader, data.at, data.at + data.length)
  // A protocol has a number; without one the place was given in bits.
  if (userdataField(reader, fields, PAYLOAD_PROTOCOL) !== 0) return undefined
  const base = bases[userdataField(reader, fields, PAYLOAD_BASE) ?? 0] ?? ''
  return `@${base},${userdataField(reader, fields, PAYLOAD_OFFSET)},${userdataField(reader, fields, PAYLOAD_LENGTH)}`
}

/** Userdata of nft is in host order. */
export function userdataField(
  reader: ByteReader,
  items: readonly UserdataItem[],
  type: number,
): number | undefined {
  const item = items.find(found => found.type === type)
  return item && item.length >= 4 ? reader.u32(item.at) : undefined
}
