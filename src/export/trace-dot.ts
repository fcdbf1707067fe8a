import type { Answer } from '../lb/index.ts'
import { quote } from './dot.ts'
import { pictureOfAnswer, type TraceBox } from './trace-picture.ts'

const colours: Readonly<Record<TraceBox['kind'], string>> = {
  hop: '#f4f4f4',
  good: '#dcefd9',
  bad: '#f7d5d5',
}

/** A trace for Graphviz: `dot -Tsvg`. */
export function exportTraceDot(answer: Answer): string {
  const { title, boxes, arrows } = pictureOfAnswer(answer)
  return [
    'digraph trace {',
    `  label=${quote(title)}; labelloc=t; fontname="sans-serif"`,
    '  node [shape=box, style=filled, fontname="sans-serif", fontsize=10]',
    '  edge [fontname="sans-serif", fontsize=10]',
    ...boxes.map(
      ({ id, kind, text }) => `  ${id} [label=${quote(text.join('\n'))}, fillcolor="${colours[kind]}"]`,
    ),
    ...arrows.map(({ from, to, label, isReply }) => {
      const style = [isReply && 'style=dashed', label !== '' && `label=${quote(label)}`].filter(
        word => word !== false,
      )
      return `  ${from} -> ${to}${style.length > 0 ? ` [${style.join(', ')}]` : ''}`
    }),
    '}',
    '',
  ].join('\n')
}
