/**
 * `npm run test:swarm [-- --suite NAME|all] [--iptables legacy|nft|both]`: the tests on a real swarm, and nothing else.
 * The last line is `N passed, N failed`, as of `npm test`.
 */
import { parseArgs } from 'node:util'
import { isSuite, suites } from '../lab/guest/suites.ts'
import { fastest, type Guest, runSwarmTests } from './swarm-tests.ts'
import { closingLine } from './test-report.ts'

const kinds = ['legacy', 'nft'] as const

/** @throws Error for wrong usage */
function guestsOf(argv: readonly string[]): Guest[] {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      suite: { type: 'string', default: fastest.suite },
      iptables: { type: 'string' },
    },
  })
  const names = values.suite === 'all' ? Object.keys(suites) : [values.suite]
  const wanted = values.iptables ?? (values.suite === 'all' ? 'both' : fastest.iptables)
  const chosen = kinds.filter(kind => wanted === kind || wanted === 'both')
  if (chosen.length === 0) throw new Error(`--iptables: legacy, nft or both, not ${wanted}`)
  return names.flatMap(suite => {
    if (!isSuite(suite)) throw new Error(`--suite: ${Object.keys(suites).join(', ')} or all, not ${suite}`)
    return chosen.map(iptables => ({ suite, iptables }))
  })
}

try {
  const summaries = await runSwarmTests(guestsOf(process.argv.slice(2)))
  for (const line of summaries.flatMap(({ lines }) => lines)) console.log(line)
  console.log(closingLine(summaries))
  process.exitCode = summaries.every(({ ok }) => ok) ? 0 : 1
} catch (error) {
  if (!(error instanceof Error)) throw error
  console.error(`test:swarm: ${error.message}`)
  process.exitCode = 2
}
