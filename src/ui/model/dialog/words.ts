import type { AuditEnd, Run } from '../desk.ts'
import { glyphs } from '../sources.ts'
import type { Tone } from '../span.ts'

/** How a run stands, in the words of the log. */
export function endOf({ outcome }: Run): AuditEnd {
  return outcome?.end ?? 'running'
}

export const endTones: Readonly<Record<AuditEnd, Tone>> = {
  done: 'ok',
  refused: 'bad',
  'not-converged': 'warn',
  unknown: 'unknown',
  running: 'accent',
  unfinished: 'warn',
}

export function endGlyph(end: AuditEnd): string {
  switch (end) {
    case 'done':
      return glyphs.ok
    case 'refused':
      return glyphs.bad
    case 'not-converged':
    case 'unfinished':
      return glyphs.warn
    case 'unknown':
      return glyphs.unknown
    case 'running':
      return '…'
  }
}
