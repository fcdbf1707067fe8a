/** Connections of every scenario, made in the guest's swarm: our traces of them against what the kernel did. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clearSwarm, downScenarios, upScenarios, verifyScenarios } from '../../lab/scenarios/driver.ts'
import type { World } from '../../lab/scenarios/facts.ts'
import { scenarios } from '../../lab/scenarios/index.ts'
import { inPlace, tryInPlace } from '../../lab/scenarios/place.ts'
import { balancerOf, type Place } from '../../lab/scenarios/scenario.ts'
import { insider } from '../../lab/scenarios/shared.ts'
import { type Ended, openSwarm } from '../../lab/swarm/index.ts'
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

  const asking = insider as Extract<Place, { readonly kind: 'container' }>
  const main = join(import.meta.dirname, '../../src/main.ts')
  const trace = (...words: string[]): Promise<Ended> =>
    swarm.manager.try([
      'node',
      main,
      'trace',
      `${world.facts['vip.api.app']}:80`,
      '--from',
      'client.1',
      ...words,
    ])

  test('trace --probe tells the real server that ipvsadm has for its connection', async () => {
    const { status, stdout, stderr } = await trace('--probe', '--json')
    const [, port] = /\(port (\d+)\)/.exec(stderr) ?? []
    expect({ status, port }, stderr).toEqual({ status: 0, port: expect.stringMatching(/^\d+$/) })
    const told = JSON.parse(stdout) as { readonly way: readonly string[] }
    expect(told).toMatchObject({ probe: { kind: 'answered' }, isAsPredicted: true, differences: [] })
    const balancer = balancerOf('app', asking.node)
    const table = await inPlace(swarm, world.sandboxes, balancer, ['ipvsadm', '-Lnc'])
    const line = table.split('\n').find(each => each.includes(`:${port} `)) ?? ''
    const realServer = line.trim().split(/\s+/).at(-1)?.split(':')[0]
    // By its task, where the API names one.
    expect(told.way[0]?.split(/[ :()]/), table).toContain(realServer)
  })

  test('trace --watch tells that both real servers are taken while traffic flows', async () => {
    let isOver = false
    const watching = trace('--watch', '--json', '--count', '8').finally(() => {
      isOver = true
    })
    const curl = ['curl', '-s', '-m', '3', `http://${world.facts['vip.api.app']}/`]
    while (!isOver) await tryInPlace(swarm, world.sandboxes, asking, curl)
    const { stdout, stderr } = await watching
    type Line = {
      readonly traces: readonly {
        readonly sentences: readonly string[]
        readonly branches: readonly object[]
      }[]
    }
    const [told] = (JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Line).traces
    expect(told?.branches.length, stderr).toBe(2)
    for (const branch of told?.branches ?? [])
      expect(branch).toMatchObject({ isTaken: true, unit: 'conns', moved: expect.any(Number) })
    expect(told?.sentences.filter(text => text.includes('should have moved'))).toEqual([])
  })
})
