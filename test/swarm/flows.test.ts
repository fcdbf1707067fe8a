/** Connections of every scenario, made in the guest's swarm: our traces of them against what the kernel did. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clearSwarm, downScenarios, upScenarios, verifyScenarios } from '../../lab/scenarios/driver.ts'
import type { World } from '../../lab/scenarios/facts.ts'
import { scenarios } from '../../lab/scenarios/index.ts'
import { openSwarm } from '../../lab/swarm/index.ts'
import { compareFlows } from '../flows/compare.ts'
import { gather } from '../flows/gather.ts'
import { type Result, resultOf } from '../flows/result.ts'

const swarm = openSwarm()

describe('real connections', () => {
  let world: World
  let result: Result

  beforeAll(async () => {
    await clearSwarm(swarm)
    world = await upScenarios(swarm, scenarios)
    // What gossip brings is there when everybody answers.
    await verifyScenarios(swarm, world, scenarios)
    const gathered = await gather(swarm, world)
    result = resultOf(gathered, compareFlows(gathered))
  }, 600_000)

  afterAll(() => {
    const lines = result.scenarios.map(
      ({ scenario, flows, same }) => `flows: ${scenario}: ${same} of ${flows}`,
    )
    process.stderr.write(`${[...lines, ...result.misses].join('\n')}\n`)
    return downScenarios(swarm, world, scenarios)
  }, 240_000)

  test('were made in each scenario, and balanced', () => {
    for (const { name } of scenarios)
      expect(result.scenarios.find(({ scenario }) => scenario === name)?.flows, name).toBeGreaterThan(0)
    expect(result.flows).toBeGreaterThan(200)
    const count = (of: (each: Result['scenarios'][number]) => number): number =>
      result.scenarios.reduce((sum, each) => sum + of(each), 0)
    expect(count(({ entries }) => entries)).toBeGreaterThan(result.flows)
    expect(count(({ realServers }) => realServers)).toBeGreaterThan(5)
    expect(result.rules.compared).toBeGreaterThan(100)
  })

  test('went as our traces say, and the rules counted them so', () => {
    expect(result.misses).toEqual([])
  })
})
