/** What is made once and kept: outside of any repository, named by a hash of what it is made from. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** CNMTOP_CACHE, or `cnmtop` in the user's cache folder. */
export function cacheFolder(): string {
  return (
    process.env['CNMTOP_CACHE'] || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'cnmtop')
  )
}

/**
 * Gives the folder `KIND-HASH` of the cache; when it is not there, `make` fills it.
 *
 * A folder gets its name when it is whole, so a maker that is killed leaves nothing that could be taken for a result.
 * Its remains are removed by the next one.
 *
 * @param inputs everything that the content depends on
 */
export async function cached(
  kind: string,
  inputs: readonly string[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(inputs.join('\0')).digest('hex').slice(0, 12)
  const folder = join(cacheFolder(), `${kind}-${hash}`)
  if (existsSync(folder)) return folder
  mkdirSync(cacheFolder(), { recursive: true })
  removeRemains()
  const unfinished = `${folder}.new-${process.pid}`
  mkdirSync(unfinished)
  try {
    await make(unfinished)
    try {
      renameSync(unfinished, folder)
    } catch (error) {
      // Somebody else was faster; both results are as good.
      if (!existsSync(folder)) throw error
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return folder
}

function removeRemains(): void {
  for (const name of readdirSync(cacheFolder())) {
    const pid = /\.new-(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) {
      rmSync(join(cacheFolder(), name), { recursive: true, force: true })
    }
  }
}
