import { saveSnapshot, snapshotText } from '../snapshot/file.ts'
import { errorMessage } from '../util/errors.ts'
import { CommandError, exitCodes } from './exit.ts'
import { type LookOptions, look, shortcomings } from './options.ts'
import { note, writeOut } from './output.ts'

export type SnapshotOptions = LookOptions & {
  /** A file's path, `-` for stdout. */
  readonly output: string
}

/** `cnmtop snapshot -o FILE`: everything that can be seen, as one JSON document. */
export async function snapshotCommand(options: SnapshotOptions): Promise<number> {
  const snapshot = await look(options, { owners: true })
  for (const sentence of shortcomings(snapshot)) note(sentence)
  if (options.output === '-') {
    await writeOut(snapshotText(snapshot))
    return exitCodes.ok
  }
  try {
    await saveSnapshot(options.output, snapshot)
  } catch (error) {
    throw new CommandError(
      exitCodes.internal,
      `cannot write ${options.output}: ${errorMessage(error)}; the snapshot was not saved, what was there is unchanged`,
    )
  }
  note(
    `${options.output}: ${snapshot.namespaces.length} namespaces, read in ${snapshot.tookMs.toFixed(0)} ms`,
  )
  return exitCodes.ok
}
