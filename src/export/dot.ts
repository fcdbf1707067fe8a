import type { Graph } from '../graph/model.ts'
import { type Box, type BoxKind, pictureOf } from './picture.ts'

const shapes: Readonly<Record<BoxKind, string>> = {
  port: 'shape=cds, fillcolor="#fde9c8"',
  service: 'shape=component, fillcolor="#dcefd9"',
  network: 'shape=ellipse, fillcolor="#d5e8f7"',
  sandbox: 'shape=box, fillcolor="#f4f4f4"',
}

/** Graphviz: `dot -Tsvg`. */
export function exportDot(graph: Graph): string {
  const { title, groups, boxes, lines } = pictureOf(graph)
  return [
    'digraph cnmtop {',
    `  label=${quote(title)}; labelloc=t; rankdir=LR; fontname="sans-serif"`,
    '  node [style=filled, fontname="sans-serif"]',
    '  edge [fontname="sans-serif", fontsize=10]',
    ...boxes.map(box => `  ${boxText(box)}`),
    ...groups.flatMap(group => [
      `  subgraph cluster_${group.id} {`,
      `    label=${quote(group.title)}`,
      ...group.boxes.map(box => `    ${boxText(box)}`),
      '  }',
    ]),
    ...lines.map(({ from, to, kind, label }) => {
      const style = kind === 'joins' ? 'dir=none' : 'style=dashed'
      return `  ${from} -> ${to} [${style}${label === '' ? '' : `, label=${quote(label)}`}]`
    }),
    '}',
    '',
  ].join('\n')
}

function boxText({ id, kind, text }: Box): string {
  return `${id} [label=${quote(text.join('\n'))}, ${shapes[kind]}]`
}

/** A double-quoted string of the DOT language; of escape sequences only the line break is meant. */
export function quote(text: string): string {
  return `"${text.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
