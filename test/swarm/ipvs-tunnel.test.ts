/** IPVS that sends by IPIP: what the kernel does with connections, and what our traces say of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bed, makeBed } from '../tunnel/bed.ts'
import { tunnelCases } from '../tunnel/cases.ts'
import { saidByTrace, seenByKernel } from '../tunnel/compare.ts'

describe('IPVS by IPIP', () => {
  let bed: Bed
  beforeAll(async () => {
    bed = await makeBed()
  })
  afterAll(() => bed.remove())

  // The guest's kernel has no ipip interface unless it is built with one (CONFIG_NET_IPIP): then only what is sent can be seen.
  test.for(tunnelCases.map(each => [each.name, each] as const))('%s', ([, each], { skip }) => {
    skip(!bed.hasIpip && !each.isOutside, 'the kernel of the guest takes no IPIP apart')
    for (const [place, command] of each.set) bed.run(place, command)
    try {
      const { snapshot, witness } = seenByKernel(bed, each)
      const { sentence, ...said } = saidByTrace(snapshot, each)
      expect(said, sentence).toEqual(witness)
      expect(bed.hasIpip || witness.answered.every(name => name === 'director'), sentence).toBe(true)
    } finally {
      for (const [place, command] of each.undo) bed.run(place, command)
    }
  })
})
