import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Calls `onChange` when files come or go in one of the directories (inotify). A directory that is not there yet is
 * waited for in its parent. Returns the way to end it.
 */
export function watchDirectories(directories: readonly string[], onChange: () => void): () => void {
  const watchers: FSWatcher[] = []
  for (const directory of directories) {
    const watcher = tryWatch(directory, onChange) ?? tryWatch(dirname(directory), onChange)
    if (watcher) watchers.push(watcher)
  }
  return () => {
    for (const watcher of watchers) watcher.close()
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
