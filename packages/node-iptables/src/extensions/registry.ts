import type { Unknown, Verdict } from '../model.ts'

/** Every match that this package knows. Grows with the extensions. */
export type Match = Unknown
/** Every target that this package knows. */
export type Target = Verdict | Unknown
