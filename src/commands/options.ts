import type { Part } from '../collectors/kernel/parts.ts'
import type { Snapshot, SourceReport } from '../snapshot/index.ts'
import { CommandError, exitCodes } from './exit.ts'

/** Options that every command that looks takes. */
export type LookOptions = {
  readonly netnsDir?: readonly string[]
  readonly onlyNetnsDirs?: boolean
  /** Read a file instead of this node. */
  readonly fromSnapshot?: string
  /** Seconds that one namespace may take. */
  readonly timeout?: number
}

/** What a command wants beyond the usual. */
export type LookFor = {
  /** The processes that hold sockets. */
  readonly owners?: boolean
  /** Only these parts of every namespace. */
  readonly parts?: ReadonlySet<Part>
}

/** This node, or the snapshot that `--from-snapshot` names. Collectors are loaded only for a live look. */
export async function look(options: LookOptions, { owners, parts }: LookFor = {}): Promise<Snapshot> {
  if (options.fromSnapshot !== undefined) return readSnapshot(options.fromSnapshot)
  requireLinux()
  const { collectSnapshot } = await import('../collectors/kernel/collect.ts')
  const snapshot = collectSnapshot({
    netnsDirs: options.netnsDir,
    onlyNetnsDirs: options.onlyNetnsDirs,
    timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000,
    owners,
    parts,
  })
  checkAskedDirectories(snapshot.sources, options.netnsDir ?? [])
  return snapshot
}

/** @throws CommandError with code 6 for a file that is no snapshot of a known version */
export async function readSnapshot(path: string): Promise<Snapshot> {
  const { loadSnapshot, SnapshotFileError } = await import('../snapshot/file.ts')
  try {
    return await loadSnapshot(path)
  } catch (error) {
    if (error instanceof SnapshotFileError) throw new CommandError(exitCodes.snapshot, error.message)
    throw error
  }
}

export function requireLinux(): void {
  if (process.platform === 'linux') return
  throw new CommandError(
    exitCodes.unreachable,
    'network namespaces exist only on Linux: run cnmtop on the node, or use --from-snapshot FILE',
  )
}

/** A directory that was named and cannot be read is an error; what else is missing stands in the data. */
export function checkAskedDirectories(
  sources: readonly SourceReport[],
  directories: readonly string[],
): void {
  for (const directory of directories) {
    const report = sources.find(({ source }) => source === `dir ${directory}`)
    if (report?.status === 'forbidden') {
      throw new CommandError(exitCodes.permission, `cannot read ${directory}: ${report.reason}`)
    }
    if (report?.status === 'unavailable') {
      throw new CommandError(exitCodes.unreachable, `cannot read ${directory}: ${report.reason}`)
    }
  }
}
