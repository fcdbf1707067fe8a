import type { Match, Target } from './extensions/registry.ts'

export type { Match, Target }

/**
 * One model for iptables rules, whichever way the kernel holds them: plain data (no class, no Map), counters as
 * decimal strings, so that it survives JSON.
 */

/** `ip` is iptables, `ip6` is ip6tables. */
export type Family = 'ip' | 'ip6'

/**
 * An address test: `10.0.0.0/8` is address 10.0.0.0, mask 255.0.0.0. Masks may have holes. The kernel puts the mask on the
 * packet's address alone: an address with bits outside of its mask equals none.
 */
export type AddressTest = { readonly address: string; readonly mask: string; readonly invert: boolean }

/**
 * An interface test; `wildcard` is the trailing `+`: every name that begins with `name`. `! -i +` lets no packet pass;
 * iptables-nft-save prints it, iptables-legacy-save prints nothing for it.
 */
export type InterfaceTest = { readonly name: string; readonly wildcard: boolean; readonly invert: boolean }

/** The tests of the packet's own header and interfaces, which iptables prints before every match. */
export type HeaderTests = {
  readonly source?: AddressTest
  readonly destination?: AddressTest
  readonly inInterface?: InterfaceTest
  readonly outInterface?: InterfaceTest
  /** IANA number and the name that iptables-save prints (`tcp`, or the number as text). */
  readonly protocol?: {
    readonly number: number
    readonly name: string
    readonly invert: boolean
    /**
     * The next header of the IPv6 header itself is meant, as iptables-nft 1.8.2 compares it: a packet with
     * extension headers in between has another one.
     */
    readonly firstHeader?: true
  }
  /** IPv4 `-f`: second and further fragments. */
  readonly fragment?: { readonly invert: boolean }
}

/** What this package does not know is kept whole: the extension's name, its revision and its bytes. */
export type Unknown = {
  readonly name: 'unknown'
  readonly extension: string
  /** 0 when it came from text. */
  readonly revision: number
  /** The struct with its padding; empty when it came from text. */
  readonly hex: string
  /** Its words when it came from text, with their quotes. */
  readonly words?: readonly string[]
}

/** The verdicts and moves that are the kernel's own: no extension is involved. */
export type Verdict =
  | { readonly name: 'ACCEPT' | 'DROP' | 'QUEUE' | 'RETURN' }
  | { readonly name: 'jump' | 'goto'; readonly chain: string }
  /** A rule without a target: it only counts. */
  | { readonly name: 'none' }

export type Chain = {
  readonly name: string
  /** Policy of a base chain; null for a user chain. */
  readonly policy: string | null
  readonly packets: string
  readonly bytes: string
}

/** One line of iptables-save. */
export type Rule = {
  readonly chain: string
  readonly packets: string
  readonly bytes: string
  readonly ip: HeaderTests
  /** In the order of the rule. Each is `{ name: 'tcp', … }`: see the type of the extension of that name. */
  readonly matches: readonly Match[]
  readonly target: Target
}

export type Table = {
  readonly family: Family
  /** filter, nat, mangle, raw, security. */
  readonly name: string
  /** Base chains in hook order, then user chains as the kernel lists them. */
  readonly chains: readonly Chain[]
  /** Grouped by chain, in evaluation order. */
  readonly rules: readonly Rule[]
}
