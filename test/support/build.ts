import { buildProgram } from '../../scripts/build-first.ts'

/** Builds the program before any test runs: command-line tests start the bundle that users start. */
export function setup(): void {
  buildProgram()
}
