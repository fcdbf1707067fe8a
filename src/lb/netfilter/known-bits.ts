import { type Bytes, wholePacket } from './nft/bytes.ts'
import type { Packet } from '../packet.ts'

/** A number of 32 bits of which some are known: those that `known` has set. */
export type Bits = { readonly value: number; readonly known: number }

const ALL = 0xffff_ffff

export const exactly = (value: number): Bits => ({ value: value >>> 0, known: ALL })

/** All of it; undefined when a bit is not known. */
export function numberOf({ value, known }: Bits): number | undefined {
  return known === ALL ? value : undefined
}

export function and({ value, known }: Bits, mask: number): Bits {
  return { value: (value & mask) >>> 0, known: (known | ~mask) >>> 0 }
}

export function or({ value, known }: Bits, mask: number): Bits {
  return { value: (value | mask) >>> 0, known: (known | mask) >>> 0 }
}

export function shiftLeft({ value, known }: Bits, bits: number): Bits {
  if (bits > 31) return exactly(0)
  return { value: (value << bits) >>> 0, known: ((known << bits) | ((1 << bits) - 1)) >>> 0 }
}

export function shiftRight({ value, known }: Bits, bits: number): Bits {
  if (bits > 31) return exactly(0)
  return { value: value >>> bits, known: ~(~known >>> bits) >>> 0 }
}

/** Whether it is this number: no as soon as one known bit differs. */
export function isNumber({ value, known }: Bits, wanted: number): boolean | undefined {
  if (((value ^ wanted) & known) !== 0) return false
  return known === ALL ? true : undefined
}

/** What xtables reads of a packet, from the IP header on. */
export type Reader = {
  /** `length` bytes in network order; `outside` where the packet ends before. */
  read(at: number, length: number): Bits | 'outside'
}

export function readerOf(packet: Packet): Reader {
  const bytes: Bytes = wholePacket(packet)
  return {
    read(at, length) {
      if (at < 0 || (packet.length !== undefined && at + length > packet.length)) return 'outside'
      let value = 0
      let known = length === 4 ? 0 : (ALL << (8 * length)) >>> 0
      for (let i = 0; i < length; i++) {
        const byte = bytes[at + i]
        const shift = 8 * (length - 1 - i)
        if (byte === undefined) continue
        value = (value | (byte << shift)) >>> 0
        known = (known | (0xff << shift)) >>> 0
      }
      return { value, known }
    },
  }
}
