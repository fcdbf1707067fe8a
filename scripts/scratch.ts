/** Folders for what programs leave for us to read. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Makes a folder for the time of `use`. A signal takes it too; a kill leaves it to the next call, as its name tells whose it was.
 */
export async function inScratch<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  removeRemains()
  const folder = mkdtempSync(join(tmpdir(), `cnmtop-run-${process.pid}-`))
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  const end = (signal: NodeJS.Signals): void => {
    remove()
    // Nobody listens any more, so this is our end as it would have been.
    process.kill(process.pid, signal)
  }
  for (const signal of signals) process.once(signal, end)
  process.once('exit', remove)
  try {
    return await use(folder)
  } finally {
    for (const signal of signals) process.off(signal, end)
    process.off('exit', remove)
    remove()
  }
}

function removeRemains(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^cnmtop-run-(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}
