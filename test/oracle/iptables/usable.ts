import type { Family } from 'node-iptables'
import { mixSeed, seededRandom } from '../random.ts'
import type { Generator } from './generator.ts'
import { everything, loneRule, rulesetText, type Usable } from './ruleset.ts'

/** A match or target that is refused this often is not there. */
export const TRIES = 6

export type Probe = {
  readonly usable: Usable
  /** What this kernel or iptables does not have, with the reason. */
  readonly skipped: readonly string[]
}

/**
 * Tries every one of the matches and targets alone.
 *
 * @param restore loads a table; gives what the tool complained about, or nothing
 */
export function probeUsable(
  seed: number,
  family: Family,
  restore: (text: string) => string,
  wanted: Usable = everything,
): Probe {
  const usable = { matches: [] as Generator[], targets: [] as Generator[] }
  const skipped: string[] = []
  for (const kind of ['matches', 'targets'] as const) {
    for (const generator of wanted[kind]) {
      if (generator.family && generator.family !== family) continue
      let complaint = 'never tried'
      for (let attempt = 0; attempt < TRIES && complaint !== ''; attempt++) {
        const ruleset = loneRule(seededRandom(mixSeed(seed, attempt)), family, kind, generator)
        complaint = ruleset ? restore(rulesetText(ruleset)) : 'no chain for it'
      }
      if (complaint === '') usable[kind].push(generator)
      else skipped.push(`${generator.name} (${complaint.split('\n')[0]})`)
    }
  }
  return { usable, skipped }
}
