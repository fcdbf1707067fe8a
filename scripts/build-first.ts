/** The program as users get it, made before tests that start it. */
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { endingWithUs } from './parents.ts'

/** Bundles the program into `dist/`, and says nothing when all is well. @throws Error when it cannot be built */
export function buildProgram(): void {
  const script = resolve(import.meta.dirname, 'build.ts')
  const [program = '', ...words] = endingWithUs([process.execPath, script, '--quiet'])
  execFileSync(program, words, { stdio: 'inherit' })
}
