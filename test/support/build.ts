import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

/** Builds the program before any test runs: command-line tests start the bundle that users start. */
export function setup(): void {
  const script = resolve(import.meta.dirname, '../../scripts/build.ts')
  execFileSync(process.execPath, [script, '--quiet'], { stdio: 'inherit' })
}
