import type { Question } from '../../../lb/index.ts'
import type { IntentKind } from '../../../actions/intent.ts'
import type { Command } from '../command.ts'
import type { Target } from '../places.ts'

/** Something that the palette finds. */
export type Entry = {
  /** What it is: `view`, `command`, `network`, `address`, `rule` … */
  readonly kind: string
  /** What it is called, and found by first. Text of the world. */
  readonly name: string
  /** What else is told, and found by. */
  readonly about: string
  /** All of it in lower case. */
  readonly text: string
  /** Names that people type from memory, with letters left out; what is long or has no name is found as it is written. */
  readonly isFuzzy: boolean
  readonly goal: Goal
}

/** What Enter does. */
export type Goal =
  | { readonly target: Target }
  | { readonly command: Command }
  | { readonly question: Question }
  | PanelGoal

/** The panel of an action; on the object that is chosen when none is named. */
export type PanelGoal = { readonly panel: IntentKind; readonly objectId?: string }

export function entry(kind: string, name: string, about: string, goal: Goal, isFuzzy = false): Entry {
  return { kind, name, about, text: `${kind} ${name} ${about}`.toLowerCase(), isFuzzy, goal }
}
