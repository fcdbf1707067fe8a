/**
 * What `npm test` runs: every check of the repository, then every test.
 *
 * The last line is `N passed, N failed` (and `, N skipped` when there are any), counted from vitest's own JSON report.
 * The exit code is 1 when anything failed, a check included. Arguments go to vitest: `npm test -- test/oracle`.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { summarise, type Report } from './test-report.ts'

const root = resolve(import.meta.dirname, '..')
const checks: readonly { name: string; command: readonly string[] }[] = [
  { name: 'build', command: ['node', 'scripts/build.ts', '--quiet'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  { name: 'format', command: ['biome', 'format', '.'] },
  { name: 'dead code', command: ['knip'] },
]

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
  ...(!process.stdout.isTTY && { NO_COLOR: '1', FORCE_COLOR: undefined }),
}

const results = await Promise.all(checks.map(check => runCheck(check.name, check.command)))
const failedChecks = results.filter(ok => !ok).length

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-test-'))
const reportFile = join(directory, 'report.json')
const tests = await run(['vitest', 'run', ...process.argv.slice(2)], 'inherit', {
  CNMTOP_TEST_REPORT: reportFile,
})
const report = existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, 'utf8')) as Report) : undefined
rmSync(directory, { recursive: true })

const summary = summarise(report, tests.code, file => relative(root, file))
for (const line of summary.lines) console.log(line)
if (failedChecks > 0) console.log(`${failedChecks} of ${checks.length} checks failed, see above`)
console.log(summary.counts)
process.exitCode = summary.ok && failedChecks === 0 ? 0 : 1

async function runCheck(name: string, command: readonly string[]): Promise<boolean> {
  const started = performance.now()
  const { code, output } = await run(command, 'pipe')
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name} (${command.join(' ')}, ${seconds} s)`)
  if (code !== 0) console.log(output)
  return code === 0
}

/** Runs a program without standard input. A program that cannot start counts as failed. */
function run(
  [program = '', ...args]: readonly string[],
  stdio: 'inherit' | 'pipe',
  extraEnvironment: NodeJS.ProcessEnv = {},
): Promise<{ code: number; output: string }> {
  return new Promise(done => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...environment, ...extraEnvironment },
      stdio: ['ignore', stdio, stdio],
    })
    let output = ''
    const append = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout?.on('data', append)
    child.stderr?.on('data', append)
    child.on('error', error => done({ code: 127, output: error.message }))
    child.on('close', (code, signal) =>
      done({ code: code ?? 1, output: signal ? `${output}ended by ${signal}` : output }),
    )
  })
}
