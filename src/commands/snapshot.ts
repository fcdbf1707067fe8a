import { saveSnapshot, snapshotText } from '../snapshot/file.ts'
import type { Snapshot } from '../snapshot/index.ts'
import { errorMessage } from '../util/errors.ts'
import { plural } from '../util/format.ts'
import { CommandError, exitCodes } from './exit.ts'
import { type LookOptions, look } from './options.ts'
import { note, writeOut } from './output.ts'
import { redactKey } from './redact-key.ts'
import { shortcomings } from './shortcomings.ts'
import { dockerParts } from '../collectors/docker/ask.ts'

export type SnapshotOptions = LookOptions & {
  /** A file's path, `-` for stdout. */
  readonly output: string
  /** Pseudonyms in place of names and addresses. */
  readonly redact?: boolean
  /** File with the key of the pseudonyms. */
  readonly redactKey?: string
}

/** `cnmtop snapshot -o FILE`: everything that can be seen, as one JSON document. */
export async function snapshotCommand(options: SnapshotOptions): Promise<number> {
  const key = options.redact ? await redactKey(options.redactKey) : undefined
  const read = await look(options, { owners: true, docker: dockerParts })
  const snapshot = key ? (await import('../snapshot/redact.ts')).redactSnapshot(read, key) : read
  // Written before anything is told: a stderr that nobody reads must not cost the file.
  await write(options.output, snapshot)
  for (const sentence of shortcomings(snapshot)) note(sentence)
  if (options.output !== '-') {
    const took = snapshot.tookMs.toFixed(0)
    note(`${options.output}: ${plural(snapshot.namespaces.length, 'namespace')}, read in ${took} ms`)
    if (key) note(`${options.output}: names and addresses are pseudonyms`)
  }
  return dockerOutcome(options, snapshot)
}

/** A daemon that was named and does not answer is an error, and what the kernel told is saved all the same. */
function dockerOutcome({ dockerHost, docker, fromSnapshot }: LookOptions, snapshot: Snapshot): number {
  const isNamed = dockerHost !== undefined && docker !== false && fromSnapshot === undefined
  const report = snapshot.sources.find(({ source }) => source === 'docker.version')
  if (!isNamed || !report || report.status === 'ok' || report.status === 'partial') return exitCodes.ok
  if (report.status === 'unavailable') note(`docker: ${report.reason}`)
  return report.status === 'forbidden' ? exitCodes.permission : exitCodes.unreachable
}

async function write(output: string, snapshot: Snapshot): Promise<void> {
  if (output === '-') return writeOut(snapshotText(snapshot))
  try {
    await saveSnapshot(output, snapshot)
  } catch (error) {
    throw new CommandError(
      exitCodes.internal,
      `cannot write ${output}: ${errorMessage(error)}; the snapshot was not saved, what was there is unchanged`,
    )
  }
}
