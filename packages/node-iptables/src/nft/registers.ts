import type { Ct } from './expressions/conntrack.ts'
import type { Bitwise } from './expressions/compare.ts'
import type { Meta, PayloadLoad } from './expressions/packet.ts'

/**
 * The first 32-bit word of a register. Registers 1 to 4 are sixteen bytes each; 8 and up (NFT_REG32_00) are the same
 * bytes in words of four (enum nft_registers). Register 0 is the verdict and has no words: -1.
 */
export function registerWord(register: number): number {
  if (register >= 8) return register - 8
  return register === 0 ? -1 : (register - 1) * 4
}

/** What a register holds while a rule is followed: an expression's load, with the bitwise steps done to it since. */
export type Loaded<Source> = {
  readonly source: Source
  readonly bitwise: readonly Bitwise[]
}

/** Loads that rules of iptables' shape use. */
export type PlainSource = Meta | PayloadLoad | Ct | { readonly name: 'immediate'; readonly hex: string }

/** Registers by their first word. A load forgets what it overwrites only at that word: expressions never mix. */
export type RegisterFile<Source> = {
  load(register: number, value: Loaded<Source>): void
  at(register: number | undefined): Loaded<Source> | undefined
}

export function createRegisterFile<Source>(): RegisterFile<Source> {
  const words: (Loaded<Source> | undefined)[] = []
  return {
    load(register, value) {
      words[registerWord(register)] = value
    },
    at(register) {
      return register === undefined ? undefined : words[registerWord(register)]
    },
  }
}
