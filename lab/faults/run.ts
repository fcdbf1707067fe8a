/**
 * Runs the catalogue in the guest: `node lab/faults/run.ts [--record FOLDER] [--table FILE] [NAME...]`. Ends with 1 when a fault
 * does not break what it says or does not heal.
 *
 *     npm run build
 *     lab/guest/run --workers 2 --timeout 2400 --output fixtures/captures -- node lab/faults/run.ts --record fixtures/captures
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { record } from '../capture/record.ts'
import { downScenarios, upScenarios, verifyScenarios } from '../scenarios/driver.ts'
import { ordinary, scenarioNamed } from '../scenarios/index.ts'
import { openSwarm } from '../swarm/index.ts'
import { proveFault } from './driver.ts'
import type { Fault } from './fault.ts'
import { faults } from './index.ts'
import { type Row, table } from './table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'string' }, table: { type: 'string' } },
})
const chosen = positionals.length === 0 ? faults : faults.filter(({ name }) => positionals.includes(name))
const unknown = positionals.filter(name => !faults.some(fault => fault.name === name))
if (unknown.length > 0) throw new Error(`no fault ${unknown.join(', ')}`)

const swarm = openSwarm()
const rows: Row[] = []
for (const scenario of new Set(chosen.map(fault => fault.scenario))) {
  const needed = scenario === 'swarm' ? ordinary : [scenarioNamed(scenario)]
  let world = await upScenarios(swarm, needed)
  await verifyScenarios(swarm, world, needed)
  for (const fault of chosen.filter(each => each.scenario === scenario)) {
    try {
      const done = await proveFault(swarm, world, fault, async (proof, { facts }) => {
        if (values.record === undefined) return
        const { name, about, restarts: _, ...more } = fault
        await record(swarm, {
          folder: join(values.record, `fault-${name}`),
          about,
          script: `lab/faults/run.ts ${name}`,
          more: { ...more, proof, facts },
        })
      })
      world = done.world
      rows.push({ fault, proof: done.proof })
    } catch (error) {
      rows.push({ fault, failure: (error as Error).message })
    }
    console.log(line(fault, rows.at(-1)!))
  }
  await downScenarios(swarm, world, needed)
}
const { Version } = await swarm.manager.docker.get<{ Version: string }>('/version')
const iptables = (await swarm.manager.exec(['iptables', '--version'])).trim()
const text = table(rows, `Docker ${Version}, ${iptables}, ${new Date().toISOString().slice(0, 10)}`)
if (values.table) writeFileSync(values.table, text)
else console.log(text)
const failed = rows.filter(({ failure }) => failure !== undefined)
console.log(`${rows.length - failed.length} of ${rows.length} faults break what they say, and heal`)
if (failed.length > 0) process.exitCode = 1

function line({ name }: Fault, { proof, failure }: Row): string {
  if (!proof) return `NOT PROVED ${name}: ${failure}`
  const saw = proof.broken.map(each => `${each.probe} fails ${each.fails}: ${each.saw}`)
  return `${name}: ${saw.join('; ')}; heals after ${proof.seconds.untilHealed} s`
}
