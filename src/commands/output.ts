import { once } from 'node:events'
import { sanitise } from '../util/sanitise.ts'

/** Data. Waits for a slow reader; a reader that went away (`| head`) ends the command quietly. */
export async function writeOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** Talk, one line on stderr. */
export function note(text: string): void {
  process.stderr.write(`cnmtop: ${sanitise(text)}\n`)
}
