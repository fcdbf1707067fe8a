import type { Graph } from '../graph/model.ts'
import { width } from '../util/width.ts'
import { type Box, type BoxKind, type Line, type Picture, pictureOf } from './picture.ts'

const COLUMN_GAP = 170
const ROW_GAP = 14
const LINE_HEIGHT = 15
const PADDING = 8
const MARGIN = 20
const TITLE = 24
/** A character of the font below is about so wide. */
const CHARACTER = 7
/** Longer texts are cut: a name of 10,000 characters is no box. */
const LONGEST = 40

const fills: Readonly<Record<BoxKind, string>> = {
  port: '#fde9c8',
  service: '#dcefd9',
  network: '#d5e8f7',
  sandbox: '#f4f4f4',
}

type Placed = Box & { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
type Frame = {
  readonly title: string
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** A drawing that needs no program: columns of ports, services, networks, and the sandboxes of each node. */
export function exportSvg(graph: Graph): string {
  const picture = pictureOf(graph)
  const { boxes, frames } = layout(picture)
  const byId = new Map(boxes.map(box => [box.id, box]))
  const right = Math.max(0, ...boxes.map(({ x, w }) => x + w), ...frames.map(({ x, w }) => x + w)) + MARGIN
  const bottom = Math.max(0, ...boxes.map(({ y, h }) => y + h), ...frames.map(({ y, h }) => y + h)) + MARGIN
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${right}" height="${bottom}" viewBox="0 0 ${right} ${bottom}" font-family="sans-serif" font-size="12">`,
    `<title>${escape(picture.title)}</title>`,
    `<rect width="${right}" height="${bottom}" fill="#ffffff"/>`,
    ...frames.map(frameText),
    ...picture.lines.map(line => lineText(line, byId)),
    ...boxes.map(boxText),
    '</svg>',
    '',
  ].join('\n')
}

function layout({ boxes, groups }: Picture): { boxes: Placed[]; frames: Frame[] } {
  const placed: Placed[] = []
  let x = MARGIN
  for (const kind of ['port', 'service', 'network'] as const) {
    const column = boxes.filter(box => box.kind === kind)
    if (column.length === 0) continue
    const w = widthOf(column)
    placed.push(...stack(column, x, MARGIN + TITLE, w))
    x += w + COLUMN_GAP
  }
  const frames: Frame[] = []
  let y = MARGIN
  for (const { title, boxes: inside } of groups) {
    if (inside.length === 0) continue
    const w = Math.max(widthOf(inside), textWidth(title))
    const column = stack(inside, x + PADDING, y + TITLE, w)
    placed.push(...column)
    const last = column.at(-1)!
    const h = last.y + last.h + PADDING - y
    frames.push({ title, x, y, w: w + 2 * PADDING, h })
    y += h + ROW_GAP
  }
  return { boxes: placed, frames }
}

function stack(boxes: readonly Box[], x: number, top: number, w: number): Placed[] {
  let y = top
  return boxes.map(box => {
    const h = box.text.length * LINE_HEIGHT + 2 * PADDING
    const placed = { ...box, x, y, w, h }
    y += h + ROW_GAP
    return placed
  })
}

function widthOf(boxes: readonly Box[]): number {
  return Math.max(...boxes.flatMap(({ text }) => text.map(textWidth))) + 2 * PADDING
}

function textWidth(text: string): number {
  return Math.min(width(text), LONGEST) * CHARACTER
}

function frameText({ title, x, y, w, h }: Frame): string {
  return [
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" stroke="#999999" stroke-dasharray="4 3"/>`,
    `<text x="${x + PADDING}" y="${y + 16}" font-weight="bold">${escape(cut(title))}</text>`,
  ].join('')
}

function boxText({ kind, text, x, y, w, h }: Placed): string {
  const radius = kind === 'network' ? h / 2 : 3
  const lines = text.map(
    (line, index) =>
      `<text x="${x + w / 2}" y="${y + PADDING + 11 + index * LINE_HEIGHT}" text-anchor="middle"${index === 0 ? ' font-weight="bold"' : ''}>${escape(cut(line))}</text>`,
  )
  return `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${radius}" fill="${fills[kind]}" stroke="#555555"/>${lines.join('')}`
}

function lineText({ from, to, kind, label }: Line, byId: ReadonlyMap<string, Placed>): string {
  const [start, end] = [byId.get(from), byId.get(to)]
  if (!start || !end) return ''
  const [x1, y1, x2, y2] = [start.x + start.w, start.y + start.h / 2, end.x, end.y + end.h / 2]
  const bend = (x1 + x2) / 2
  const dash = kind === 'serves' ? ' stroke-dasharray="5 4"' : ''
  const path = `<path d="M${x1},${y1} C${bend},${y1} ${bend},${y2} ${x2},${y2}" fill="none" stroke="#777777"${dash}/>`
  if (label === '') return path
  // At the far end, where each line is alone.
  return `${path}<text x="${x2 - 6}" y="${y2 - 4}" text-anchor="end" font-size="10" fill="#333333">${escape(cut(label))}</text>`
}

function cut(text: string): string {
  const characters = [...text]
  return characters.length <= LONGEST ? text : `${characters.slice(0, LONGEST - 1).join('')}…`
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
