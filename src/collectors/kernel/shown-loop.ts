import type { Part } from './parts.ts'
import type { NodeReader } from './reader.ts'
import type { LinkCounters, PathRows, Shown, WatchEvent } from './watch-events.ts'

/** Parts on the screen are read this often, and ever less often while nothing in them moves. */
const SHOWN_MS = 1000
const STILL_MS = 4000
/** A reading is not repeated before this many times its own duration: a hundred thousand rules take their time. */
const REST = 30
const STILL_REST = 100

/** What of a tab is read again though no event came. Counters of links are read on their own. */
const besideLinks: ReadonlySet<Part> = new Set<Part>(['links', 'addresses'])

export type ShownLoop = {
  show(shown: Shown): void
  /** Something of what is shown was read; whether anything in it had moved. */
  onRead(tookMs: number, hasMoved: boolean): void
  stop(): void
  resume(): void
}

export type ShownLoopOptions = {
  readonly soil: (id: string, parts: readonly Part[]) => void
  readonly emit: (event: WatchEvent) => void
}

/** Reads what is on the screen again and again, as counters move without an event. */
export function createShownLoop(reader: NodeReader, { soil, emit }: ShownLoopOptions): ShownLoop {
  let shown: Shown = { id: undefined, parts: [] }
  let timer: NodeJS.Timeout | undefined
  let delay = SHOWN_MS
  let tookMs = 0
  /** By namespace, and by index of the link. */
  const counters = new Map<string, ReadonlyMap<number, Counters>>()

  function again(wanted: number): void {
    clearTimeout(timer)
    delay = wanted
    const rest = delay === SHOWN_MS ? REST : STILL_REST
    timer = setTimeout(look, Math.max(delay, tookMs * rest))
  }

  function look(): void {
    const { id, parts, links, path, settingsOf } = shown
    tookMs = 0
    // Before anything is read: what moves brings the next look nearer. A path is followed to see when it begins to move.
    again(path ? SHOWN_MS : Math.min(delay * 2, STILL_MS))
    for (const of of path ?? []) readPath(of)
    for (const of of settingsOf ?? []) soil(of, ['sysctls'])
    if (id === undefined || parts.length === 0) return
    const alone = links !== undefined && parts.includes('links') && readCounters(id, links)
    soil(id, alone ? parts.filter(part => !besideLinks.has(part)) : parts)
  }

  function readPath({ id, parts, links }: PathRows): void {
    const alone = links.length === 0 || readCounters(id, links)
    soil(id, alone ? parts : [...parts, 'links'])
  }

  /** False when they have to be read with everything else of the links. */
  function readCounters(id: string, links: readonly number[]): boolean {
    const now = reader.readCounters(id, links)
    if (!now) return false
    const at = performance.now()
    const rows: LinkCounters[] = []
    const next = new Map<number, Counters>()
    for (const [ifindex, stats64] of now) {
      const before = counters.get(id)?.get(ifindex)
      const text = JSON.stringify(stats64)
      const hasMoved = before?.text !== text
      next.set(ifindex, { text, at, isRepeated: !hasMoved })
      // What stands still is told once more: its rate fell to zero.
      if (!hasMoved && before?.isRepeated) continue
      rows.push({ ifindex, stats64, elapsedMs: before && at - before.at })
      if (hasMoved && before) again(SHOWN_MS)
    }
    counters.set(id, next)
    if (rows.length > 0) emit({ kind: 'counters', id, rows })
    return true
  }

  again(SHOWN_MS)
  return {
    show(next) {
      const isOther = next.id !== shown.id || next.parts.join() !== shown.parts.join()
      const isScrolled = next.links?.join() !== shown.links?.join()
      const isPathOther = JSON.stringify(next.path) !== JSON.stringify(shown.path)
      const known = new Set(shown.settingsOf)
      for (const of of next.settingsOf ?? []) if (!known.has(of)) soil(of, ['sysctls'])
      shown = next
      if (isOther || isPathOther) counters.clear()
      // Rates need two readings: the first one at once.
      if (isOther || isScrolled) again(SHOWN_MS)
      if (isPathOther) for (const of of next.path ?? []) readPath(of)
      if (isPathOther) again(SHOWN_MS)
      if (isScrolled && next.id !== undefined && next.links) readCounters(next.id, next.links)
    },
    onRead(took, hasMoved) {
      tookMs += took
      if (hasMoved && delay > SHOWN_MS) again(SHOWN_MS)
    },
    stop: () => clearTimeout(timer),
    resume: () => again(SHOWN_MS),
  }
}

type Counters = {
  readonly text: string
  readonly at: number
  readonly isRepeated: boolean
}
