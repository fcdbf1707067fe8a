/**
 * Makes hundreds of connections in the guest's swarm of all scenarios and compares our traces of them with what the kernel did:
 * `node test/flows/run.ts [--result FILE] [--keep FILE]`. Ends with 1 when one differs.
 *
 *     lab/guest/run --workers 2 --timeout 900 --output /tmp/flows -- node test/flows/run.ts --keep /tmp/flows/gathered.json
 *
 * `--from FILE` compares once more what `--keep` wrote, and needs no guest.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { downScenarios, upScenarios, verifyScenarios } from '../../lab/scenarios/driver.ts'
import { scenarioNamed, scenarios } from '../../lab/scenarios/index.ts'
import { openSwarm } from '../../lab/swarm/index.ts'
import { compareFlows } from './compare.ts'
import { gather, type Gathered } from './gather.ts'
import { resultOf } from './result.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { result: { type: 'string' }, keep: { type: 'string' }, from: { type: 'string' } },
})

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function gathered(): Promise<Gathered> {
  if (values.from !== undefined)
    return JSON.parse(gunzipSync(readFileSync(values.from)).toString()) as Gathered
  const chosen = positionals.length === 0 ? scenarios : positionals.map(scenarioNamed)
  const swarm = openSwarm()
  const world = await upScenarios(swarm, chosen)
  await verifyScenarios(swarm, world, chosen, say)
  const all = await gather(swarm, world)
  await downScenarios(swarm, world, chosen)
  return all
}

const all = await gathered()
if (values.keep !== undefined) writeFileSync(values.keep, gzipSync(JSON.stringify(all)))
const comparison = compareFlows(all)
const result = resultOf(all, comparison)
if (values.result !== undefined) writeFileSync(values.result, `${JSON.stringify(result, null, 2)}\n`)
for (const miss of result.misses) say(miss)
for (const { scenario, flows, same } of result.scenarios) say(`${scenario}: ${same} of ${flows}`)
say(`rules: ${result.rules.same} of ${result.rules.compared}`)
say(`${result.same} of ${result.flows} flows went as predicted`)
if (result.misses.length > 0) process.exitCode = 1
