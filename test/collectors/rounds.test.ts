import { describe, expect, it } from 'vitest'
import { createRounds, ROUND_STEP_MS } from '../../src/collectors/kernel/rounds.ts'

/** Rounds over `count` namespaces of which each takes `cost` milliseconds, on a clock of their own. */
function synthetic(
  count: number,
  cost: number,
): { run: (seconds: number) => void; read: string[]; rounds: number[] } {
  let now = 0
  const read: string[] = []
  const rounds: number[] = []
  const all = Array.from({ length: count }, (_, index) => `net:[${index}]`)
  const work = createRounds(
    {
      ids: () => all,
      read: id => {
        read.push(id)
        now += cost
      },
      budgetMs: 4,
      everyMs: 10_000,
      onRound: tookMs => rounds.push(tookMs),
    },
    () => now,
  )
  return {
    run(seconds) {
      const end = now + seconds * 1000
      for (; now < end; now += ROUND_STEP_MS) work.step()
    },
    read,
    rounds,
  }
}

describe('createRounds', () => {
  it('reads each namespace once a round, in order, and rests until the next', () => {
    const { run, read, rounds } = synthetic(20, 0.1)
    run(9)
    expect(read).toEqual(Array.from({ length: 20 }, (_, index) => `net:[${index}]`))
    run(2)
    expect(read).toHaveLength(40)
    expect(rounds).toHaveLength(2)
  })

  it.each([
    [1000, 0.1],
    [100, 3],
    [10, 50],
  ])('of %i namespaces at %f ms costs no more than its budget', (count, cost) => {
    const { run, read, rounds } = synthetic(count, cost)
    run(60)
    // One reading may end beyond it, and is paid back.
    expect(read.length * cost).toBeLessThan(60 * 4 + 2 * cost)
    expect(read.length).toBeGreaterThan(0)
    for (const took of rounds) expect(took).toBeGreaterThanOrEqual(((count * cost) / 4 - 1) * 1000 * 0.9)
  })

  it('does nothing without namespaces', () => {
    const { run, rounds } = synthetic(0, 1)
    run(30)
    expect(rounds).toEqual([])
  })
})
