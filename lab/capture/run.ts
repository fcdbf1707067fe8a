/**
 * Records healthy scenarios in the guest: `node lab/capture/run.ts FOLDER [NAME...]`. A name is that of a scenario, or `swarm`
 * for those that make up an ordinary swarm together.
 *
 *     npm run build
 *     lab/guest/run --workers 2 --timeout 900 --output fixtures/captures -- node lab/capture/run.ts fixtures/captures
 */
import { join } from 'node:path'
import { downScenarios, upScenarios, verifyScenarios } from '../scenarios/driver.ts'
import { ordinary, scenarioNamed, scenarios } from '../scenarios/index.ts'
import { openSwarm } from '../swarm/index.ts'
import { record } from './record.ts'

const [folder, ...names] = process.argv.slice(2)
if (folder === undefined) throw new Error('where to?')
const alone = scenarios.filter(scenario => !ordinary.includes(scenario)).map(({ name }) => name)
const swarm = openSwarm()
for (const name of names.length > 0 ? names : ['swarm', ...alone]) {
  const chosen = name === 'swarm' ? ordinary : [scenarioNamed(name)]
  const world = await upScenarios(swarm, chosen)
  await verifyScenarios(swarm, world, chosen, console.log)
  await record(swarm, {
    folder: join(folder, name),
    about: chosen.map(({ about }) => about).join(' '),
    script: `lab/capture/run.ts ${name}`,
    more: { scenarios: chosen.map(each => each.name), facts: world.facts },
  })
  console.log(`${name}: recorded`)
  await downScenarios(swarm, world, chosen)
}
