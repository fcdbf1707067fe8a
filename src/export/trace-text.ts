import { snapshotsByNode } from '../graph/rows.ts'
import type { Answer, Ending, Flow, FullSize, Hop, Path, Step, Trace } from '../lb/index.ts'
import { adviceFor, brokenEnds } from '../lb/tell/advice.ts'
import { counterOf, formatCounter } from '../lb/tell/counters.ts'
import type { Movement, StepMovement } from '../lb/verify/movement.ts'
import { formatMoved } from '../lb/verify/tell.ts'
import type { Snapshot } from '../snapshot/index.ts'
import { sanitise } from '../util/sanitise.ts'

type Told = {
  readonly nodes: ReadonlyMap<string, Snapshot>
  /** Ends where something is wrong. */
  readonly broken: ReadonlySet<Ending>
  /** What the rows have counted since somebody began to watch. */
  readonly movement?: Movement | undefined
}

function brokenSet(path: Path, flow: Flow): ReadonlySet<Ending> {
  return new Set(brokenEnds(path, flow).map(({ end }) => end))
}

/**
 * A trace as plain text: the verdict, then the ladder of namespaces and steps, branches indented. All text of the world is
 * sanitised.
 *
 * @param snapshots those that were traced through: with them the counters of rules and the next commands are told too
 */
export function formatTrace(
  { disposition, sentence, path, flow }: Trace,
  snapshots: readonly Snapshot[] = [],
): string {
  const lines = pathLines(path, { nodes: snapshotsByNode(snapshots), broken: brokenSet(path, flow) })
  return `${[`${disposition}: ${sanitise(sentence)}`, '', ...lines].join('\n')}\n`
}

/**
 * All traces of an answer, below what became of the whole and how names were taken.
 *
 * @param movement what moved along each trace, in their order; each step tells its own then
 */
export function formatAnswer(
  { disposition, sentence, notes, traces }: Answer,
  snapshots: readonly Snapshot[],
  movement?: readonly Movement[],
): string {
  const nodes = snapshotsByNode(snapshots)
  const head = [`${disposition}: ${sanitise(sentence)}`, ...notes.map(note => `(${sanitise(note)})`)]
  const ladders = traces.flatMap(({ label, trace }, index) => {
    const broken = brokenSet(trace.path, trace.flow)
    const lines = pathLines(trace.path, { nodes, broken, movement: movement?.[index] })
    return label === '' ? ['', ...lines] : ['', `${sanitise(label)}: ${trace.disposition}`, ...indent(lines)]
  })
  return `${[...head, ...ladders].join('\n')}\n`
}

function pathLines({ hops, end, fork, reply, fullSize }: Path, told: Told): string[] {
  const lines = hops.flatMap(hop => hopLines(hop, told))
  if (end) {
    lines.push(`=> ${end.disposition}: ${sanitise(end.detail)}`, ...causeLines(end))
    if (told.broken.has(end)) lines.push(...adviceLines(end, hops, told))
  }
  for (const branch of fork?.branches ?? []) {
    const text = movedText(told.movement?.branches.get(branch))
    const moved = text === '' ? '' : `  [${text}]`
    lines.push(`${fork!.reason}: ${sanitise(branch.label)}${moved}`, ...indent(pathLines(branch.path, told)))
  }
  if (fullSize) lines.push(...fullSizeLines(fullSize, told))
  if (reply) lines.push('answer:', ...indent(pathLines(reply, told)))
  return lines
}

/** What is wrong elsewhere, or is not there. */
function causeLines({ cause }: Ending): string[] {
  if (!cause) return []
  return [`   for:  ${sanitise(`${cause.hostname} ${cause.namespaceName}: ${cause.detail}`)}`]
}

function adviceLines(end: Ending, hops: readonly Hop[], { nodes }: Told): string[] {
  const advice = adviceFor(nodes, end, hops)
  return [
    ...(advice ? [`   look: ${sanitise(advice.command)}`] : []),
    ...(advice?.fix === undefined ? [] : [`   fix:  ${sanitise(advice.fix)}`]),
  ]
}

function fullSizeLines({ bytes, end }: FullSize, told: Told): string[] {
  const line = `=> of ${bytes} bytes ${end.disposition} in ${end.label}: ${end.detail}`
  return [sanitise(line), ...adviceLines(end, [], told)]
}

function hopLines({ hostname, name, kind, owner, steps }: Hop, told: Told): string[] {
  const of = owner === undefined ? '' : ` of ${sanitise(owner)}`
  return [
    `${sanitise(hostname)} ${sanitise(name)} (${kind}${of})`,
    ...indent(steps.flatMap(step => stepLines(step, told))),
  ]
}

function stepLines(step: Step, told: Told): string[] {
  const { kind, action, hook, chain, detail, packet } = step
  const where = [hook, chain].filter(word => word !== undefined).join(' ')
  const counter = told.movement ? undefined : counterOf(told.nodes, step)
  const count = counter ? `  [${formatCounter(counter)}]` : ''
  // What moved stands in front: a terminal cuts the ends off.
  const moved = told.movement ? `${movedText(told.movement.steps.get(step)).padEnd(MOVED_COLUMNS)} ` : ''
  const line = `${action.padEnd(12)} ${moved}${where === '' ? kind : where}: ${sanitise(detail)}${count}`
  return packet === undefined ? [line] : [line, `${' '.repeat(13 + moved.length)}${sanitise(packet)}`]
}

const MOVED_COLUMNS = 18

/** `+12 conns 1.5/s`, or a word where it should be otherwise. */
function movedText(moved: StepMovement | undefined): string {
  if (!moved) return ''
  const word = words[moved.verdict]
  if (word !== undefined) return word
  return [formatMoved(moved), (moved.perSecond ?? 0) > 0 && `${moved.perSecond}/s`]
    .filter(part => part !== '' && part !== false)
    .join(' ')
}

const words: Readonly<Partial<Record<StepMovement['verdict'], string>>> = {
  missing: 'SHOULD MOVE',
  gone: 'gone: trace again',
  unread: 'not read',
}

const indent = (lines: readonly string[]) => lines.map(line => `  ${line}`)
