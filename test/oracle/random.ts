/** A source of random choices that gives the same ones for the same seed. */
export type Random = {
  /** True in `share` of the cases. */
  chance(share: number): boolean
  /** From `low` to `high`, both included; of many numbers the ends and their neighbours come often, as faults live there. */
  int(low: number, high: number): number
  pick<Item>(items: readonly Item[]): Item
  /** `text` in `share` of the cases, else nothing: an option of a command line. */
  maybe(share: number, text: string): string[]
  /** One of `make`'s results for each of `count` calls. */
  list<Item>(count: number, make: (index: number) => Item): Item[]
}

/** A choice among so many numbers is of their ends in this share of the cases. */
const MANY = 30
const ENDS = 0.2

/** Mulberry32: 32 bits of state are plenty for tests. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  const int = (low: number, high: number): number => {
    if (high - low < MANY || next() >= ENDS) return between(low, high)
    return between(0, 1) === 0 ? between(low, low + 1) : between(high - 1, high)
  }
  return {
    chance: share => next() < share,
    int,
    pick: items => items[int(0, items.length - 1)]!,
    maybe: (share, text) => (next() < share ? [text] : []),
    list: (count, make) => Array.from({ length: count }, (_, index) => make(index)),
  }
}

/** Mixes a run's seed with a number, so that one namespace can be made again without those before it. */
export function mixSeed(seed: number, index: number): number {
  return (Math.imul(seed ^ (index + 0x9e3779b9), 0x85ebca6b) ^ index) >>> 0
}
