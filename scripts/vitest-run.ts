/** Starts vitest, here or elsewhere, and sums its run up from the report that it leaves. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { inScratch } from './scratch.ts'
import { type Report, type Summary, summarise } from './test-report.ts'

const root = resolve(import.meta.dirname, '..')

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
  ...(!process.stdout.isTTY && { NO_COLOR: '1', FORCE_COLOR: undefined }),
}

/** Environment that tells vitest's configurations where to write the report. */
const reportVariable = 'CNMTOP_TEST_REPORT'

/**
 * @param command starts vitest; gets the folder where the report will be and the environment that names it, for a
 * program that passes neither on by itself
 */
export function runVitest(
  command: (reportFolder: string, variable: string) => readonly string[],
): Promise<Summary> {
  return inScratch(async folder => {
    const reportFile = join(folder, 'report.json')
    const { code } = await run(command(folder, `${reportVariable}=${reportFile}`), 'inherit', {
      [reportVariable]: reportFile,
    })
    const report = existsSync(reportFile)
      ? (JSON.parse(readFileSync(reportFile, 'utf8')) as Report)
      : undefined
    return summarise(report, code, file => relative(root, file))
  })
}

/** Runs a program in the repository, without standard input. A program that cannot start counts as failed. */
export function run(
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
