import { execFile, spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { openTerminal, type RunningTerminal } from '../scripts/terminal.ts'

const run = promisify(execFile)

export const root = resolve(import.meta.dirname, '..')
/** As `npm start` and the first line of the program have it. */
const nodeFlags = ['--max-semi-space-size=2']
const program = resolve(root, 'dist/cnmtop.js')

/** The built program on the given directories only, in its view of namespaces, in a terminal of 120 columns and 40 rows. */
export function openProgram(...netnsDirs: readonly string[]): RunningTerminal {
  const words = ['--view', 'namespaces', ...lookingAt(netnsDirs)]
  return openTerminal([process.execPath, ...nodeFlags, program, ...words], { cols: 120, rows: 40 })
}

/** The built program on a snapshot, in one of its views. */
export function openSnapshot(file: string, view: string): RunningTerminal {
  const command = [process.execPath, ...nodeFlags, program, 'open', file, '--view', view] as const
  return openTerminal(command, { cols: 120, rows: 40 })
}

/** Arguments that keep the program to these directories. */
export function lookingAt(netnsDirs: readonly string[]): string[] {
  return ['--only-netns-dirs', ...netnsDirs.flatMap(directory => ['--netns-dir', directory])]
}

/** What a program prints. */
export async function output(file: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(file, [...args], { cwd: root, maxBuffer: 1 << 30 })
  return stdout
}

export function isInstalled(file: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', file]).status === 0
}
