import { ByteReader } from 'netlink-codec'
import { hexBytes } from './verdict.ts'

/**
 * Userdata is a run of type u8, length u8, value, which the kernel keeps for user space without looking at it (libnftnl
 * include/libnftnl/udata.h).
 */
export type UserdataItem = { readonly type: number; readonly at: number; readonly length: number }

/** Walks the items; what does not fit ends the walk, as it is nobody's contract. */
export function userdataItems(reader: ByteReader, start = 0, end = reader.end): UserdataItem[] {
  const items: UserdataItem[] = []
  let at = start
  while (at + 2 <= end) {
    const length = reader.u8(at + 1)
    if (at + 2 + length > end) break
    items.push({ type: reader.u8(at), at: at + 2, length })
    at += 2 + length
  }
  return items
}

/** NFTNL_UDATA_RULE_COMMENT, _CHAIN_COMMENT, _TABLE_COMMENT, _SET_ELEM_COMMENT and _OBJ_COMMENT. */
const COMMENT = 0

/** The comment of a rule, chain, table or set element; undefined when there is none. */
export function ruleComment(userdata: string): string | undefined {
  return userdataText(userdata, COMMENT)
}

export function userdataText(userdata: string, type: number): string | undefined {
  const reader = new ByteReader(hexBytes(userdata))
  const item = userdataItems(reader).find(found => found.type === type)
  return item && reader.text(item.at, item.length)
}
