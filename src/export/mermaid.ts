import type { Graph } from '../graph/model.ts'
import { type Box, type BoxKind, pictureOf } from './picture.ts'

/** What stands around the label of a box. */
const shapes: Readonly<Record<BoxKind, readonly [string, string]>> = {
  port: ['>', ']'],
  service: ['[[', ']]'],
  network: ['([', '])'],
  sandbox: ['[', ']'],
}

/** A flowchart of Mermaid, as GitHub and GitLab draw it in Markdown. */
export function exportMermaid(graph: Graph): string {
  const { groups, boxes, lines } = pictureOf(graph)
  return [
    'flowchart LR',
    ...boxes.map(box => `  ${boxText(box)}`),
    ...groups.flatMap(group => [
      `  subgraph ${group.id}[${label([group.title])}]`,
      ...group.boxes.map(box => `    ${boxText(box)}`),
      '  end',
    ]),
    ...lines.map(({ from, to, kind, label: text }) => {
      const line = kind === 'joins' ? '---' : '-.->'
      return `  ${from} ${line}${text === '' ? '' : `|${label([text])}|`} ${to}`
    }),
    '',
  ].join('\n')
}

function boxText({ id, kind, text }: Box): string {
  const [left, right] = shapes[kind]
  return `${id}${left}${label(text)}${right}`
}

/** A quoted label. Mermaid knows entities with `#` in place of `&`; whatever is neither letter, digit nor harmless becomes one. */
export function label(lines: readonly string[]): string {
  const escaped = lines.map(line =>
    line.replaceAll(/[^\p{L}\p{M}\p{N} .,:/_()+-]/gu, character => `#${character.codePointAt(0)};`),
  )
  return `"${escaped.join('<br/>')}"`
}
