import type { Data } from '../data.ts'
import type { KeyName } from '../keys.ts'
import type { Visible } from '../session.ts'
import type { Line, Span } from '../span.ts'
import type { Table } from '../table.ts'

/** The label of a tab of the detail pane. */
export type TabLabel = {
  readonly id: string
  readonly title: string
  /** Title where room is scarce. */
  readonly short: string
  /** Rows in it, where somebody counted. */
  readonly count?: number
  /** There is nothing to see. */
  readonly isEmpty: boolean
}

/** What is known about the chosen object, in the chosen tab. */
export type Detail = {
  readonly title: readonly Span[]
  readonly table: Table | undefined
  /** Columns that the table can be ordered by. */
  readonly sortable: readonly string[]
  /** Lines above the rows that say what is missing in them. */
  readonly notices: (columns: number) => readonly Line[]
  /** What stands there when there are no rows. */
  readonly empty: (columns: number, isFrozen: boolean) => readonly Line[]
  /** Where the rows come from, in lines of at most `columns`. `row` is the id of the chosen one. */
  readonly origin: (row: string | undefined, columns: number, now: number) => readonly Line[]
}

/** Of a list without rows. */
export const nothingChosen: Detail = {
  title: [{ text: 'Nothing is chosen', tone: 'dim' }],
  table: undefined,
  sortable: [],
  notices: () => [],
  empty: () => [],
  origin: () => [],
}

/**
 * One of the numbered views: a list of objects, and tabs that tell about the chosen one. All that the program knows of a
 * view is here: the keys, the help, the palette and the screen are made from it.
 */
export type View = {
  readonly id: string
  readonly key: KeyName
  readonly title: string
  /** The title where room is scarce. */
  readonly short: string
  /** What one of its objects is called in a breadcrumb: `sandbox`. */
  readonly singular: string
  /** What the view is for, in the words of the help. */
  readonly description: string
  /** The part of a wide screen that the list takes, 0 to 1. */
  readonly share: number
  /** Columns that the list can be ordered by. */
  readonly sortable: readonly string[]
  readonly table: (data: Data) => Table
  /** Lines above the list that say what is missing in it. */
  readonly notices: (data: Data, columns: number) => readonly Line[]
  /** Why the list has no rows. */
  readonly empty: (data: Data) => string
  /** The tabs of an object, never none; `id` is undefined when nothing is chosen. */
  readonly tabs: (id: string | undefined, data: Data) => readonly TabLabel[]
  readonly detail: (id: string | undefined, tab: string, data: Data) => Detail
  /** Id in the graph of what a row of the list stands for; undefined for what is not in it. */
  readonly objectId: (id: string | undefined, data: Data) => string | undefined
  /** Where the chosen object itself comes from. */
  readonly origin: (id: string | undefined, data: Data, columns: number, now: number) => readonly Line[]
  /** What of the kernel it depends on, so that it is read more often than the rest. */
  readonly visible: (id: string | undefined, tab: string, data: Data) => Visible
}
