import { setTimeout as sleep } from 'node:timers/promises'
import { createReadAgain } from '../collectors/kernel/read-again.ts'
import { movementDocument } from '../export/trace-movement.ts'
import { formatAnswer } from '../export/trace-text.ts'
import { snapshotsByNode } from '../graph/rows.ts'
import type { Answer } from '../lb/index.ts'
import type { Nodes } from '../lb/verify/meters.ts'
import { type Movement, movementOf, SETTLED_MS } from '../lb/verify/movement.ts'
import { rowsToWatch } from '../lb/verify/rows.ts'
import { hasMissing, movementSentences } from '../lb/verify/tell.ts'
import type { Snapshot } from '../snapshot/index.ts'
import { jsonText } from '../util/json-text.ts'
import { sanitise } from '../util/sanitise.ts'
import { truncate } from '../util/text.ts'
import { exitCodes } from './exit.ts'
import { writeOut } from './output.ts'
import { milliseconds } from './seconds.ts'

export type WatchOptions = {
  /** Seconds between two readings. */
  readonly interval?: number
  /** Ends after so many readings; never when left out. */
  readonly count?: number
  readonly json?: boolean
  readonly timeout?: number
}

/** A reading, and when it was taken, in milliseconds since the program began. */
type Taken = { readonly nodes: Nodes; readonly snapshot: Snapshot; readonly at: number }

/** Reads the rows of the paths of an answer, and no other. */
export function pathReader(node: Snapshot, answer: Answer, timeout?: number): () => Taken {
  const wanted = rowsToWatch(answer.traces.map(({ trace }) => trace))
  const read = createReadAgain(node, wanted, timeout === undefined ? undefined : milliseconds(timeout))
  return () => {
    const snapshot = read()
    return { nodes: snapshotsByNode([snapshot]), snapshot, at: performance.now() }
  }
}

/**
 * `cnmtop trace TARGET --watch`: the same rows again and again, with what they counted since. Ctrl-C ends it with 130, as it ends
 * `ip monitor`.
 *
 * @returns with a count: 0 when it would be delivered and no hop stood still that should have moved, else 3
 */
export async function watchAnswer(node: Snapshot, answer: Answer, options: WatchOptions): Promise<number> {
  if (answer.traces.length === 0) {
    await writeOut(formatAnswer(answer, [node]))
    return exitCodes.findings
  }
  const { interval = 1, count = Number.POSITIVE_INFINITY, timeout } = options
  const interrupt = new AbortController()
  const stop = (): void => interrupt.abort()
  process.once('SIGINT', stop)
  const read = pathReader(node, answer, timeout)
  const taken: Taken[] = [read()]
  let movement: Movement[] = []
  try {
    for (let reading = 0; reading < count; reading++) {
      await sleep(milliseconds(interval), undefined, { signal: interrupt.signal })
      taken.push(read())
      movement = movementOfAll(answer, taken)
      await show(answer, taken, movement, options)
      forgetOld(taken)
    }
  } catch (error) {
    if (interrupt.signal.aborted) return exitCodes.interrupted
    throw error
  } finally {
    process.off('SIGINT', stop)
  }
  return answer.works && !movement.some(hasMissing) ? exitCodes.ok : exitCodes.findings
}

function movementOfAll({ traces }: Answer, taken: readonly Taken[]): Movement[] {
  const [first] = taken
  const now = taken.at(-1)!
  const previous = taken.at(-2)!
  const settled = taken.findLast(({ at }) => at <= now.at - SETTLED_MS) ?? first!
  const readings = {
    first: first!.nodes,
    settled: settled.nodes,
    previous: previous.nodes,
    now: now.nodes,
    elapsedMs: now.at - previous.at,
  }
  return traces.map(({ trace }) => movementOf(trace, readings))
}

/** The first reading stays, and those that the next one is compared with. */
function forgetOld(taken: Taken[]): void {
  const now = taken.at(-1)!
  const needed = taken.findLastIndex(({ at }) => at <= now.at - SETTLED_MS)
  if (needed > 1) taken.splice(1, needed - 1)
}

async function show(
  answer: Answer,
  taken: readonly Taken[],
  movement: readonly Movement[],
  { json }: WatchOptions,
): Promise<void> {
  const { snapshot, at } = taken.at(-1)!
  const elapsedMs = Math.round(at - taken[0]!.at)
  if (json) {
    const { takenAt } = snapshot
    return writeOut(`${jsonText({ at: takenAt, elapsedMs, traces: movementDocument(answer, movement) })}\n`)
  }
  const sentences = answer.traces.flatMap(({ label, trace }, index) =>
    movementSentences(trace, movement[index]!).map(text => (label === '' ? text : `${label}: ${text}`)),
  )
  const head = `${snapshot.takenAt}, ${(elapsedMs / 1000).toFixed(1)} s`
  const text = [head, ...sentences.map(sanitise), formatAnswer(answer, [snapshot], movement)].join('\n')
  await writeOut(process.stdout.isTTY ? redrawn(text) : `${text}\n`)
}

/** From the top of the terminal, cut to its size, with what was there before cleared. */
function redrawn(text: string): string {
  const { columns, rows } = process.stdout
  const lines = text.trimEnd().split('\n')
  const fitting =
    lines.length < rows ? lines : [...lines.slice(0, rows - 2), `… ${lines.length - rows + 2} more lines`]
  return `\x1b[H${fitting.map(line => `${truncate(line, columns)}\x1b[K\n`).join('')}\x1b[J`
}
