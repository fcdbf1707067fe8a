import { describe, expect, test } from 'vitest'
import type { Disposition } from '../../src/lb/trace.ts'
import { needs } from '../support/needs.ts'
import { type Asking, type Listener, makeSmallWorld, type Wire } from './trace/small-world.ts'
import { bridgeCases } from './trace/small-bridges.ts'
import { deviceCases } from './trace/small-devices.ts'
import { routerCases } from './trace/small-routers.ts'
import { stackedCases } from './trace/small-stacked.ts'
import { tunnelCases } from './trace/small-tunnels.ts'

/** A world in which a trace could easily say what is not so, and what the kernel makes of it. */
export type SmallCase = {
  readonly name: string
  readonly wire: Wire
  /** Lines of a shell, each with the namespace before it. */
  readonly setUp: readonly string[]
  readonly listeners?: readonly Listener[]
  readonly ask: Asking
  /** Whether an answer comes. */
  readonly comes: boolean
  /** Before the packet, and behind it where that differs: neighbours are known then. */
  readonly said: Disposition | readonly [Disposition, Disposition]
  /** Words of the sentence. */
  readonly tells?: string
}

/** Long enough for an answer on a busy machine, and how long silence is waited for. */
const PATIENT = 10
const BRIEF = 0.4

describe('what is said of a small world', needs('root', 'program:ip', 'program:python3'), () => {
  test.each(
    [...bridgeCases, ...routerCases, ...deviceCases, ...stackedCases, ...tunnelCases].map(
      each => [each.name, each] as const,
    ),
  )('%s', { timeout: 300_000 }, async (_, each) => {
    const { wire, setUp, listeners = [], ask, comes, said, tells } = each
    const world = makeSmallWorld(wire)
    try {
      for (const line of setUp) expect(world.run(line)).toBeUndefined()
      await world.listen(listeners)
      const { heard, traces } = world.ask(ask, comes ? PATIENT : BRIEF)
      expect(heard === 'came', heard).toBe(comes)
      const dispositions = typeof said === 'string' ? [said, said] : said
      const sentences = traces.map(({ sentence }) => sentence).join('\n')
      expect(
        traces.map(({ disposition }) => disposition),
        sentences,
      ).toEqual(dispositions)
      if (tells !== undefined) expect(sentences).toContain(tells)
    } finally {
      world.remove()
    }
  })
})
