import { parseNumber } from '../text/words.ts'

/**
 * Rates in bytes, as xt_hashlimit holds them: the cost of a block of 16 bytes (XT_HASHLIMIT_BYTE_SHIFT) where a second
 * is worth 2^32 - 1. So 100 bytes a second become 96.
 */

const SECOND = 0xffff_ffff
const BLOCK_SHIFT = 4
const KIB = 1024
const MIB = 1024 * 1024

export function costOfBytes(bytes: number): number {
  return Math.floor(SECOND / (Math.floor(bytes / 2 ** BLOCK_SHIFT) + 1))
}

export function bytesOfCost(cost: number): number {
  const blocks = cost === 0 ? SECOND : Math.floor(SECOND / cost)
  return (blocks - 1) * 2 ** BLOCK_SHIFT
}

/** `512kb`: the largest unit that fits, cut to whole numbers, as iptables prints it. */
export function printBytes(bytes: number): string {
  if (bytes >= MIB) return `${Math.floor(bytes / MIB)}mb`
  if (bytes >= KIB) return `${Math.floor(bytes / KIB)}kb`
  return `${bytes}b`
}

/** `512kb`, `3mb`, `96b`; undefined without the `b`, which would be packets. */
export function parseBytes(text: string): number | undefined {
  const [, count, unit] = /^(\d+)([km]?)b$/.exec(text) ?? []
  const number = parseNumber(count)
  return number === undefined ? undefined : number * (unit === 'm' ? MIB : unit === 'k' ? KIB : 1)
}
