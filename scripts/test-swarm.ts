/**
 * `npm run test:swarm [-- --suite NAME|all] [--iptables legacy|nft|both] [--qemu] [--faults|--flows]`: the tests on a real swarm, and
 * nothing else. `--suite all` takes every Debian with both iptables, one guest after the other, and says of each what came of it
 * or why it cannot run. `--faults` runs the catalogue of faults (lab/faults) instead, and writes docs/faults.md in the fastest
 * guest. `--flows` holds traces of hundreds of connections against the kernel (test/flows), and writes docs/flows.md. The last
 * line is `N passed, N failed`, as of `npm test`. Ends with 1 when anything failed, and when no guest could be had at all.
 */
import { parseArgs } from 'node:util'
import { isSuite, suites } from '../lab/guest/suites.ts'
import { buildProgram } from './build-first.ts'
import { runFaults } from './swarm-faults.ts'
import { runFlows } from './swarm-flows.ts'
import { swarmTable } from './swarm-table.ts'
import { fastest, type Guest, runSwarmTests } from './swarm-tests.ts'
import { closingLine } from './test-report.ts'

const kinds = ['legacy', 'nft'] as const

/** @throws Error for wrong usage */
function parse(argv: readonly string[]): { guests: Guest[]; faults: boolean; flows: boolean } {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      suite: { type: 'string', default: fastest.suite },
      iptables: { type: 'string' },
      faults: { type: 'boolean', default: false },
      flows: { type: 'boolean', default: false },
      qemu: { type: 'boolean', default: false },
    },
  })
  const names = values.suite === 'all' ? Object.keys(suites) : [values.suite]
  const wanted = values.iptables ?? (values.suite === 'all' ? 'both' : fastest.iptables)
  const chosen = kinds.filter(kind => wanted === kind || wanted === 'both')
  if (chosen.length === 0) throw new Error(`--iptables: legacy, nft or both, not ${wanted}`)
  const guests = names.flatMap(suite => {
    if (!isSuite(suite)) throw new Error(`--suite: ${Object.keys(suites).join(', ')} or all, not ${suite}`)
    return chosen.map(iptables => ({ suite, iptables, ...(values.qemu && { machine: 'qemu' as const }) }))
  })
  return { guests, faults: values.faults, flows: values.flows }
}

try {
  const { guests, faults, flows } = parse(process.argv.slice(2))
  // Nothing else has built it on a fresh checkout.
  buildProgram()
  const chosen = faults ? runFaults : flows ? runFlows : runSwarmTests
  const runs = await chosen(guests)
  const summaries = runs.map(({ summary }) => summary)
  for (const line of [...summaries.flatMap(({ lines }) => lines), ...swarmTable(runs)]) console.log(line)
  console.log(closingLine(summaries))
  const isGreen = summaries.every(({ ok }) => ok) && summaries.some(({ passed }) => passed > 0)
  process.exitCode = isGreen ? 0 : 1
} catch (error) {
  if (!(error instanceof Error)) throw error
  console.error(`test:swarm: ${error.message}`)
  process.exitCode = 2
}
