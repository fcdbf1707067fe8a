/** Reads of every namespace, bit by bit, what changes without an event. */
export type Rounds = {
  /** Does a little of it. To be called every `ROUND_STEP_MS`. */
  step(): void
}

export type RoundOptions = {
  /** The namespaces of now, those first that matter most. */
  readonly ids: () => readonly string[]
  readonly read: (id: string) => void
  /** Milliseconds of processor time that one second may cost. */
  readonly budgetMs: number
  /** A round begins this long after the one before it began, or when that ends. */
  readonly everyMs: number
  /** How long a round took, from its first namespace to its last. */
  readonly onRound?: (tookMs: number) => void
}

export const ROUND_STEP_MS = 250

/**
 * Work that is spread over time: each step spends its share of the budget and stops. A step that cost more, as one
 * namespace with many rules does, is paid back by the steps after it.
 *
 * @param clock milliseconds that only go forward
 */
export function createRounds(
  { ids, read, budgetMs, everyMs, onRound }: RoundOptions,
  clock: () => number = () => performance.now(),
): Rounds {
  let left: string[] = []
  let begun = Number.NEGATIVE_INFINITY
  let credit = 0
  const share = (budgetMs * ROUND_STEP_MS) / 1000
  return {
    step() {
      const started = clock()
      if (left.length === 0) {
        if (started - begun < everyMs) return
        left = [...ids()].reverse()
        begun = started
        if (left.length === 0) return
      }
      credit = Math.min(credit + share, share)
      while (left.length > 0 && clock() - started < credit) {
        const id = left.pop()
        if (id !== undefined) read(id)
      }
      credit -= clock() - started
      if (left.length === 0) onRound?.(clock() - begun)
    },
  }
}
