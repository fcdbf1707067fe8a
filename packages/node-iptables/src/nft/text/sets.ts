import { ByteReader } from 'netlink-codec'
import { nestedOf } from '../expressions/nested.ts'
import type { NftElement, NftSetObject } from '../sets.ts'
import { VERDICT_TYPE } from '../sets.ts'
import { ruleComment, userdataItems } from '../userdata.ts'
import { hexBytes, type NftData, type NftVerdict } from '../verdict.ts'
import type { NftSetContents } from './context.ts'
import { statefulText } from './stateful.ts'
import { rawTypeof, userdataField } from './typeof.ts'
import { type NftType, numberOf, rangeType, timeText, types, typesOf, valueText } from './types.ts'

/** NFTNL_UDATA_SET_KEYBYTEORDER and _DATABYTEORDER (libnftnl include/libnftnl/udata.h). */
const UDATA_KEY_ORDER = 0
const UDATA_DATA_ORDER = 1
/** BYTEORDER_BIG_ENDIAN of nft. */
const BIG_ENDIAN = 2

/** `ipv4_addr . inet_service`, as behind `type` of a set; `@th,96,24` for a part of a header without a name. */
export function nftKeyType(set: NftSetObject): string {
  return (
    rawTypeof(set) ??
    typesOf(set.keyType ?? 0)
      .map(type => type.name)
      .join(' . ')
  )
}

/** What a map gives: `verdict`, a type as of a key, or the kind of an object; undefined for a set. */
export function nftDataType(set: NftSetObject): string | undefined {
  if (set.dataType === VERDICT_TYPE) return 'verdict'
  if (set.flags?.includes('object')) return nftObjectKind(set.objectType ?? 0)
  if (!set.flags?.includes('map')) return undefined
  return typesOf(set.dataType ?? 0)
    .map(type => type.name)
    .join(' . ')
}

/** NFT_OBJECT_* (linux/netfilter/nf_tables.h) in the words of statements. */
export const objectKinds: Readonly<Record<number, string>> = {
  1: 'counter',
  2: 'quota',
  3: 'ct helper',
  4: 'limit',
  5: 'ct count',
  6: 'tunnel',
  7: 'ct timeout',
  8: 'secmark',
  9: 'ct expectation',
  10: 'synproxy',
}

/** `counter`, `quota`, `ct helper` and so on by NFT_OBJECT_*; a number as text when it has no name. */
export function nftObjectKind(type: number): string {
  return objectKinds[type] ?? String(type)
}

/** The types of a set's key, with the byte order that its elements have. */
export function keyTypes(set: NftSetObject): NftType[] {
  return ordered(set, typesOf(set.keyType ?? 0), UDATA_KEY_ORDER)
}

export function dataTypes(set: NftSetObject): NftType[] {
  return ordered(set, typesOf(set.dataType ?? 0), UDATA_DATA_ORDER)
}

/** Plain integers tell their byte order in the set's userdata; intervals are compared in network order. */
function ordered(set: NftSetObject, found: NftType[], item: number): NftType[] {
  const key = item === UDATA_KEY_ORDER
  const interval = key && set.flags?.includes('interval') === true
  const isRaw = key && rawTypeof(set) !== undefined
  const isNetwork = userdataNumber(set, item) === BIG_ENDIAN
  return found.map(type => {
    if (type === types.integer && isRaw) return types.raw
    if (type === types.integer && !isNetwork && !interval) return types.hostInteger
    return interval && type.number ? { ...type, order: 'network' } : type
  })
}

function userdataNumber({ userdata }: NftSetObject, type: number): number | undefined {
  if (userdata === undefined) return undefined
  const reader = new ByteReader(hexBytes(userdata))
  return userdataField(reader, userdataItems(reader), type)
}

/** The elements as nft prints and sorts them: `"eth0"`, `80-90`, `10.0.0.1 : jump web`. */
export function printNftElements(
  { set, elements }: NftSetContents,
  keys: readonly NftType[] = keyTypes(set),
): string[] {
  const isInterval = set.flags?.includes('interval') === true && keys.length === 1
  const rows = isInterval ? intervals(elements, keys[0]!) : plainElements(set, elements, keys)
  return rows.map(({ element, text }) => elementText(set, element, text))
}

type Row = { readonly element: NftElement; readonly text: string }

function plainElements(set: NftSetObject, elements: readonly NftElement[], keys: readonly NftType[]): Row[] {
  const sortable = set.flags?.includes('interval') !== true
  const rows = elements.map(element => {
    const text = element.flags?.includes('catchall') ? '*' : keyText(keys, element.key ?? '', element.keyEnd)
    return { element, text, rank: sortRank(keys, element) }
  })
  return sortable ? rows.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0)) : rows
}

/** nft sorts by the number that a key is; concatenations by their fields' bytes, the last field first. */
function sortRank(keys: readonly NftType[], { key = '', flags }: NftElement): bigint {
  if (flags?.includes('catchall')) return 1n << 600n
  if (keys.length === 1) return numberOf(key, keys[0]!.order)
  let at = 0
  let packed = ''
  for (const type of keys) {
    const bytes = type.bytes ?? 4
    packed += key.slice(2 * at, 2 * (at + bytes))
    at += (bytes + 3) & ~3
  }
  return numberOf(packed, 'host')
}

/** `1.1.1.1 . 80`; each field of a concatenation takes whole words of four bytes. */
function keyText(keys: readonly NftType[], key: string, keyEnd: string | undefined): string {
  let at = 0
  const parts = keys.map((type, index) => {
    const rest = index === keys.length - 1 ? (key.length >> 1) - at : 4
    const bytes = keys.length === 1 ? key.length >> 1 : (type.bytes ?? rest)
    const low = key.slice(2 * at, 2 * (at + bytes))
    const high = keyEnd?.slice(2 * at, 2 * (at + bytes)) ?? low
    at += (bytes + 3) & ~3
    return low === high ? valueText(type, low) : intervalText(type, low, numberOf(high, type.order))
  })
  return parts.join(' . ')
}

/**
 * Elements of an interval set: one opens an interval, and the next one, with the flag `interval-end` or not, lies just
 * behind its end (nft_set_rbtree.c).
 */
function intervals(elements: readonly NftElement[], type: NftType): Row[] {
  const order = 'network'
  const catchall = elements.filter(element => element.flags?.includes('catchall'))
  const sorted = elements
    .filter(element => !element.flags?.includes('catchall'))
    .map(element => ({ element, at: numberOf(element.key ?? '', order), end: isEnd(element) }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : Number(b.end) - Number(a.end)))
  const rows: Row[] = []
  for (const [index, { element, at, end }] of sorted.entries()) {
    if (end) continue
    const key = element.key ?? ''
    const last = (1n << BigInt(key.length * 4)) - 1n
    const next = sorted[index + 1]
    rows.push({ element, text: intervalText({ ...type, order }, key, next ? next.at - 1n : last, at) })
  }
  for (const element of catchall) rows.push({ element, text: '*' })
  return rows
}

const isEnd = (element: NftElement) => element.flags?.includes('interval-end') === true

/** `10.0.0.0/8` where the type has prefixes and the bounds fit one, else `low-high`. Bad bytes can put `high` below `low`. */
function intervalText(type: NftType, low: string, high: bigint, at = numberOf(low, type.order)): string {
  if (at === high) return valueText(type, low)
  const size = high - at + 1n
  const bits = low.length * 4
  if (type.prefix && size > 0n && (size & (size - 1n)) === 0n && at % size === 0n) {
    return `${valueText(type, low)}/${bits - (size.toString(2).length - 1)}`
  }
  const ends = rangeType(type)
  return `${valueText(ends, low)}-${valueText({ ...ends, order: 'network' }, hexOf(high, low.length))}`
}

function hexOf(value: bigint, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

function elementText(set: NftSetObject, element: NftElement, key: string): string {
  const words = [key]
  const { timeout, expiration, userdata } = element
  for (const stateful of nestedOf(element)) words.push(statefulText(stateful))
  if (timeout !== undefined && timeout !== set.timeout) words.push(`timeout ${timeText(BigInt(timeout))}`)
  if (expiration !== undefined) words.push(`expires ${timeText(BigInt(expiration))}`)
  const comment = userdata === undefined ? undefined : ruleComment(userdata)
  if (comment !== undefined) words.push(`comment "${comment}"`)
  if (element.object !== undefined) words.push(`: "${element.object}"`)
  else if (element.data !== undefined) words.push(`: ${dataText(dataTypes(set), element.data)}`)
  return words.join(' ')
}

/** The value that a map holds. */
export function dataText(valueTypes: readonly NftType[], data: NftData): string {
  return typeof data === 'string' ? keyText(valueTypes, data, undefined) : verdictText(data)
}

export function verdictText({ code, chain, queue }: NftVerdict): string {
  if (chain !== undefined) return `${code} ${chain}`
  return queue ? `${code} to ${queue}` : code
}
