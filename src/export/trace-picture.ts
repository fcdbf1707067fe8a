import type { Answer, Path, Step } from '../lb/index.ts'
import { sanitise } from '../util/sanitise.ts'

/** A trace as boxes and arrows: a namespace that is passed through, or an end. */
export type TraceBox = {
  /** `t0`, harmless everywhere. */
  readonly id: string
  readonly kind: 'hop' | 'good' | 'bad'
  readonly text: readonly string[]
}

export type TraceArrow = {
  readonly from: string
  readonly to: string
  readonly label: string
  /** The way of the answer. */
  readonly isReply: boolean
}

export type TracePicture = {
  readonly title: string
  readonly boxes: TraceBox[]
  readonly arrows: TraceArrow[]
}

/** Steps that change the packet, or decide where it goes; what only let it pass is left out. */
const told = new Set<Step['action']>([
  'dnat',
  'snat',
  'marked',
  'balanced',
  'encapsulated',
  'decapsulated',
  'encrypted',
  'decrypted',
  'delivered',
  'dropped',
  'rejected',
  'unknown',
])

export function pictureOfAnswer({ disposition, sentence, traces }: Answer): TracePicture {
  const picture: TracePicture = { title: sanitise(`${disposition}: ${sentence}`), boxes: [], arrows: [] }
  for (const { label, trace } of traces) drawPath(picture, trace.path, undefined, { label, isReply: false })
  return picture
}

type Arrow = Pick<TraceArrow, 'label' | 'isReply'>

function drawPath(picture: TracePicture, path: Path, from: string | undefined, first: Arrow): void {
  let before = from
  let arrow = first
  const add = (kind: TraceBox['kind'], text: readonly string[]): void => {
    const id = `t${picture.boxes.length}`
    picture.boxes.push({ id, kind, text: text.map(sanitise) })
    if (before !== undefined) {
      picture.arrows.push({ from: before, to: id, label: sanitise(arrow.label), isReply: arrow.isReply })
    }
    before = id
    arrow = { label: '', isReply: first.isReply }
  }
  for (const { hostname, name, kind, steps } of path.hops) {
    const lines = steps
      .filter(({ action }) => told.has(action))
      .map(({ action, detail }) => `${action}: ${detail}`)
    add('hop', [`${hostname} ${name} (${kind})`, ...lines])
  }
  if (path.end) {
    const { disposition, detail, cause } = path.end
    const kind = disposition === 'delivered' || disposition === 'left-node' ? 'good' : 'bad'
    const why = cause ? [`${cause.hostname} ${cause.namespaceName}: ${cause.detail}`] : []
    add(kind, [disposition, detail, ...why])
  }
  if (path.fullSize) {
    const { bytes, end } = path.fullSize
    add('bad', [`of ${bytes} bytes ${end.disposition} in ${end.label}`, end.detail])
  }
  for (const { label, path: branch } of path.fork?.branches ?? []) {
    drawPath(picture, branch, before, { label, isReply: first.isReply })
  }
  if (path.reply) drawPath(picture, path.reply, before, { label: 'answer', isReply: true })
}
