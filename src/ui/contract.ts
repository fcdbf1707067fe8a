import type { Intent } from '../actions/intent.ts'
import type { Outcome, Plan, Progress } from '../actions/plan.ts'
import type { Snapshot } from '../snapshot/index.ts'
import type { AuditRow, Desk } from './model/desk.ts'
import type { Binding } from './model/keymap.ts'
import type { KeyName } from './model/keys.ts'
import type { ScreenModel } from './model/screen.ts'

/** What the keys ask of the world outside of the screen. */
export type Effects = {
  readonly quit: (exitCode: number) => void
  readonly suspend: () => void
  readonly redraw: () => void
  readonly copy: (text: string) => void
  /** Writes files of all nodes; gives their names. */
  readonly save: (what: SaveKind, nodes: readonly Snapshot[]) => Promise<readonly string[]>
}

export type SaveKind = 'export-snapshot' | 'export-redacted' | 'export-report'

/** How plans are made, sent and told of: what the composition root hands in. */
export type ActionPort = Pick<Desk, 'plan' | 'suggest' | 'whyNot' | 'whyNotSent'> & {
  /** Reads what the exact request depends on, and makes the plan of it. Sends nothing. */
  readonly prepare: (intent: Intent, snapshot: Snapshot) => Promise<Plan>
  /**
   * Logs and sends a plan that was prepared; never throws for what the engine says.
   *
   * @param undoes id of the logged action that it takes back
   */
  readonly execute: (
    plan: Plan,
    onProgress: (progress: Progress) => void,
    undoes: string | undefined,
  ) => Promise<Outcome>
  /** The log, the last one first. */
  readonly audit: () => Promise<readonly AuditRow[]>
}

export type Store = {
  /** The same object until something on the screen changes. */
  readonly screen: () => ScreenModel
  readonly subscribe: (listener: () => void) => () => void
  /** Handles the keys in their order, and tells the listeners once. */
  readonly press: (keys: readonly KeyName[], effects: Effects) => void
  /** A text that was pasted: typed into a filter when one is open, else ignored. */
  readonly paste: (text: string) => void
  readonly resize: (columns: number, rows: number) => void
  readonly stop: () => void
}

export type StoreOptions = {
  readonly columns: number
  readonly rows: number
  /** The view to begin with. */
  readonly view: string
  /** Other keys than the usual ones. */
  readonly bindings?: readonly Binding[] | undefined
  /** Plans what can be changed, and sends it; nothing can even be planned without. */
  readonly actions?: ActionPort | undefined
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}
