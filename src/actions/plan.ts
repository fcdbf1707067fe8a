import type { Intent } from './intent.ts'

/** Path of a field of an intent, for what is wrong with it: `name`, `subnets.0.gateway`, `publish.1.published`. */
export type Field = string

/** What a check found before anything was sent. */
export type Check = {
  /** Undefined when it concerns the whole. */
  readonly field: Field | undefined
  /**
   * `error`: the daemon refuses it, and it is not sent; `warning`: the daemon takes it (what comes of that is said), or it could not
   * be checked, and it is left to the operator.
   */
  readonly level: 'error' | 'warning'
  /** One sentence: what is wrong, with what it collides, what to do. */
  readonly text: string
}

/** One call of the Engine API that writes, as it goes over the wire (without the version in front of its path). */
export type ApiRequest = {
  readonly method: 'POST' | 'DELETE'
  readonly path: string
  readonly query: Readonly<Record<string, string | number | boolean>>
  readonly body: unknown
}

/** mild: Enter on "Do it"; moderate: the same, and it says what stops; severe: a name has to be typed. */
export type Severity = 'mild' | 'moderate' | 'severe'

/** What takes a change back. */
export type Undo = {
  /** The intent that takes it back; undefined when nothing can (then `text` says why). */
  readonly intent: Intent | undefined
  /** The docker command that does it, or why there is none. */
  readonly text: string
}

/** All that is shown before anything is sent. Plain data. */
export type Plan = {
  readonly intent: Intent
  /** `Create network my-network (overlay)` */
  readonly title: string
  readonly severity: Severity
  /** What has to be typed for a severe one. */
  readonly confirmWord: string
  /** The docker command that does the same, quoted for a shell. */
  readonly command: string
  /** As they may be shown and logged: without values of environment variables; of an update only what changes. */
  readonly requests: readonly ApiRequest[]
  /** Sentences: what will be there, be gone or be different. */
  readonly changes: readonly string[]
  /** Sentences: which tasks and connections stop or start anew; empty when none do. */
  readonly restarts: readonly string[]
  /** Of a prune, where the daemon chooses: names of the networks that are known to go. */
  readonly removes?: readonly string[]
  readonly undo: Undo
  readonly checks: readonly Check[]
}

/** Where an action stands after it was confirmed. */
export type Progress =
  | { readonly step: 'sending'; readonly request: ApiRequest }
  | { readonly step: 'answered'; readonly request: ApiRequest; readonly status: number; readonly id?: string }
  /** Tasks by state while they converge; `errors` are the engine's words of those that fail. */
  | {
      readonly step: 'converging'
      readonly done: number
      readonly wanted: number
      readonly states: Readonly<Record<string, number>>
      readonly errors: readonly string[]
    }

/** How it ended. */
export type Outcome =
  | { readonly end: 'done'; readonly id: string | undefined; readonly warnings: readonly string[] }
  /** The engine refused: its own sentence, at the field that it speaks of when that can be told. Status 0: it was never sent. */
  | {
      readonly end: 'refused'
      readonly status: number
      readonly message: string
      readonly field: Field | undefined
      /** So many requests in front of the refused one were done, where an action has several. */
      readonly done?: number
    }
  /** Sent and accepted, but not as wanted after the time that was given for it. */
  | { readonly end: 'not-converged'; readonly id: string | undefined; readonly reason: string }
  /** It is not known whether the daemon did it: the connection broke after the request was sent. */
  | { readonly end: 'unknown'; readonly reason: string }
