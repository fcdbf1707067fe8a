import type { Check, Field } from '../plan.ts'

/** The daemon refuses it. */
export function refused(field: Field | undefined, text: string): Check {
  return { field, level: 'error', text }
}

/** The daemon takes it, and this is what comes of it. */
export function doubtful(field: Field | undefined, text: string): Check {
  return { field, level: 'warning', text }
}

/** What could not be checked is said; it is never taken for fine. */
export function unchecked(field: Field | undefined, what: string, reason: string): Check {
  return { field, level: 'warning', text: `Not checked: ${what}. ${sentence(reason)}` }
}

function sentence(reason: string): string {
  const text = reason === '' ? 'it is not known' : reason
  return `${text[0]?.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}

/** An undo speaks by name of what an action made: the one of that name may be another one by now. */
export function checkIdentity(field: Field, name: string, id: string, made: string | undefined): Check[] {
  if (made === undefined || made === id) return []
  return [
    doubtful(
      field,
      `${name} is not the one that was made then: that had the id ${made.slice(0, 12)}, this one ${id.slice(0, 12)}.`,
    ),
  ]
}
