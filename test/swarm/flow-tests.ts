/**
 * Connections of every scenario, made in the guest's swarm: our traces of them against what the kernel did. They run in the swarm of
 * scenarios.test.ts, as bringing it up takes longer than they do.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { World } from '../../lab/scenarios/facts.ts'
import { scenarios } from '../../lab/scenarios/index.ts'
import { inPlace, tryInPlace } from '../../lab/scenarios/place.ts'
import { balancerOf, type Place } from '../../lab/scenarios/scenario.ts'
import { insider } from '../../lab/scenarios/shared.ts'
import type { Ended, Swarm } from '../../lab/swarm/index.ts'
import { compareFlows } from '../flows/compare.ts'
import { gather } from '../flows/gather.ts'
import { type Result, resultOf } from '../flows/result.ts'
import { program } from '../support/program.ts'

/** @param world of all scenarios, once every probe of them was answered */
export function testFlows(swarm: Swarm, world: () => World): void {
  let result: Result | undefined

  beforeAll(async () => {
    const gathered = await gather(swarm, world())
    result = resultOf(gathered, compareFlows(gathered))
  })

  const told = (): Result => {
    if (!result) throw new Error('no connection was made')
    return result
  }

  afterAll(() => {
    if (!result) return
    const lines = result.scenarios.map(
      ({ scenario, flows, same }) => `flows: ${scenario}: ${same} of ${flows}`,
    )
    process.stderr.write(`${[...lines, ...result.misses].join('\n')}\n`)
  })

  test('were made in each scenario, and balanced', () => {
    for (const { name } of scenarios)
      expect(told().scenarios.find(({ scenario }) => scenario === name)?.flows, name).toBeGreaterThan(0)
    expect(told().flows).toBeGreaterThan(200)
    const count = (of: (each: Result['scenarios'][number]) => number): number =>
      told().scenarios.reduce((sum, each) => sum + of(each), 0)
    expect(count(({ entries }) => entries)).toBeGreaterThan(told().flows)
    expect(count(({ realServers }) => realServers)).toBeGreaterThan(5)
    expect(told().rules.compared).toBeGreaterThan(100)
  })

  test('went as our traces say, and the rules counted them so', () => {
    expect(told().misses).toEqual([])
  })

  const asking = insider as Extract<Place, { readonly kind: 'container' }>
  const trace = (...words: string[]): Promise<Ended> =>
    swarm.manager.try([
      'node',
      program,
      'trace',
      `${world().facts['vip.api.app']}:80`,
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
    const table = await inPlace(swarm, world().sandboxes, balancer, ['ipvsadm', '-Lnc'])
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
    const curl = ['curl', '-s', '-m', '3', `http://${world().facts['vip.api.app']}/`]
    while (!isOver) await tryInPlace(swarm, world().sandboxes, asking, curl)
    const { stdout, stderr } = await watching
    type Line = {
      readonly traces: readonly {
        readonly sentences: readonly string[]
        readonly branches: readonly object[]
      }[]
    }
    const [watched] = (JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Line).traces
    expect(watched?.branches.length, stderr).toBe(2)
    for (const branch of watched?.branches ?? [])
      expect(branch).toMatchObject({ isTaken: true, unit: 'conns', moved: expect.any(Number) })
    expect(watched?.sentences.filter(text => text.includes('should have moved'))).toEqual([])
  })
}
