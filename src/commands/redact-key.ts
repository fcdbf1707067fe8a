import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { errorMessage } from '../util/errors.ts'
import { CommandError, exitCodes } from './exit.ts'
import { note } from './output.ts'

const KEY_BYTES = 32
const SHORTEST_TEXT = 16

/**
 * The key that pseudonyms are made with: a new one that nobody keeps, or the one in a file, which is made when it is not there.
 * Snapshots that are redacted with the same key have the same pseudonyms, so they can be compared, and opened as one cluster.
 *
 * @throws CommandError when the file cannot be read or written, or holds too little to be a secret
 */
export async function redactKey(file: string | undefined): Promise<Uint8Array> {
  if (file === undefined) return randomBytes(KEY_BYTES)
  const text = await readFile(file, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return newKey(file)
    throw new CommandError(exitCodes.usage, `cannot read the key in ${file}: ${errorMessage(error)}`)
  })
  if (text.trim().length < SHORTEST_TEXT) {
    throw new CommandError(
      exitCodes.usage,
      `${file} is no key: it needs at least ${SHORTEST_TEXT} characters`,
    )
  }
  return Buffer.from(text.trim(), 'utf8')
}

async function newKey(file: string): Promise<string> {
  const text = randomBytes(KEY_BYTES).toString('hex')
  await writeFile(file, `${text}\n`, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    throw new CommandError(exitCodes.usage, `cannot write the key to ${file}: ${errorMessage(error)}`)
  })
  note(`${file}: a new key; keep it to yourself, and use it for all snapshots that belong together`)
  return text
}
