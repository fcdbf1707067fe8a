import type { Command } from './model/command.ts'
import { viewNames } from './model/views/names.ts'

type Foresight = {
  /** A key was pressed: nothing is made in advance while others may follow. */
  readonly touch: () => void
  readonly stop: () => void
}

/** Without a key for so long, a view is made in advance; and so long after that, the next one. */
const QUIET_MS = 250

/**
 * Comes to each view once before the user does, while nothing else is to be done: the rows of a view are made when one comes to it,
 * and in a large cluster the first key would wait for that, and for code that is not compiled yet.
 *
 * @param come makes what a command would show, and shows nothing
 * @param isReady whether what is there now is worth that
 */
export function createForesight(come: (command: Command) => void, isReady: () => boolean): Foresight {
  // A trace is followed only when it is looked at.
  const left = viewNames.filter(name => name !== 'trace')
  let timer: NodeJS.Timeout | undefined
  const wait = (): void => {
    clearTimeout(timer)
    if (left.length > 0) timer = setTimeout(next, QUIET_MS).unref()
  }
  const next = (): void => {
    if (isReady()) come(`view-${left.shift() ?? ''}`)
    wait()
  }
  wait()
  return {
    touch: wait,
    stop() {
      left.length = 0
      clearTimeout(timer)
    },
  }
}
