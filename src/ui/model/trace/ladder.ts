import type { Sandbox } from '../../../graph/model.ts'
import { snapshotsByNode } from '../../../graph/rows.ts'
import type { Answer, Ending, Hop, Path, Step } from '../../../lb/index.ts'
import { adviceFor, brokenEnds } from '../../../lb/tell/advice.ts'
import { counterOf } from '../../../lb/tell/counters.ts'
import type { Movement, StepMovement } from '../../../lb/verify/movement.ts'
import { formatMoved } from '../../../lb/verify/tell.ts'
import type { Snapshot } from '../../../snapshot/index.ts'
import { formatCount } from '../../../util/format.ts'
import { sanitise } from '../../../util/sanitise.ts'
import type { Data } from '../data.ts'
import { placeOfObject, placeOfRow } from '../objects.ts'
import type { Tone } from '../span.ts'
import { type Cell, cellRow, type Column, lineRow, type Row } from '../table.ts'
import { actionTones, verdictTone } from './tones.ts'

export const ladderColumns: readonly Column[] = [
  { id: 'step', title: 'STEP' },
  { id: 'what', title: 'THE RULE, OR THE ROW', grow: true, least: 24 },
  { id: 'count', title: 'COUNT', align: 'right', isCounter: true, hide: 1 },
]

/** While the counters of the path are followed. */
export const followedColumns: readonly Column[] = [
  ...ladderColumns,
  { id: 'moved', title: 'MOVED', align: 'right', isCounter: true },
]

type Ladder = {
  readonly nodes: ReadonlyMap<string, Snapshot>
  readonly sandboxes: ReadonlyMap<string, Sandbox>
  readonly data: Data
  /** Ends where something is wrong. */
  readonly broken: ReadonlySet<Ending>
  /** Of all traces; undefined while nobody follows them. */
  readonly movement: Movement | undefined
}

/**
 * The way of a connection as rows: namespaces, in them the steps, and below a fork its branches.
 *
 * @param movement what moved along the traces, for `followedColumns`
 */
export function ladderRows(data: Data, { traces }: Answer, movement?: Movement): Row[] {
  const sandboxes = Object.values(data.graph.sandboxes)
  const ladder: Ladder = {
    nodes: snapshotsByNode(data.nodes),
    sandboxes: new Map(sandboxes.map(sandbox => [`${sandbox.node} ${sandbox.namespace}`, sandbox])),
    data,
    movement,
    broken: new Set(traces.flatMap(({ trace }) => brokenEnds(trace.path, trace.flow).map(({ end }) => end))),
  }
  return traces.flatMap(({ label, trace }, index) => {
    const id = `${index}`
    if (label === '') return pathRows(ladder, trace.path, id, 0)
    const tone = verdictTone(trace.disposition)
    return [
      heading(id, 0, [`${label}: `, 'strong'], [trace.disposition, tone]),
      ...pathRows(ladder, trace.path, id, 1),
    ]
  })
}

function pathRows(ladder: Ladder, path: Path, id: string, depth: number): Row[] {
  const { hops, end, fork, reply, fullSize } = path
  const rows = hops.flatMap((hop, index) => hopRows(ladder, hop, `${id}/${index}`, depth))
  if (end) {
    const tone =
      ladder.broken.has(end) && end.disposition === 'left-node' ? 'bad' : verdictTone(end.disposition)
    const row = heading(`${id}/end`, depth, [`=> ${end.disposition}: `, tone], [end.detail, 'plain'])
    rows.push(withEvidence({ ...row, isProblem: ladder.broken.has(end), datum: end }, end.evidence))
    rows.push(...causeRows(end, id, depth))
    if (ladder.broken.has(end)) rows.push(...adviceRows(ladder, end, hops, id, depth))
  }
  if (fullSize) {
    const size = `${id}/size`
    const { end: lost, bytes } = fullSize
    const row = heading(
      size,
      depth,
      [`=> of ${bytes} bytes ${lost.disposition} in ${lost.label}: `, 'bad'],
      [lost.detail, 'plain'],
    )
    rows.push(withEvidence({ ...row, isProblem: true, datum: lost }, lost.evidence))
    rows.push(...adviceRows(ladder, lost, [], size, depth))
  }
  for (const [index, { label, evidence, path }] of (fork?.branches ?? []).entries()) {
    const branch = `${id}/b${index}`
    const moved = ladder.movement?.branches.get(fork!.branches[index]!)
    const taken = moved?.isTaken === true ? `  ${formatMoved(moved)}` : ''
    const row = heading(branch, depth, [`${fork?.reason}: `, 'dim'], [label, 'accent'], [taken, 'ok'])
    rows.push(withEvidence(row, evidence), ...pathRows(ladder, path, branch, depth + 1))
  }
  if (reply) {
    rows.push(
      heading(`${id}/reply`, depth, ['answer:', 'dim']),
      ...pathRows(ladder, reply, `${id}/r`, depth + 1),
    )
  }
  return rows
}

/** What is wrong elsewhere, or is not there. */
function causeRows({ cause }: Ending, id: string, depth: number): Row[] {
  if (!cause) return []
  const place = `${cause.hostname} ${cause.namespaceName}: `
  const row = heading(`${id}/for`, depth, ['   for:  ', 'dim'], [place, 'strong'], [cause.detail, 'plain'])
  return [withEvidence({ ...row, isProblem: true, datum: cause }, cause.evidence)]
}

function adviceRows({ nodes }: Ladder, end: Ending, hops: readonly Hop[], id: string, depth: number): Row[] {
  const advice = adviceFor(nodes, end, hops)
  if (!advice) return []
  const look = heading(`${id}/look`, depth, ['   look: ', 'dim'], [advice.command, 'key'])
  if (advice.fix === undefined) return [look]
  return [look, heading(`${id}/fix`, depth, ['   fix:  ', 'dim'], [advice.fix, 'plain'])]
}

function hopRows(ladder: Ladder, hop: Hop, id: string, depth: number): Row[] {
  const sandbox = ladder.sandboxes.get(`${hop.node} ${hop.namespace}`)
  const target = placeOfObject(ladder.data.graph, sandbox?.id)
  const named = ladder.nodes.size > 1 ? `${hop.hostname} ` : ''
  const row = heading(
    id,
    depth,
    [named, 'dim'],
    [hop.name, kindTones[hop.kind] ?? 'strong'],
    [` ${hop.kind}${hop.owner === undefined ? '' : ` of ${hop.owner}`}`, 'dim'],
  )
  const owned = sandbox && { objectId: sandbox.id }
  return [
    { ...row, datum: sandbox ?? hop, ...owned, ...(target && { target }) },
    ...hop.steps.flatMap((step, index) =>
      stepRows(ladder, step, `${id}.${index}`, depth + 1).map(steps => ({ ...steps, ...owned })),
    ),
  ]
}

const kindTones: Readonly<Record<string, Tone>> = {
  host: 'host',
  ingress: 'ingress',
  'load-balancer': 'load-balancer',
  overlay: 'overlay',
  container: 'container',
}

function stepRows({ nodes, movement }: Ladder, step: Step, id: string, depth: number): Row[] {
  const { kind, action, hook, chain, detail, packet, evidence } = step
  const where = chain ?? hook ?? kind
  const counter = counterOf(nodes, step)
  const counted = counter && Number(counter.value)
  const count: Cell =
    counted === undefined
      ? { text: '' }
      : { text: formatCount(counted), value: counted, tone: counted === 0 ? 'dim' : 'ok' }
  const cells: Cell[] = [
    { text: `${'  '.repeat(depth)}${action}`, tone: actionTones[action] },
    { text: sanitise(chain === undefined ? `${where}: ${detail}` : shortRule(where, detail)) },
    count,
    ...(movement ? [movedCell(movement.steps.get(step))] : []),
  ]
  const row = withEvidence({ ...cellRow(id, cells, step, action === 'unknown'), label: action }, evidence)
  if (packet === undefined) return [row]
  const changed = heading(`${id}p`, depth, ['           > ', 'dim'], [packet, 'accent'])
  return [row, { ...changed, isInert: true }]
}

const movedTones: Readonly<Partial<Record<StepMovement['verdict'], Tone>>> = {
  moved: 'ok',
  missing: 'bad',
  gone: 'bad',
  unread: 'unknown',
}

/** `+12 3/s`, or what is wrong with it. */
function movedCell(moved: StepMovement | undefined): Cell {
  if (!moved || moved.verdict === 'uncounted' || moved.verdict === 'not-taken') return { text: '' }
  const tone = movedTones[moved.verdict] ?? 'dim'
  if (moved.verdict !== 'moved') return { text: stillWords[moved.verdict] ?? '·', tone }
  const rate = (moved.perSecond ?? 0) > 0 ? ` ${moved.perSecond}/s` : ''
  return { text: `+${formatCount(moved.moved ?? 0)}${rate}`, value: moved.moved ?? 0, tone }
}

const stillWords: Readonly<Partial<Record<StepMovement['verdict'], string>>> = {
  missing: 'should move',
  gone: 'gone',
  unread: 'not read',
}

/** `-A CHAIN` stands before it already. */
function shortRule(where: string, rule: string): string {
  const chain = where.slice(where.indexOf('/') + 1)
  const prefix = `-A ${chain} `
  return `${where} ${rule.startsWith(prefix) ? rule.slice(prefix.length) : rule}`
}

function withEvidence(row: Row, evidence: Step['evidence']): Row {
  const [first] = evidence
  return first ? { ...row, evidence, target: placeOfRow(first) } : row
}

function heading(id: string, depth: number, ...words: readonly (readonly [string, Tone])[]): Row {
  const spans = words.map(([text, tone]) => ({ text: sanitise(text), tone }))
  const label = words.map(([text]) => text).join('')
  return { ...lineRow(id, 1, [{ text: '  '.repeat(depth) }, ...spans], { text: label.trim() }), label }
}
