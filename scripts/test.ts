/**
 * What `npm test` runs: every check of the repository, then every test.
 *
 * The last line is `N passed, N failed` (and `, N skipped` when there are any), counted from vitest's own JSON report.
 * The exit code is 1 when anything failed, a check included. `--swarm` adds the tests on a real swarm, in a guest
 * (`npm run test:swarm` alone). Other arguments go to vitest: `npm test -- test/oracle`.
 */
import { fastest, runSwarmTests } from './swarm-tests.ts'
import { closingLine } from './test-report.ts'
import { run, runVitest } from './vitest-run.ts'

const swarmSwitch = '--swarm'
const checks: readonly { name: string; command: readonly string[] }[] = [
  { name: 'build', command: ['node', 'scripts/build.ts', '--quiet'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  { name: 'format', command: ['biome', 'format', '.'] },
  { name: 'dead code', command: ['knip'] },
]

const results = await Promise.all(checks.map(check => runCheck(check.name, check.command)))
const failedChecks = results.filter(ok => !ok).length

const forVitest = process.argv.slice(2).filter(argument => argument !== swarmSwitch)

const summaries = [await runVitest(() => ['vitest', 'run', ...forVitest])]
if (process.argv.includes(swarmSwitch))
  summaries.push(...(await runSwarmTests([fastest])).map(({ summary }) => summary))
for (const line of summaries.flatMap(({ lines }) => lines)) console.log(line)
if (failedChecks > 0) console.log(`${failedChecks} of ${checks.length} checks failed, see above`)
console.log(closingLine(summaries))
process.exitCode = summaries.every(({ ok }) => ok) && failedChecks === 0 ? 0 : 1

async function runCheck(name: string, command: readonly string[]): Promise<boolean> {
  const started = performance.now()
  const { code, output } = await run(command, 'pipe')
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name} (${command.join(' ')}, ${seconds} s)`)
  if (code !== 0) console.log(output)
  return code === 0
}
