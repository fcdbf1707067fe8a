import type { Answer } from '../lb/index.ts'
import { label as quoted } from './mermaid.ts'
import { pictureOfAnswer, type TraceBox } from './trace-picture.ts'

const shapes: Readonly<Record<TraceBox['kind'], readonly [string, string]>> = {
  hop: ['[', ']'],
  good: ['([', '])'],
  bad: ['{{', '}}'],
}

/** A trace as a flowchart of Mermaid. */
export function exportTraceMermaid(answer: Answer): string {
  const { title, boxes, arrows } = pictureOfAnswer(answer)
  return [
    'flowchart TD',
    `  title[${quoted([title])}]`,
    ...boxes.map(({ id, kind, text }) => {
      const [left, right] = shapes[kind]
      return `  ${id}${left}${quoted(text)}${right}`
    }),
    ...arrows.map(({ from, to, label, isReply }) => {
      const line = isReply ? '-.->' : '-->'
      return `  ${from} ${line}${label === '' ? '' : `|${quoted([label])}|`} ${to}`
    }),
    '',
  ].join('\n')
}
