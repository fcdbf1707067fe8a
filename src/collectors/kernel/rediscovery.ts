import { type DirectoryWatch, identityOf, watchDirectories } from './directory-watch.ts'
import { type DiscoverOptions, type Discovery, discover } from './discover.ts'
import { watchProcesses } from './processes.ts'

/** Looks for namespaces again, when something says that others may be there. */
export type Rediscovery = {
  /**
   * What is there now; undefined when nothing hints at a change since the last time: the same processes, no file that came
   * or went, no mount.
   */
  next(): Discovery | undefined
  /** Whether a file lies in the directories that is no namespace yet: one is mounted over it, and no file comes or goes. */
  waitsForMounts(): boolean
  /** Something may have changed: the next look is a whole one. */
  soil(): void
  /** Ends the watches of directories; the next whole look begins them again. */
  pause(): void
}

/** A whole look at least this often, should every hint fail. */
const WHOLE_MS = 60_000

/** @param onHint is called when a file came or went in a directory that was walked */
export function createRediscovery(options: DiscoverOptions, onHint: () => void): Rediscovery {
  const processes = watchProcesses()
  let watch: DirectoryWatch | undefined
  let directories: string | undefined
  let isDirty = true
  let hasPlainFiles = true
  let lookedAt = Number.NEGATIVE_INFINITY

  const hint = (): void => {
    isDirty = true
    onHint()
  }

  return {
    next() {
      // The walk over /proc is what finds processes that came; it is done once, and kept for the whole look.
      const walk = options.onlyNetnsDirs ? { processes: [], hidden: 0 } : processes.walk()
      const isOld = performance.now() - lookedAt > WHOLE_MS
      if (!isDirty && !isOld && watch?.isBlind !== true && (options.onlyNetnsDirs || !processes.hasChanged()))
        return undefined
      isDirty = false
      lookedAt = performance.now()
      const discovery = discover(options, { walk: () => walk, nameOf: pid => processes.nameOf(pid) })
      hasPlainFiles = discovery.sources.some(
        ({ source, status }) => source.startsWith('dir ') && status !== 'ok',
      )
      const walked = discovery.directories.map(name => `${name} ${identityOf(name)}`).join('\0')
      if (directories !== walked) {
        directories = walked
        watch?.end()
        watch = watchDirectories(discovery.directories, hint)
      }
      return discovery
    },
    waitsForMounts: () => hasPlainFiles,
    soil() {
      isDirty = true
    },
    pause() {
      watch?.end()
      watch = undefined
      directories = undefined
      isDirty = true
    },
  }
}
