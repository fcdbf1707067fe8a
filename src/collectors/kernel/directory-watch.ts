import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'

export type DirectoryWatch = {
  /** Whether a directory is not there, and neither is its parent: that they come will not be noticed. */
  readonly isBlind: boolean
  readonly end: () => void
}

/**
 * Calls `onChange` when files come or go in one of the directories (inotify). A directory that is not there yet is
 * waited for in its parent.
 */
export function watchDirectories(directories: readonly string[], onChange: () => void): DirectoryWatch {
  const watchers = directories.map(
    directory => tryWatch(directory, onChange) ?? tryWatch(dirname(directory), onChange),
  )
  return {
    isBlind: watchers.includes(undefined),
    end() {
      for (const watcher of watchers) watcher?.close()
    },
  }
}

/** Which directory has this name now, as a watch stays with the one that had it: `absent`, or another one after it was made anew. */
export function identityOf(directory: string): string {
  try {
    const { dev, ino, birthtimeMs } = statSync(directory)
    return `${dev}:${ino} ${birthtimeMs}`
  } catch {
    return 'absent'
  }
}

function tryWatch(directory: string, onChange: () => void): FSWatcher | undefined {
  try {
    // An unmounted or removed directory ends as an error event; the next discovery finds out what is left.
    return watch(directory, onChange).on('error', onChange)
  } catch {
    return undefined
  }
}
