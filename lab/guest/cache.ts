/** What is made once and kept: outside of any repository, named by a hash of what it is made from. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { LabError } from '../run.ts'
import { say } from './programs.ts'

/**
 * CNMTOP_CACHE, or `cnmtop` in the user's cache folder; an absolute path.
 *
 * @throws LabError for a name that debootstrap, apt or make would take apart
 */
export function cacheFolder(): string {
  const given = process.env['CNMTOP_CACHE']
  const folder = resolve(given || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'cnmtop'))
  const odd = /[^\p{L}\p{N}/._+=@-]/u.exec(folder)?.[0]
  if (odd !== undefined)
    throw new LabError(
      `the cache cannot be in ${JSON.stringify(folder)}, for the ${JSON.stringify(odd)}; name another in CNMTOP_CACHE`,
    )
  return folder
}

/**
 * Gives the folder `KIND-HASH` of the cache; when it is not there, `make` fills it.
 *
 * A folder gets its name when it is whole, so a maker that is killed leaves nothing that could be taken for a result.
 * Its remains are removed by the next one. One that has lost a part since then is made again.
 *
 * @param inputs everything that the content depends on
 * @param result its parts, files and folders that are there and not empty when it is whole, and how much room making it takes
 * @throws LabError when the cache cannot be written
 */
export async function cached(
  kind: string,
  inputs: readonly string[],
  { parts, megabytes }: { readonly parts: readonly string[]; readonly megabytes: number },
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(inputs.join('\0')).digest('hex').slice(0, 12)
  const folder = join(cacheFolder(), `${kind}-${hash}`)
  const unfinished = `${folder}.new-${process.pid}`
  try {
    if (existsSync(folder)) {
      const lost = lostOf(folder, parts)
      if (lost === undefined) return folder
      say(`${folder} is damaged, without ${lost}, and is made again`)
      remove(folder)
    }
    mkdirSync(cacheFolder(), { recursive: true })
    removeRemains()
    requireRoom(megabytes)
    mkdirSync(unfinished)
    try {
      await make(unfinished)
      const missing = lostOf(unfinished, parts)
      if (missing !== undefined) throw new LabError(`what was made for ${folder} lacks ${missing}`)
      moveTo(folder, unfinished)
    } finally {
      remove(unfinished)
    }
  } catch (error) {
    if (!isOfFiles(error)) throw error
    throw new LabError(`the cache cannot be written: ${error.message}`)
  }
  return folder
}

function requireRoom(megabytes: number): void {
  const { bavail, bsize } = statfsSync(cacheFolder())
  const free = Math.floor((bavail * bsize) / 2 ** 20)
  if (free < megabytes)
    throw new LabError(`${megabytes} MB are needed in ${cacheFolder()}, and ${free} MB are free`)
}

function moveTo(folder: string, unfinished: string): void {
  try {
    renameSync(unfinished, folder)
  } catch (error) {
    // Somebody else was faster; both results are as good.
    if (!existsSync(folder)) throw error
  }
}

function removeRemains(): void {
  for (const name of readdirSync(cacheFolder())) {
    const pid = Number(/\.new-(\d+)$/.exec(name)?.[1])
    // What carries our own number is of somebody who had it before us.
    if (pid === process.pid || (pid > 0 && !existsSync(`/proc/${pid}`))) remove(join(cacheFolder(), name))
  }
}

/** Whoever still writes there is being ended, so it may take more than one go. */
function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function lostOf(folder: string, parts: readonly string[]): string | undefined {
  return parts.find(part => {
    const found = statSync(join(folder, part), { throwIfNoEntry: false })
    return found === undefined || (found.isFile() && found.size === 0)
  })
}

function isOfFiles(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && !String(error.syscall).startsWith('spawn')
}
