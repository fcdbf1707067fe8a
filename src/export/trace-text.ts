import type { Hop, Path, Step, Trace } from '../lb/index.ts'
import { sanitise } from '../util/sanitise.ts'

/**
 * A trace as plain text: the verdict, then the ladder of namespaces and steps, branches indented. All text of the world is
 * sanitised.
 */
export function formatTrace({ disposition, sentence, path }: Trace): string {
  return `${[`${disposition}: ${sanitise(sentence)}`, '', ...pathLines(path)].join('\n')}\n`
}

function pathLines({ hops, end, fork, reply }: Path): string[] {
  const lines = hops.flatMap(hopLines)
  if (end) lines.push(`=> ${end.disposition}: ${sanitise(end.detail)}`)
  for (const branch of fork?.branches ?? []) {
    lines.push(`${fork!.reason}: ${sanitise(branch.label)}`, ...indent(pathLines(branch.path)))
  }
  if (reply) lines.push('answer:', ...indent(pathLines(reply)))
  return lines
}

function hopLines({ hostname, name, kind, steps }: Hop): string[] {
  return [`${sanitise(hostname)} ${sanitise(name)} (${kind})`, ...indent(steps.flatMap(stepLines))]
}

function stepLines({ kind, action, hook, chain, detail, packet }: Step): string[] {
  const where = [hook, chain].filter(word => word !== undefined).join(' ')
  const line = `${action.padEnd(12)} ${where === '' ? kind : where}: ${sanitise(detail)}`
  return packet === undefined ? [line] : [line, `${' '.repeat(13)}${sanitise(packet)}`]
}

const indent = (lines: readonly string[]) => lines.map(line => `  ${line}`)
