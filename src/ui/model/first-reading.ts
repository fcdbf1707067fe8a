import type { Snapshot } from '../../snapshot/index.ts'
import type { SessionStatus } from './session.ts'
import { isUnread } from './sources.ts'

/** How far a session is with reading all of it for the first time. What is over once stays so. */
export type FirstReading = {
  /** Takes what the session tells now. */
  readonly take: (snapshot: Snapshot, status: SessionStatus) => void
  /** Every namespace was read. */
  readonly isKernelRead: () => boolean
  /** Nothing is missing that was only not read yet: of the kernel, and of the daemon where one is asked. */
  readonly isOver: () => boolean
}

export function createFirstReading(): FirstReading {
  let isKernelRead = false
  let isOver = false
  return {
    take(snapshot, { mode, collecting, asking, lastError }) {
      // The pairs of veth links are known when all namespaces are: before that nothing is whole.
      const isSettled = mode === 'file' || (!collecting && lastError === undefined)
      isKernelRead ||= isSettled && !isUnread(snapshot)
      isOver ||= isSettled && asking !== true
    },
    isKernelRead: () => isKernelRead,
    isOver: () => isOver,
  }
}
