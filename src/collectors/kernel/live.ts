import { Worker } from 'node:worker_threads'
import {
  type Link,
  type Namespace,
  SNAPSHOT_FORMAT,
  SNAPSHOT_VERSION,
  type Snapshot,
  type SourceReport,
} from '../../snapshot/index.ts'
import { tidyMemory } from '../../util/memory.ts'
import { formatDuration } from '../../util/format.ts'
import { shareStrings } from '../../util/share-strings.ts'
import { keepThread } from '../kept-thread.ts'
import { compareFound, type DiscoverOptions } from './discover.ts'
import { readHost } from './host.ts'
import { emptyNamespace } from './namespace.ts'
import { carryPeers, relate } from './relate.ts'
import type { LinkCounters, WatchCommand, WatchEvent } from './watch-events.ts'

/** How a live look is doing. */
export type LiveState = {
  /** Nothing is known to be unread. */
  readonly settled: boolean
  /** When something was last read, in milliseconds since the epoch. */
  readonly readAt: number
  /** Why the collector ended, until it reads again: what is shown stays meanwhile, and gets old. */
  readonly failure: string | undefined
  /** How long it took last time to read again, of all namespaces, what changes without an event; in milliseconds. */
  readonly roundMs: number | undefined
}

export type Live = {
  /** The latest snapshot. Namespaces that did not change are the same objects as before. */
  snapshot(): Snapshot
  state(): LiveState
  /** Calls `listener` after changes, at most ten times a second. Returns the way to stop listening. */
  subscribe(listener: () => void): () => void
  command(command: WatchCommand): void
  /**
   * How long before the counters of this link those of the row before it were read, in milliseconds. Undefined where
   * the link came with all others of its namespace; null when it was not looked at shortly before.
   */
  elapsed(link: Link): number | null | undefined
  /** Lets go of every namespace; resolves when nothing is held any more. `resume` reads everything again. */
  pause(): Promise<void>
  resume(): void
  /** Ends the collector; resolves when its thread is gone. */
  stop(): Promise<void>
}

const NOTIFY_MS = 100
/** The same while everything is read for the first time: the processor is for that, and for keys. */
const FIRST_NOTIFY_MS = 250
/** Memory is given back when so many namespaces were read, this long after the last of them. */
const MANY_READ = 100
const TIDY_MS = 1500
/** A slice of that work, and the rest after it. */
const TIDY_SLICE_MS = 4

export type LiveOptions = DiscoverOptions & { readonly timeoutMs?: number | undefined }

/**
 * Starts a collector thread and keeps its latest words as a snapshot. A thread that breaks is started again.
 *
 * @param start starts the thread
 * @param restartMs how long after its first end it is started again, in milliseconds
 */
export function startLive(
  options: LiveOptions,
  start: () => Worker = () => startWorker(options),
  restartMs?: number,
): Live {
  const host = readHost()
  const namespaces = new Map<string, Namespace>()
  const listeners = new Set<() => void>()
  let sources: SourceReport[] = []
  let state: LiveState = { settled: false, readAt: Date.now(), failure: undefined, roundMs: undefined }
  const elapsed = new WeakMap<Link, number | null>()
  let onPaused: (() => void) | undefined
  let current: Snapshot | undefined
  let areWiresKnown = true
  let order: string[] | undefined
  let pending: NodeJS.Timeout | undefined
  let notifiedAt = 0
  let hasSettled = false
  let readCount = 0
  let tidying: NodeJS.Timeout | undefined

  /** Namespaces that the thread told of; until all is read for the first time, others may be left from the thread before. */
  let told = new Set<string>()
  let isFirstPass = true
  let shown: WatchCommand | undefined
  let isPaused = false

  const thread = keepThread(start, begun, ended, restartMs)

  function begun(worker: Worker): void {
    told = new Set()
    isFirstPass = true
    if (shown) worker.postMessage(shown)
    if (isPaused) worker.postMessage({ kind: 'pause' } satisfies WatchCommand)
    worker.on('message', (events: readonly WatchEvent[]) => {
      state = { ...state, failure: undefined }
      for (const event of events) apply(event)
      tidySoon(events.filter(({ kind }) => kind === 'read').length)
      // The first words at once, later ones in bundles.
      hasSettled ||= state.settled
      const interval = hasSettled ? NOTIFY_MS : FIRST_NOTIFY_MS
      pending ??= setTimeout(notify, Math.max(0, notifiedAt + interval - performance.now()))
    })
  }

  function ended(why: string, waitMs: number): void {
    const failure = `reading the kernel failed: ${why}; reading again in ${formatDuration(waitMs)}`
    state = { ...state, settled: false, failure }
    onPaused?.()
    notify()
  }

  function tidySoon(count: number): void {
    readCount += count
    if (!state.settled) return
    const isWorthIt = readCount >= MANY_READ
    // What trickles in afterwards never adds up to a burst.
    readCount = 0
    if (!isWorthIt) return
    clearTimeout(tidying)
    tidying = setTimeout(tidyUp, TIDY_MS)
    tidying.unref()
  }

  /** Makes one of equal words, a few namespaces at a time so that keys are answered meanwhile, and gives back the rest. */
  function tidyUp(): void {
    const pool = new Map<string, string>()
    const left = [...namespaces.values()]
    const step = (): void => {
      const until = performance.now() + TIDY_SLICE_MS
      while (left.length > 0 && performance.now() < until) shareStrings(left.pop(), pool)
      tidying = left.length > 0 ? setTimeout(step, TIDY_SLICE_MS) : setTimeout(tidyMemory, 0)
      tidying.unref()
    }
    step()
  }

  function notify(): void {
    clearTimeout(pending)
    pending = undefined
    notifiedAt = performance.now()
    current = undefined
    for (const listener of listeners) listener()
  }

  function apply(event: WatchEvent): void {
    switch (event.kind) {
      case 'found': {
        told.add(event.found.id)
        const known = namespaces.get(event.found.id) ?? emptyNamespace(event.found)
        namespaces.set(event.found.id, { ...known, ...event.found })
        order = undefined
        return
      }
      case 'read': {
        const known = namespaces.get(event.id)
        if (!known) return
        const links = event.data.links && carryPeers(known.links, event.data.links)
        if (event.data.nsids ?? (event.data.links && !links)) areWiresKnown = false
        namespaces.set(event.id, {
          ...known,
          ...event.data,
          ...(links && { links }),
          sources: merge(known.sources, event.sources),
        })
        state = { ...state, settled: false, readAt: Date.now() }
        return
      }
      case 'counters':
        applyCounters(event.id, event.rows)
        return
      case 'round':
        state = { ...state, roundMs: event.tookMs }
        return
      case 'paused':
        onPaused?.()
        return
      case 'gone':
        forget(event.id)
        return
      case 'settled':
        if (isFirstPass) for (const id of namespaces.keys()) if (!told.has(id)) forget(id)
        isFirstPass = false
        sources = event.sources
        state = { ...state, settled: true }
        if (areWiresKnown) return
        areWiresKnown = true
        for (const namespace of relate([...namespaces.values()])) namespaces.set(namespace.id, namespace)
    }
  }

  function forget(id: string): void {
    namespaces.delete(id)
    order = undefined
    areWiresKnown = false
  }

  function applyCounters(id: string, rows: readonly LinkCounters[]): void {
    const known = namespaces.get(id)
    if (!known) return
    const fresh = new Map(rows.map(row => [row.ifindex, row]))
    const links = known.links.map(link => {
      const row = fresh.get(link.ifindex)
      if (!row) return link
      const next = { ...link, stats64: row.stats64 }
      elapsed.set(next, row.elapsedMs ?? null)
      return next
    })
    namespaces.set(id, { ...known, links })
    state = { ...state, readAt: Date.now() }
  }

  /** Sorting is the dear part, and names hardly ever change. */
  function ordered(): Namespace[] {
    order ??= [...namespaces.values()].sort(compareFound).map(({ id }) => id)
    return order.map(id => namespaces.get(id)).filter(namespace => namespace !== undefined)
  }

  return {
    snapshot: () =>
      (current ??= {
        format: SNAPSHOT_FORMAT,
        version: SNAPSHOT_VERSION,
        takenAt: new Date(state.readAt).toISOString(),
        tookMs: 0,
        host,
        namespaces: ordered(),
        sources,
      }),
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    command(command) {
      if (command.kind === 'show') shown = command
      if (command.kind === 'refresh' && thread.hurry()) return
      thread.post(command)
    },
    elapsed: link => elapsed.get(link),
    async pause() {
      isPaused = true
      if (state.failure !== undefined) return
      const paused = Promise.withResolvers<void>()
      onPaused = paused.resolve
      thread.post({ kind: 'pause' } satisfies WatchCommand)
      await paused.promise
    },
    resume() {
      isPaused = false
      if (!thread.hurry()) thread.post({ kind: 'resume' } satisfies WatchCommand)
    },
    async stop() {
      clearTimeout(pending)
      clearTimeout(tidying)
      listeners.clear()
      const worker = thread.leave()
      if (!worker) return
      worker.postMessage({ kind: 'stop' } satisfies WatchCommand)
      await new Promise(resolve => worker.once('exit', resolve))
    },
  }
}

/** Reports replace those of the same source and keep the order of a whole reading. */
function merge(before: readonly SourceReport[], now: readonly SourceReport[]): SourceReport[] {
  const fresh = new Map(now.map(report => [report.source, report]))
  const kept = before.map(report => {
    const newer = fresh.get(report.source)
    fresh.delete(report.source)
    return newer ?? report
  })
  return [...kept, ...fresh.values()]
}

/** The bundle has the worker beside it; from the sources, Node runs the TypeScript file itself. */
function startWorker(workerData: LiveOptions): Worker {
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './collector-worker.js'
  return new Worker(new URL(file, import.meta.url), {
    workerData,
    // What it reads is garbage as soon as it is posted: a small young generation keeps that from piling up.
    resourceLimits: { maxYoungGenerationSizeMb: 24 },
  })
}
