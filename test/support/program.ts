import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

/** The bundle that `vitest` built before the first test. */
export const program = resolve(import.meta.dirname, '../../dist/cnmtop.js')

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Runs cnmtop without a terminal and waits for its end. `through` are words to put in front, such as `setpriv` and its own. */
export function cnmtop(words: readonly string[], through: readonly string[] = []): Ended {
  const [command, ...rest] = [...through, process.execPath, program, ...words]
  const { status, stdout, stderr } = spawnSync(command!, rest, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  })
  return { code: status, stdout, stderr }
}
