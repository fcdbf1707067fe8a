import type { Lane, Wiring } from '../../graph/wiring.ts'
import type { BoxTone, Part, Wire } from '../../graph/wiring-parts.ts'
import { sanitise } from '../../util/sanitise.ts'
import { clip, ELLIPSIS, truncate, truncateMiddle, wrap } from '../../util/text.ts'
import { width } from '../../util/width.ts'
import { type Canvas, createCanvas } from './canvas.ts'
import type { Line, Tone } from './span.ts'

/** Characters of a drawing. */
type Glyphs = {
  readonly horizontal: string
  readonly vertical: string
  /** Top left, top right, bottom left, bottom right. */
  readonly corners: readonly [string, string, string, string]
  /** Where a wire leaves a box to the right, and enters one from the left. */
  readonly leave: string
  readonly enter: string
  readonly plain: string
  readonly tunnel: string
  /** Where text was cut. */
  readonly cut: string
}

const boxGlyphs: Glyphs = {
  horizontal: '─',
  vertical: '│',
  corners: ['┌', '┐', '└', '┘'],
  leave: '├',
  enter: '┤',
  plain: '─',
  tunnel: '═',
  cut: ELLIPSIS,
}

const asciiGlyphs: Glyphs = {
  horizontal: '-',
  vertical: '|',
  corners: ['+', '+', '+', '+'],
  leave: '+',
  enter: '+',
  plain: '-',
  tunnel: '=',
  cut: '~',
}

const tones: Readonly<Record<BoxTone, Tone>> = {
  sandbox: 'container',
  ingress: 'ingress',
  'load-balancer': 'load-balancer',
  overlay: 'overlay',
  gwbridge: 'host',
  bridge: 'host',
  node: 'dim',
}

export type WiringOptions = {
  readonly ascii: boolean
  /** What it should fit into; boxes do not get narrower than `LEAST`, and a viewport cuts the rest. */
  readonly columns: number
}

/** Inner columns of a box at least, and of a wire without its label. */
const LEAST = 18
const WIRE = 3

const sides = ['left', 'middle', 'right'] as const

/** The drawing as lines of text, from top to bottom; a wire meets the first line of the parts that it joins. */
export function wiringLines(wiring: Wiring, options: WiringOptions): Line[] {
  const glyphs = options.ascii ? asciiGlyphs : boxGlyphs
  const safe = wiring.lanes.map(safeLane)
  const natural = sides.map(side => safe.reduce((most, lane) => Math.max(most, partWidth(lane[side])), 0))
  const isNarrow = outerWidth(natural) + sum(wireWidths(safe, true)) > options.columns
  // What boxes say is worth more than what wires do.
  const wires = wireWidths(safe, !isNarrow)
  const inner = share(natural, options.columns - sum(wires))
  const lanes = safe.map((lane, index) => foldedLane(lane, safe[index - 1], inner))
  const tops = laneTops(lanes)
  const canvas = createCanvas()
  let x = 0
  const edges: { readonly start: number; readonly end: number }[] = []
  for (const [index, side] of sides.entries()) {
    const columns = inner[index] ?? 0
    const end = x + (columns === 0 ? 0 : columns + 1)
    edges.push({ start: x, end })
    drawColumn(canvas, lanes, tops, lane => lane[side], { x, columns, glyphs })
    x = end + (columns === 0 ? 0 : 1) + (wires[index] ?? 0)
  }
  for (const [index, lane] of lanes.entries()) {
    const y = (tops[index] ?? 0) + 1
    const [left, middle, right] = edges
    if (!left || !middle || !right) continue
    drawWire(canvas, lane.leftWire, y, left.end, middle.start, !isNarrow, glyphs)
    drawWire(canvas, lane.rightWire, y, middle.end, right.start, !isNarrow, glyphs)
  }
  return canvas.lines()
}

/** A line takes so many rows of its box at most: names may be as long as the world wants. */
const MOST_FOLDS = 5

/** What is too wide for its box goes on below: a drawing can be scrolled, and what is cut is gone. */
function foldedLane(lane: Lane, above: Lane | undefined, inner: readonly number[]): Lane {
  const folded = (side: (typeof sides)[number], columns: number): Part | undefined => {
    const part = lane[side]
    if (!part) return undefined
    // A title that had to be cut stands whole at the end of what its box says first.
    const isCut = width(part.title) + 3 > columns && above?.[side]?.box !== part.box
    const lines = isCut ? [...part.lines, part.title] : part.lines
    return { ...part, lines: lines.flatMap(line => fold(line, columns - 2)) }
  }
  const [left, middle, right] = sides.map((side, index) => folded(side, inner[index] ?? 0))
  return { ...lane, ...(left && { left }), ...(middle && { middle }), ...(right && { right }) }
}

/** The indent gives way first, so that no address is broken; what follows stands below, a little to the right. */
function fold(line: string, columns: number): string[] {
  if (width(line) <= columns) return [line]
  const text = clip(line.trimStart(), columns * MOST_FOLDS)
  const indent = line.length - line.trimStart().length
  const room = columns - width(text)
  if (room > 0) return [' '.repeat(Math.min(indent, room)) + text]
  const longest = Math.max(...text.split(' ').map(word => width(word)))
  const left = Math.max(0, Math.min(indent, columns - longest - FOLD))
  const hang = left + Math.max(0, Math.min(FOLD, columns - left - longest))
  const lines = wrap(text, columns - hang)
  const kept = lines.slice(0, MOST_FOLDS)
  if (lines.length > MOST_FOLDS) {
    kept[MOST_FOLDS - 1] = truncate(lines.slice(MOST_FOLDS - 1).join(' '), columns - hang)
  }
  return kept.map((part, index) => ' '.repeat(index === 0 ? left : hang) + part)
}

const FOLD = 2

/** Of each lane the row of its upper borders, and behind the last one the height of the drawing. */
function laneTops(lanes: readonly Lane[]): number[] {
  const tops = [0]
  for (const lane of lanes) {
    const lines = Math.max(...sides.map(side => lane[side]?.lines.length ?? 0))
    tops.push((tops.at(-1) ?? 0) + lines + 2)
  }
  return tops
}

function safeLane(lane: Lane): Lane {
  const safe = (part: Part | undefined): Part | undefined =>
    part && { ...part, title: sanitise(part.title), lines: part.lines.map(line => sanitise(line)) }
  const parts = { left: safe(lane.left), middle: safe(lane.middle), right: safe(lane.right) }
  return {
    ...lane,
    ...(parts.left && { left: parts.left }),
    ...(parts.middle && { middle: parts.middle }),
    ...(parts.right && { right: parts.right }),
  }
}

/** Inner columns: a space on both sides of a line, and one more on each of a title. */
function partWidth(part: Part | undefined): number {
  return part ? Math.max(width(part.title) + 3, ...part.lines.map(line => width(line) + 2)) : 0
}

function wireWidths(lanes: readonly Lane[], hasLabels: boolean): number[] {
  const widest = (wires: readonly (Wire | undefined)[]): number =>
    Math.max(
      0,
      ...wires.map(wire => (wire ? WIRE + (hasLabels && wire.label ? width(wire.label) + 2 : 0) : 0)),
    )
  return [widest(lanes.map(lane => lane.leftWire)), widest(lanes.map(lane => lane.rightWire))]
}

/** Of all boxes beside each other, with their borders. */
function outerWidth(columns: readonly number[]): number {
  return sum(columns.map(value => (value === 0 ? 0 : value + 2)))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Takes from the widest column until all fit; borders count. */
function share(natural: readonly number[], room: number): number[] {
  const columns = [...natural]
  while (outerWidth(columns) > room) {
    const widest = Math.max(...columns)
    if (widest <= LEAST) break
    columns[columns.lastIndexOf(widest)] = widest - 1
  }
  return columns
}

type Place = { readonly x: number; readonly columns: number; readonly glyphs: Glyphs }

/** Parts of one column; those of the same box below each other get one border. */
function drawColumn(
  canvas: Canvas,
  lanes: readonly Lane[],
  tops: readonly number[],
  partOf: (lane: Lane) => Part | undefined,
  place: Place,
): void {
  let first = 0
  while (first < lanes.length) {
    const part = partOf(lanes[first] as Lane)
    let last = first
    while (part && last + 1 < lanes.length && partOf(lanes[last + 1] as Lane)?.box === part.box) last++
    if (part) {
      const bottom = (tops[last] ?? 0) + (partOf(lanes[last] as Lane)?.lines.length ?? 0) + 1
      drawBox(canvas, part, tops[first] ?? 0, bottom, place)
      for (let index = first; index <= last; index++) {
        const lane = lanes[index] as Lane
        drawText(canvas, partOf(lane)?.lines ?? [], (tops[index] ?? 0) + 1, lane.isChosen, place)
      }
    }
    first = last + 1
  }
}

function drawBox(
  canvas: Canvas,
  { title, tone: boxTone }: Part,
  top: number,
  bottom: number,
  place: Place,
): void {
  const { x, columns, glyphs } = place
  const [topLeft, topRight, bottomLeft, bottomRight] = glyphs.corners
  const tone = tones[boxTone]
  const edge = glyphs.horizontal.repeat(columns)
  canvas.write(x, top, topLeft + edge + topRight, tone)
  canvas.write(
    x + 1,
    top,
    ` ${truncateMiddle(title, columns - 3).replace(ELLIPSIS, glyphs.cut)} `,
    tone === 'dim' ? 'strong' : tone,
  )
  for (let y = top + 1; y < bottom; y++) {
    canvas.write(x, y, glyphs.vertical, tone)
    canvas.write(x + columns + 1, y, glyphs.vertical, tone)
  }
  canvas.write(x, bottom, bottomLeft + edge + bottomRight, tone)
}

/** The first line of a part is what its wire leads to. */
function drawText(
  canvas: Canvas,
  lines: readonly string[],
  top: number,
  isChosen: boolean,
  { x, columns, glyphs }: Place,
): void {
  for (const [index, line] of lines.entries()) {
    const tone: Tone = index > 0 ? 'dim' : isChosen ? 'accent' : 'plain'
    canvas.write(x + 2, top + index, truncate(line, columns - 2).replace(ELLIPSIS, glyphs.cut), tone)
  }
}

/** From the right border of one box to the left border of the next. */
function drawWire(
  canvas: Canvas,
  wire: Wire | undefined,
  y: number,
  from: number,
  to: number,
  hasLabel: boolean,
  glyphs: Glyphs,
): void {
  if (!wire || to <= from) return
  const isTunnel = wire.kind === 'tunnel'
  const tone: Tone = isTunnel ? 'overlay' : 'plain'
  canvas.write(from, y, glyphs.leave, tone)
  canvas.write(from + 1, y, (isTunnel ? glyphs.tunnel : glyphs.plain).repeat(to - from - 1), tone)
  canvas.write(to, y, glyphs.enter, tone)
  if (!hasLabel || wire.label === undefined) return
  const label = ` ${wire.label} `
  canvas.write(from + 1 + Math.floor((to - from - 1 - width(label)) / 2), y, label, 'dim')
}
