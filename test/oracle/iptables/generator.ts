import type { Family } from 'node-iptables'
import type { Random } from '../random.ts'

/** A random match or target, and where the kernel lets it stand. */
export type Generator = {
  readonly name: string
  /** Words behind `-m NAME` or `-j NAME`. */
  make(random: Random, family: Family): string
  /** Protocol that the rule must have. */
  readonly protocol?: string
  /** A match that the rule must have. */
  readonly needs?: string
  readonly family?: Family
  readonly tables?: readonly string[]
  readonly chains?: readonly string[]
}
