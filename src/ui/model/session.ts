import type { Link, Snapshot } from '../../snapshot/index.ts'
import type { TabId } from './tabs/tab-id.ts'

/** How a session is doing. Times are milliseconds since the epoch, lengths of time are milliseconds. */
export type SessionStatus = {
  readonly mode: 'live' | 'file'
  /** Something is being read right now, or is known to be unread. */
  readonly collecting: boolean
  /**
   * Until when the snapshot is known to be true: the last time that the kernel was asked, or that a watch was known
   * to be complete. Absent: the snapshot's own `takenAt`.
   */
  readonly checkedAt?: number
  /** How often a live session looks again; the age of the data is judged by it. */
  readonly intervalMs?: number
  /**
   * How old rows may be that change without an event and are not on the screen: IPVS, iptables' legacy tables. Absent while
   * nothing of the kind is there.
   */
  readonly silentMs?: number | undefined
  /** The Docker daemon is asked for the first time, or about to be: not all that it has to tell has come, and no refusal. */
  readonly asking?: boolean
  /** Why reading failed as a whole; what is shown is old from then on. */
  readonly lastError?: string
}

/** What of the kernel a screen shows; no tab for a screen that needs no part of a namespace more than the others. */
export type Visible = {
  readonly namespaceId: string | undefined
  readonly tab: TabId | undefined
  /** Indexes of the links on the screen, where the tab shows links: the others' counters are not needed. */
  readonly links?: readonly number[] | undefined
  /** Rows whose counters are followed along a path of a trace. */
  readonly path?: readonly VisibleRows[] | undefined
  /** Namespaces whose sysctls decide what is on the screen. */
  readonly settingsOf?: readonly string[] | undefined
}

export type VisibleRows = {
  readonly namespaceId: string
  readonly parts: readonly ('netfilter' | 'ipvs')[]
  /** Indexes of links. */
  readonly links: readonly number[]
}

/**
 * Where the screen gets its data from, live or from a file. The screen never waits for it: everything here returns
 * at once.
 *
 * Snapshots change immutably: a namespace that was not read again is the same object as before, and so is each of its
 * lists (`links`, `netfilter` …) that was not read again. View models and rates depend on that.
 */
export type Session = {
  readonly snapshot: () => Snapshot
  /** Snapshots of all nodes of a cluster, that of `snapshot` among them; absent when there is that one alone. */
  readonly nodes?: () => readonly Snapshot[]
  /** Makes another one of `nodes` that of `snapshot`. */
  readonly chooseNode?: (node: Snapshot) => void
  readonly status: () => SessionStatus
  /** Calls `listener` after every change of the snapshot or the status. Returns the way to stop listening. */
  readonly subscribe: (listener: () => void) => () => void
  /** Asks for everything to be read again. */
  readonly refresh: () => void
  /** What is on the screen, so that it is read more often than the rest. */
  readonly setVisible: (visible: Visible) => void
  /**
   * How long before the counters of this link those before it were read, in milliseconds. Undefined where the link was read
   * with all others; null when the one before it is too old to make a rate of.
   */
  readonly elapsed?: (link: Link) => number | null | undefined
  /** Before this process stops: lets go of everything that it holds, soon. `resume` begins again. */
  readonly pause?: () => Promise<void>
  readonly resume?: () => void
  /** Ends it; the screen is gone when this is called. */
  readonly stop: () => void
}

const nothing = (): void => {}

/** A session on snapshots that never change: one for each node of a cluster. The first is chosen. */
export function clusterSession(nodes: readonly [Snapshot, ...Snapshot[]]): Session {
  const listeners = new Set<() => void>()
  let [chosen] = nodes
  return {
    ...fileSession(chosen),
    snapshot: () => chosen,
    nodes: () => nodes,
    chooseNode(node) {
      chosen = node
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A session on one snapshot that never changes. */
export function fileSession(snapshot: Snapshot): Session {
  const status: SessionStatus = { mode: 'file', collecting: false }
  return {
    snapshot: () => snapshot,
    status: () => status,
    subscribe: () => nothing,
    refresh: nothing,
    setVisible: nothing,
    stop: nothing,
  }
}
