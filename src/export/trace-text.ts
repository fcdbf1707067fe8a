import { snapshotsByNode } from '../graph/rows.ts'
import type { Answer, Hop, Path, Step, Trace } from '../lb/index.ts'
import { adviceFor } from '../lb/tell/advice.ts'
import { counterOf, formatCounter } from '../lb/tell/counters.ts'
import type { Snapshot } from '../snapshot/index.ts'
import { sanitise } from '../util/sanitise.ts'

type Nodes = ReadonlyMap<string, Snapshot>

/**
 * A trace as plain text: the verdict, then the ladder of namespaces and steps, branches indented. All text of the world is
 * sanitised.
 *
 * @param snapshots those that were traced through: with them the counters of rules and the next commands are told too
 */
export function formatTrace(
  { disposition, sentence, path }: Trace,
  snapshots: readonly Snapshot[] = [],
): string {
  const lines = pathLines(path, snapshotsByNode(snapshots))
  return `${[`${disposition}: ${sanitise(sentence)}`, '', ...lines].join('\n')}\n`
}

/** All traces of an answer, below what became of the whole and how names were taken. */
export function formatAnswer(
  { disposition, sentence, notes, traces }: Answer,
  snapshots: readonly Snapshot[],
): string {
  const nodes = snapshotsByNode(snapshots)
  const head = [`${disposition}: ${sanitise(sentence)}`, ...notes.map(note => `(${sanitise(note)})`)]
  const ladders = traces.flatMap(({ label, trace }) => {
    if (label === '') return ['', ...pathLines(trace.path, nodes)]
    return ['', `${sanitise(label)}: ${trace.disposition}`, ...indent(pathLines(trace.path, nodes))]
  })
  return `${[...head, ...ladders].join('\n')}\n`
}

function pathLines({ hops, end, fork, reply }: Path, nodes: Nodes): string[] {
  const lines = hops.flatMap(hop => hopLines(hop, nodes))
  if (end) {
    lines.push(`=> ${end.disposition}: ${sanitise(end.detail)}`)
    const advice = adviceFor(nodes, end, hops)
    if (advice) lines.push(`   look: ${sanitise(advice.command)}`)
    if (advice?.fix !== undefined) lines.push(`   fix:  ${sanitise(advice.fix)}`)
  }
  for (const branch of fork?.branches ?? []) {
    lines.push(`${fork!.reason}: ${sanitise(branch.label)}`, ...indent(pathLines(branch.path, nodes)))
  }
  if (reply) lines.push('answer:', ...indent(pathLines(reply, nodes)))
  return lines
}

function hopLines({ hostname, name, kind, steps }: Hop, nodes: Nodes): string[] {
  return [
    `${sanitise(hostname)} ${sanitise(name)} (${kind})`,
    ...indent(steps.flatMap(step => stepLines(step, nodes))),
  ]
}

function stepLines(step: Step, nodes: Nodes): string[] {
  const { kind, action, hook, chain, detail, packet } = step
  const where = [hook, chain].filter(word => word !== undefined).join(' ')
  const counter = counterOf(nodes, step)
  const count = counter ? `  [${formatCounter(counter)}]` : ''
  const line = `${action.padEnd(12)} ${where === '' ? kind : where}: ${sanitise(detail)}${count}`
  return packet === undefined ? [line] : [line, `${' '.repeat(13)}${sanitise(packet)}`]
}

const indent = (lines: readonly string[]) => lines.map(line => `  ${line}`)
