import { inspect } from 'node:util'
import { errorMessage } from '../util/errors.ts'
import { exitCodes } from './exit.ts'

/**
 * Tells of an error that nobody expected: one line on stderr, with `CNMTOP_DEBUG` set also where it comes from.
 *
 * @returns the exit code
 */
export function reportFault(error: unknown): number {
  const isDebugging = (process.env['CNMTOP_DEBUG'] ?? '') !== ''
  const [line = ''] = errorMessage(error).split('\n')
  const more = isDebugging ? `\n${inspect(error)}` : ' (CNMTOP_DEBUG=1 tells where)'
  process.stderr.write(`cnmtop: a fault of cnmtop: ${line}${more}\n`)
  return exitCodes.internal
}
