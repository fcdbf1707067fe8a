import type { LinkStats, SourceReport } from '../../snapshot/index.ts'
import type { FoundNamespace } from './discover.ts'
import type { NamespaceData } from './namespace.ts'
import type { Part } from './parts.ts'

/** Counters of one link, and how long before this reading the one before it was; undefined when that is too long ago. */
export type LinkCounters = {
  readonly ifindex: number
  readonly stats64: LinkStats
  readonly elapsedMs: number | undefined
}

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
  /** Counters of the links on the screen, and nothing else of them. */
  | { readonly kind: 'counters'; readonly id: string; readonly rows: readonly LinkCounters[] }
  | { readonly kind: 'gone'; readonly id: string }
  /** Everything that was to be read has been read. */
  | { readonly kind: 'settled'; readonly sources: SourceReport[] }
  /** What changes without an event has been read again of every namespace; that took so long. */
  | { readonly kind: 'round'; readonly tookMs: number }
  /** Nothing is held any more. */
  | { readonly kind: 'paused' }

/** What is on the screen. */
export type Shown = {
  readonly id: string | undefined
  readonly parts: readonly Part[]
  /** Indexes of the links whose counters are seen; all of them when left out. */
  readonly links?: readonly number[] | undefined
  /** A path whose counters are followed, be it on the screen or not: what of which namespaces. */
  readonly path?: readonly PathRows[] | undefined
  /** Namespaces whose sysctls decide what is on the screen: nothing tells that one of them changed. */
  readonly settingsOf?: readonly string[] | undefined
}

export type PathRows = {
  readonly id: string
  readonly parts: readonly Part[]
  /** Indexes of links. */
  readonly links: readonly number[]
}

export type WatchCommand =
  /** Read everything again. */
  | { readonly kind: 'refresh' }
  /** What is on the screen: read again every second, as counters move without an event. */
  | ({ readonly kind: 'show' } & Shown)
  /** Let go of every namespace and read nothing, until `resume` reads everything again. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'stop' }
