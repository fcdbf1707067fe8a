import type { SourceReport } from '../../snapshot/index.ts'
import type { DiscoverOptions, FoundNamespace } from './discover.ts'
import { createFeatureWatch, hasSilent } from './features.ts'
import { createNews, type News } from './news.ts'
import { openNamespace } from './open-namespace.ts'
import { createOwnerNames } from './owners.ts'
import { allParts, eagerParts, type Part } from './parts.ts'
import { createNodeReader } from './reader.ts'
import { createRediscovery } from './rediscovery.ts'
import { createRounds, ROUND_STEP_MS } from './rounds.ts'
import { createShownLoop } from './shown-loop.ts'
import { Unreadable } from './source-log.ts'
import { createSubscriptions } from './subscription.ts'
import type { Shown, WatchCommand, WatchEvent } from './watch-events.ts'

/** Events are asked for this often: one system call for all namespaces. */
const HEAR_MS = 100
/** How soon after an event the dirty part is read: events come in bursts. */
const SETTLE_MS = 20
/** How soon after a file came or went all namespaces are looked for: containers come in bursts too. */
const REDISCOVER_MS = 100
/** A look at everything is not repeated before this many times its own duration. */
const DISCOVER_REST = 20
/** Processes that begin and end tell nobody, so their namespaces are looked for this often. */
const DISCOVER_MS = 5000
/** The thread answers commands at least this often during a long pass. */
const SLICE_MS = 20
/** What changes without an event: how often it is read again of all namespaces, and what that may cost. */
const ROUND_MS = 10_000
const ROUND_BUDGET_MS = 3
/** The same for sockets, and for namespaces that could not be listened to. */
const SLOW_ROUND_MS = 60_000
const SLOW_BUDGET_MS = 1

type Watched = {
  found: FoundNamespace
  dirty: Set<Part>
  unsubscribe: (() => void) | undefined
  readonly news: News
}

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
  /** Until the screen has said what it shows, that is the first namespace. */
  let shown: Shown = { id: undefined, parts: ['links', 'addresses'] }
  let sources: SourceReport[] = []
  let working: NodeJS.Timeout | undefined
  let rediscovery: NodeJS.Timeout | undefined
  let discoveryTookMs = 0
  const featuresNow = createFeatureWatch()
  let features = featuresNow()
  let isPaused = false
  /** Something was emitted since the last `settled`. */
  let isNewsHere = true
  const nodeNews = createNews()
  const reader = createNodeReader(features, options.timeoutMs)
  const surroundings = createRediscovery(options, soonRediscover)
  const subscriptions = createSubscriptions()
  const nameOwners = createOwnerNames()
  const shownLoop = createShownLoop(reader, { soil: (id, parts) => soil(id, parts, 0), emit })
  const rounds = createRounds({
    ids: () => (hasSilent(features) ? inOrder() : []),
    read: id => readParts(id, reader.silentParts(id)),
    budgetMs: ROUND_BUDGET_MS,
    everyMs: ROUND_MS,
    onRound: tookMs => emit({ kind: 'round', tookMs }),
  })
  const slowRounds = createRounds({
    ids: inOrder,
    read: id => readParts(id, watched.get(id)?.unsubscribe ? slowParts : eagerParts),
    budgetMs: SLOW_BUDGET_MS,
    everyMs: SLOW_ROUND_MS,
  })

  /** Those with load balancers first: what the others have is rarely told by these sources. */
  function inOrder(): string[] {
    const first: ReadonlySet<string> = new Set(['ingress', 'load-balancer', 'host'])
    const entries = [...watched.values()].map(({ found }) => found)
    return [
      ...entries.filter(({ kind }) => first.has(kind)),
      ...entries.filter(({ kind }) => !first.has(kind)),
    ].map(({ id }) => id)
  }

  function rediscover(): void {
    if (isPaused) return
    const started = performance.now()
    features = featuresNow()
    const discovery = surroundings.next()
    if (!discovery) return
    sources = discovery.sources
    reader.meet(discovery.namespaces, features)
    const present = new Set(discovery.namespaces.map(({ id }) => id))
    for (const id of [...watched.keys()]) if (!present.has(id)) forget(id)
    for (const found of discovery.namespaces) meet(found)
    if (shown.id === undefined) shown = { ...shown, id: discovery.namespaces[0]?.id }
    discoveryTookMs = performance.now() - started
    work(0)
  }

  function soonRediscover(): void {
    surroundings.soil()
    rediscovery ??= setTimeout(
      () => {
        rediscovery = undefined
        rediscover()
      },
      Math.max(REDISCOVER_MS, discoveryTookMs * DISCOVER_REST),
    )
  }

  function meet(found: FoundNamespace): void {
    const known = watched.get(found.id)
    if (!known) {
      watched.set(found.id, { found, dirty: new Set(eagerParts), unsubscribe: undefined, news: createNews() })
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

  function soil(id: string, dirty: Iterable<Part>, delay = SETTLE_MS): void {
    const entry = watched.get(id)
    if (!entry) return
    for (const part of dirty) entry.dirty.add(part)
    if (entry.dirty.size === 0) return
    queue.add(id)
    work(delay)
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
    if (working || isPaused) return
    working = setTimeout(slice, delay)
  }

  function slice(): void {
    const until = performance.now() + SLICE_MS
    do {
      const id = shown.id !== undefined && queue.has(shown.id) ? shown.id : queue.values().next().value
      if (id === undefined) break
      readDirty(id)
      // What is on the screen is told before anything else is read.
      if (id === shown.id) break
    } while (performance.now() < until)
    working = undefined
    if (queue.size > 0) working = setTimeout(slice, 0)
    else settle()
  }

  function settle(): void {
    for (const [id, nsids] of reader.finish()) {
      const data = watched.get(id)?.news.changes({ nsids }, false)
      if (!data?.nsids) continue
      isNewsHere = true
      emit({ kind: 'read', id, data, sources: [] })
    }
    if (isNewsHere || nodeNews.hasOutcome(sources)) emit({ kind: 'settled', sources })
    isNewsHere = false
  }

  /** Reads what is dirty, or first only what of it is on the screen: the first frame waits for that. */
  function readDirty(id: string): void {
    const entry = watched.get(id)
    if (!entry) {
      queue.delete(id)
      return
    }
    if (!entry.unsubscribe) listen(entry)
    const seen = id === shown.id ? shown.parts.filter(part => entry.dirty.has(part)) : []
    const wanted = seen.length > 0 ? new Set(seen) : entry.dirty
    entry.dirty = new Set([...entry.dirty].filter(part => !wanted.has(part)))
    if (entry.dirty.size === 0) queue.delete(id)
    readParts(id, wanted)
  }

  function readParts(id: string, wanted: ReadonlySet<Part>): void {
    const entry = watched.get(id)
    if (!entry || wanted.size === 0) return
    const started = performance.now()
    // Links that nobody tells of may have other names by now.
    const all = entry.unsubscribe ? wanted : new Set<Part>([...wanted, 'links'])
    const { data, reports, next } = reader.read(id, all)
    if (reports.some(({ status }) => status === 'gone')) soonRediscover()
    // Whose they are is worth a walk over /proc only while somebody looks.
    if (data.sockets && id === shown.id && shown.parts.includes('sockets'))
      data.sockets = nameOwners(data.sockets)
    soil(id, next)
    const changed = entry.news.changes(data, id === shown.id)
    const isOutcomeNew = entry.news.hasOutcome(reports)
    if (id === shown.id) shownLoop.onRead(performance.now() - started, Object.keys(changed).length > 0)
    // The same rows, read with the same outcome: nobody has to hear of it. Times alone are no news.
    if (Object.keys(changed).length === 0 && !isOutcomeNew) return
    isNewsHere = true
    emit({ kind: 'read', id, data: changed, sources: reports })
    work(SETTLE_MS)
  }

  function readAll(): void {
    surroundings.soil()
    for (const id of watched.keys()) soil(id, id === shown.id ? allParts : eagerParts)
    rediscover()
  }

  function pause(): void {
    isPaused = true
    shownLoop.stop()
    clearTimeout(rediscovery)
    clearTimeout(working)
    rediscovery = working = undefined
    surroundings.pause()
    for (const entry of watched.values()) {
      entry.unsubscribe?.()
      entry.unsubscribe = undefined
    }
  }

  subscriptions.watchMounts(() => {
    if (surroundings.waitsForMounts()) soonRediscover()
  })
  const timers = [
    setInterval(rediscover, DISCOVER_MS),
    setInterval(() => {
      if (!isPaused) subscriptions.poll()
    }, HEAR_MS),
    setInterval(() => {
      // The rounds wait for the first pass, and for what events asked for.
      if (isPaused || queue.size > 0) return
      rounds.step()
      slowRounds.step()
    }, ROUND_STEP_MS),
  ]
  rediscover()

  return command => {
    switch (command.kind) {
      case 'resume':
        isPaused = false
        shownLoop.resume()
        // What happened meanwhile is not known.
        readAll()
        return
      case 'refresh':
        readAll()
        return
      case 'show': {
        const isSame = command.id === shown.id && command.parts.join() === shown.parts.join()
        shown = command
        if (command.id !== undefined && !isSame) soil(command.id, command.parts)
        shownLoop.show(command)
        return
      }
      case 'pause':
        pause()
        emit({ kind: 'paused' })
        return
      case 'stop':
        pause()
        for (const timer of timers) clearInterval(timer)
        subscriptions.close()
        watched.clear()
    }
  }
}

const slowParts: ReadonlySet<Part> = new Set<Part>(['sockets'])
