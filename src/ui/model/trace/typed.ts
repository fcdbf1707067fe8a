import type { Question } from '../../../lb/index.ts'

/** What is typed in front of a target. */
export const TRACE_WORD = 'trace '

/** `trace web:80 from api.1`; undefined for anything else. */
export function typedQuestion(query: string): Question | undefined {
  const [, target, from] = /^\s*trace\s+(\S+)(?:\s+(?:--from|from|<)\s*(\S+))?\s*$/i.exec(query) ?? []
  return target === undefined ? undefined : { target, ...(from !== undefined && { from }) }
}
