import { isatty } from 'node:tty'
import { type Change, diffSnapshots, type SnapshotDiff } from '../snapshot/diff.ts'
import type { Snapshot } from '../snapshot/index.ts'
import { displayOptions } from '../ui/options.ts'
import { plural } from '../util/format.ts'
import { jsonText } from '../util/json-text.ts'
import { sanitise } from '../util/sanitise.ts'
import { changeLines, painter } from './diff-text.ts'
import { exitCodes } from './exit.ts'
import { readSnapshot } from './options.ts'
import { note, writeOut } from './output.ts'

export type DiffOptions = { readonly json?: boolean; readonly color?: boolean }

/**
 * `cnmtop diff A B`: what of the network differs between two snapshots, apart from counters.
 *
 * @returns 0 when nothing does, 3 when something does or could not be compared
 */
export async function diffCommand(paths: readonly [string, string], options: DiffOptions): Promise<number> {
  const [before, after] = (await Promise.all(paths.map(readSnapshot))) as [Snapshot, Snapshot]
  const result = diffSnapshots(before, after)
  const { color } = displayOptions(
    { color: options.color === false ? false : undefined },
    process.env,
    isatty(1),
  )
  await writeOut(
    options.json ? `${json(paths, [before, after], result)}\n` : text(paths, [before, after], result, color),
  )
  for (const { namespace, what, side, reason } of result.unknown) {
    const file = paths[side === 'before' ? 0 : 1]
    note(`not compared: ${what}${namespace === undefined ? '' : ` of ${namespace}`}: in ${file} ${reason}`)
  }
  note(summary(result))
  return result.changes.length + result.unknown.length === 0 ? exitCodes.ok : exitCodes.findings
}

function json(paths: readonly string[], snapshots: readonly Snapshot[], result: SnapshotDiff): string {
  const [before, after] = snapshots.map(({ host, takenAt }, index) => ({ file: paths[index], host, takenAt }))
  return jsonText({ format: 'cnmtop.diff', version: 1, before, after, ...result })
}

/** Like a unified diff: which two, and then what differs. */
function text(
  paths: readonly string[],
  snapshots: readonly Snapshot[],
  { changes }: SnapshotDiff,
  color: boolean,
): string {
  if (changes.length === 0) return ''
  const paint = painter(color)
  const heads = snapshots.map(({ host, takenAt }, index) =>
    paint(sanitise(`${index === 0 ? '---' : '+++'} ${paths[index]}  ${host.hostname}  ${takenAt}`), 1),
  )
  return [...heads, ...changeLines(changes, color)].map(line => `${line}\n`).join('')
}

function summary({ changes, unknown }: SnapshotDiff): string {
  const count = (kind: Change['change']): number => changes.filter(({ change }) => change === kind).length
  const counted = `${count('added')} added, ${count('removed')} removed, ${count('changed')} changed`
  const told = changes.length === 0 ? 'no difference' : counted
  return unknown.length === 0 ? told : `${told}; ${plural(unknown.length, 'part')} not compared`
}
