/** Every scenario of lab/scenarios, all of them in one swarm at a time: it works, as curl and nslookup see it. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clearSwarm, downScenarios, upScenarios, verifyScenarios } from '../../lab/scenarios/driver.ts'
import type { World } from '../../lab/scenarios/facts.ts'
import { scenarios } from '../../lab/scenarios/index.ts'
import { openSwarm, output } from '../../lab/swarm/index.ts'

const swarm = openSwarm()
const story: string[] = []
let world: World

afterAll(() => {
  process.stderr.write(`${story.join('\n')}\n`)
})

describe('the scenarios', () => {
  beforeAll(async () => {
    await clearSwarm(swarm)
    world = await upScenarios(swarm, scenarios)
  }, 400_000)

  afterAll(() => downScenarios(swarm, world, scenarios), 240_000)

  test.each(scenarios.map(scenario => [scenario.name, scenario] as const))(
    '%s answers as it must',
    async (_, scenario) => {
      const verified = verifyScenarios(swarm, world, [scenario], line => story.push(line))
      await expect(verified).resolves.toBeUndefined()
    },
  )
})

test('the first text, by hand, balances in the sandbox of the container that asks', async () => {
  const lines = await output(['node', join(import.meta.dirname, '../../lab/scenarios/seed.ts')])
  story.push(lines.trimEnd())
  expect(lines).toContain('seed: virtual address of nginx-vip: 192.168.10.')
  expect(lines).toContain('seed: 18531514ffd0: ipvsadm -Sn: -A -f 274 -s rr')
})
