/**
 * Runs scenarios in the guest, one after the other: `node lab/scenarios/run.ts [--together] [NAME...]`.
 *
 *     lab/guest/run --workers 2 -- node lab/scenarios/run.ts vip ingress
 */
import { parseArgs } from 'node:util'
import { openSwarm } from '../swarm/index.ts'
import { downScenarios, upScenarios, verifyScenarios } from './driver.ts'
import { scenarioNamed, scenarios } from './index.ts'
import type { Scenario } from './scenario.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { together: { type: 'boolean', default: false } },
})
const chosen = positionals.length > 0 ? positionals.map(scenarioNamed) : scenarios
const rounds: readonly (readonly Scenario[])[] = values.together ? [chosen] : chosen.map(each => [each])
const swarm = openSwarm()
for (const round of rounds) {
  const started = performance.now()
  const world = await upScenarios(swarm, round)
  const upAfter = performance.now() - started
  await verifyScenarios(swarm, world, round, console.log)
  await downScenarios(swarm, world, round)
  const seconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(1)
  const names = round.map(({ name }) => name).join('+')
  console.log(`${names}: up in ${seconds(upAfter)} s, ${seconds(performance.now() - started)} s in all`)
}
