import { createHash } from 'node:crypto'
import type { SourceReport } from '../../snapshot/index.ts'
import { watchDirectories } from './directory-watch.ts'
import { discover, type DiscoverOptions, type FoundNamespace } from './discover.ts'
import { kernelFeatures } from './features.ts'
import { openNamespace } from './open-namespace.ts'
import { createOwnerNames } from './owners.ts'
import { allParts, eagerParts, type Part } from './parts.ts'
import { createNodeReader } from './reader.ts'
import type { NamespaceData } from './namespace.ts'
import { Unreadable } from './source-log.ts'
import { createSubscriptions } from './subscription.ts'

/** What the watcher tells; everything in it can be posted to another thread. */
export type WatchEvent =
  /** A new namespace, or new words about a known one, without its rows. */
  | { readonly kind: 'found'; readonly found: FoundNamespace }
  /** Rows of some parts, and how reading them went. */
  | {
      readonly kind: 'read'
      readonly id: string
      readonly data: Partial<NamespaceData>
      readonly sources: SourceReport[]
    }
  | { readonly kind: 'gone'; readonly id: string }
  /** Everything that was to be read has been read. */
  | { readonly kind: 'settled'; readonly sources: SourceReport[] }

export type WatchCommand =
  /** Read everything again. */
  | { readonly kind: 'refresh' }
  /** What is on the screen: read again every second, as counters move without an event. */
  | { readonly kind: 'show'; readonly id: string | undefined; readonly parts: readonly Part[] }
  | { readonly kind: 'stop' }

/** Events are asked for this often: one system call for all namespaces. */
const HEAR_MS = 100
/** How soon after an event the dirty part is read: events come in bursts. */
const SETTLE_MS = 20
/** How soon after a file came or went all namespaces are looked for: containers come in bursts too. */
const REDISCOVER_MS = 100
/** Parts on the screen are read this often, and ever less often while nothing in them moves. */
const SHOWN_MS = 1000
const STILL_MS = 4000
/** Processes that begin and end tell nobody, so their namespaces are looked for this often. */
const DISCOVER_MS = 5000
/** The thread answers commands at least this often during a long pass. */
const SLICE_MS = 20

type Watched = {
  found: FoundNamespace
  dirty: Set<Part>
  unsubscribe: (() => void) | undefined
  readonly sent: Sent
  readonly outcomes: Outcomes
}

/** What was emitted last, by field: what did not change is not sent again. */
type Sent = Map<string, { readonly digest: string | undefined; repeated: boolean }>

/** How the sources were last said to be. */
type Outcomes = Map<string, string>

/**
 * Keeps an eye on every namespace of the node. All work happens in slices on the calling thread, so it belongs into a
 * worker; `emit` gets plain data.
 */
export function startWatch(
  options: DiscoverOptions & { readonly timeoutMs?: number | undefined },
  emit: (event: WatchEvent) => void,
): (command: WatchCommand) => void {
  const watched = new Map<string, Watched>()
  const queue = new Set<string>()
  let shown: { id: string | undefined; parts: readonly Part[] } = { id: undefined, parts: [] }
  let sources: SourceReport[] = []
  let working: NodeJS.Timeout | undefined
  let rediscovery: NodeJS.Timeout | undefined
  let shownTimer: NodeJS.Timeout | undefined
  let shownDelay = SHOWN_MS
  let endDirectoryWatch: () => void = () => {}
  let directories = ''
  const reader = createNodeReader(options.timeoutMs)
  const subscriptions = createSubscriptions()
  const nameOwners = createOwnerNames()
  let features = kernelFeatures()
  /** Something was emitted since the last `settled`. */
  let isNewsHere = true
  const nodeOutcomes: Outcomes = new Map()

  function rediscover(): void {
    features = kernelFeatures()
    const discovery = discover(options)
    sources = discovery.sources
    reader.meet(discovery.namespaces)
    const present = new Set(discovery.namespaces.map(({ id }) => id))
    for (const id of [...watched.keys()]) if (!present.has(id)) forget(id)
    for (const found of discovery.namespaces) meet(found)
    if (directories !== discovery.directories.join('\0')) {
      directories = discovery.directories.join('\0')
      endDirectoryWatch()
      endDirectoryWatch = watchDirectories(discovery.directories, soonRediscover)
    }
    work(0)
  }

  function soonRediscover(): void {
    rediscovery ??= setTimeout(() => {
      rediscovery = undefined
      rediscover()
    }, REDISCOVER_MS)
  }

  function meet(found: FoundNamespace): void {
    const known = watched.get(found.id)
    if (!known) {
      watched.set(found.id, {
        found,
        dirty: new Set(eagerParts),
        unsubscribe: undefined,
        sent: new Map(),
        outcomes: new Map(),
      })
      queue.add(found.id)
    } else if (JSON.stringify(known.found) === JSON.stringify(found)) return
    else known.found = found
    isNewsHere = true
    emit({ kind: 'found', found })
  }

  function forget(id: string): void {
    watched.get(id)?.unsubscribe?.()
    watched.delete(id)
    queue.delete(id)
    isNewsHere = true
    emit({ kind: 'gone', id })
  }

  function soil(id: string, dirty: Iterable<Part>): void {
    const entry = watched.get(id)
    if (!entry) return
    for (const part of dirty) entry.dirty.add(part)
    queue.add(id)
    work(SETTLE_MS)
  }

  /** Listens before it reads: what changes in between is then read twice, not missed. */
  function listen(entry: Watched): void {
    try {
      const namespace = openNamespace(entry.found)
      try {
        entry.unsubscribe = subscriptions.add(namespace, features.nfTables === 'present', {
          onDirty: part => soil(entry.found.id, [part]),
          onLost: () => soil(entry.found.id, eagerParts),
        })
      } finally {
        namespace.close()
      }
    } catch (error) {
      // Not to be entered, or no descriptor left: it is read when asked for, and its sources say why.
      if (!(error instanceof Unreadable || (error instanceof Error && 'code' in error))) throw error
    }
  }

  function work(delay: number): void {
    if (working) return
    working = setTimeout(slice, delay)
  }

  function slice(): void {
    const until = performance.now() + SLICE_MS
    while (queue.size > 0 && performance.now() < until) {
      const id = shown.id !== undefined && queue.has(shown.id) ? shown.id : queue.values().next().value
      if (id !== undefined) readOne(id)
    }
    working = undefined
    if (queue.size > 0) working = setTimeout(slice, 0)
    else settle()
  }

  function settle(): void {
    for (const [id, nsids] of reader.finish()) {
      const sent = watched.get(id)?.sent
      const data = sent ? changes(sent, { nsids }) : {}
      if (!data.nsids) continue
      isNewsHere = true
      emit({ kind: 'read', id, data, sources: [] })
    }
    if (isNewsHere || hasNews(nodeOutcomes, sources)) emit({ kind: 'settled', sources })
    isNewsHere = false
  }

  function readOne(id: string): void {
    queue.delete(id)
    const entry = watched.get(id)
    if (!entry) return
    if (!entry.unsubscribe) listen(entry)
    const wanted = entry.dirty
    entry.dirty = new Set()
    const { data, reports } = reader.read(id, wanted)
    if (reports.some(({ status }) => status === 'gone')) soonRediscover()
    // Whose they are is worth a walk over /proc only while somebody looks.
    if (data.sockets && id === shown.id && shown.parts.includes('sockets'))
      data.sockets = nameOwners(data.sockets)
    const changed = changes(entry.sent, data)
    // The same rows, read with the same outcome: nobody has to hear of it. Times alone are no news.
    if (Object.keys(changed).length === 0 && !hasNews(entry.outcomes, reports)) return
    isNewsHere = true
    if (id === shown.id && shownDelay > SHOWN_MS) lookAgain(SHOWN_MS)
    emit({ kind: 'read', id, data: changed, sources: reports })
  }

  function lookAgain(delay: number): void {
    clearTimeout(shownTimer)
    shownDelay = delay
    shownTimer = setTimeout(() => {
      const { id, parts } = shown
      if (id !== undefined && parts.length > 0) soil(id, parts)
      lookAgain(Math.min(shownDelay * 2, STILL_MS))
    }, delay)
  }

  lookAgain(SHOWN_MS)
  const discoverTimer = setInterval(rediscover, DISCOVER_MS)
  const hearTimer = setInterval(() => subscriptions.poll(), HEAR_MS)
  rediscover()

  return command => {
    switch (command.kind) {
      case 'refresh':
        for (const id of watched.keys()) soil(id, id === shown.id ? allParts : eagerParts)
        rediscover()
        return
      case 'show':
        shown = { id: command.id, parts: command.parts }
        if (command.id !== undefined) soil(command.id, command.parts)
        lookAgain(SHOWN_MS)
        return
      case 'stop':
        clearTimeout(shownTimer)
        clearInterval(discoverTimer)
        clearTimeout(rediscovery)
        clearTimeout(working)
        endDirectoryWatch()
        clearInterval(hearTimer)
        subscriptions.close()
        watched.clear()
    }
  }
}

/**
 * Drops what was sent before in the same words. Rows that stand still are sent once more, so that whoever counts rates
 * sees that they fell to zero.
 */
function changes(sent: Sent, data: Partial<NamespaceData>): Partial<NamespaceData> {
  const entries = Object.entries(data).filter(([field, rows]) => {
    const before = sent.get(field)
    // Most of what is read once is never read again: it is digested only when it is.
    const digest = before && digestOf(rows)
    if (!before || before.digest !== digest) sent.set(field, { digest, repeated: false })
    else if (before.repeated) return false
    else before.repeated = true
    return true
  })
  return Object.fromEntries(entries)
}

/** Timers of bridges and their ports run all the time, and say nothing that anybody waits for. */
const runningTimers = /"[a-z_]+_timer":[\d.]+/g

function digestOf(rows: unknown): string {
  const text = JSON.stringify(rows) ?? ''
  return createHash('sha1').update(text.replace(runningTimers, '')).digest('base64')
}

function hasNews(outcomes: Outcomes, reports: readonly SourceReport[]): boolean {
  let news = false
  for (const { source, status, reason } of reports) {
    const outcome = `${status} ${reason}`
    if (outcomes.get(source) === outcome) continue
    outcomes.set(source, outcome)
    news = true
  }
  return news
}
