import type { DockerPart } from '../collectors/docker/ask.ts'
import type { DockerQuestion } from '../collectors/docker/start.ts'
import type { Part } from '../collectors/kernel/parts.ts'
import type { Snapshot, SourceReport } from '../snapshot/index.ts'
import { CommandError, exitCodes } from './exit.ts'
import { milliseconds } from './seconds.ts'

/** Options that every command that looks takes. */
export type LookOptions = {
  readonly netnsDir?: readonly string[]
  readonly onlyNetnsDirs?: boolean
  /** Read a file instead of this node. */
  readonly fromSnapshot?: string
  /** Seconds that one namespace may take, and one call of the Docker API. */
  readonly timeout?: number
  /** False with `--no-docker`. */
  readonly docker?: boolean
  /** Address of the Docker daemon; what the environment says when left out. */
  readonly dockerHost?: string
}

/** What a command wants beyond the usual. */
export type LookFor = {
  /** The processes that hold sockets. */
  readonly owners?: boolean
  /** Only these parts of every namespace. */
  readonly parts?: ReadonlySet<Part>
  /** What to ask the Docker daemon; nothing when left out. */
  readonly docker?: readonly DockerPart[]
}

/**
 * This node, or the snapshot that `--from-snapshot` names. Collectors are loaded only for a live look. The kernel is read while the
 * Docker daemon is asked.
 */
export async function look(options: LookOptions, { owners, parts, docker }: LookFor = {}): Promise<Snapshot> {
  if (options.fromSnapshot !== undefined) return readSnapshot(options.fromSnapshot)
  requireLinux()
  const asked = docker && options.docker !== false ? await askDocker(options, docker) : undefined
  try {
    const { collectSnapshot } = await import('../collectors/kernel/collect.ts')
    const snapshot = collectSnapshot({
      netnsDirs: options.netnsDir,
      onlyNetnsDirs: options.onlyNetnsDirs,
      timeoutMs: options.timeout === undefined ? undefined : milliseconds(options.timeout),
      owners,
      parts,
    })
    checkAskedDirectories(snapshot.sources, options.netnsDir ?? [])
    if (!asked) return snapshot
    const told = await asked.reading
    return {
      ...snapshot,
      ...(told.docker && { docker: told.docker }),
      sources: [...snapshot.sources, ...told.sources],
    }
  } finally {
    asked?.cancel()
  }
}

/** Begins to ask the Docker daemon, in another thread. */
export async function askDocker(
  { dockerHost, timeout }: LookOptions,
  parts: readonly DockerPart[],
): Promise<DockerQuestion> {
  await checkDockerHost(dockerHost)
  const { startDockerOnce } = await import('../collectors/docker/start.ts')
  const callMs = timeout === undefined ? undefined : milliseconds(timeout)
  return startDockerOnce({ dockerHost, callMs }, parts)
}

/** An address that was named and is none is wrong usage; what the environment says is told with the sources. */
export async function checkDockerHost(named: string | undefined): Promise<void> {
  if (named === undefined) return
  const { DockerHostError, parseDockerHost } = await import('../collectors/docker/host.ts')
  try {
    parseDockerHost(named)
  } catch (error) {
    if (error instanceof DockerHostError) throw new CommandError(exitCodes.usage, error.message)
    throw error
  }
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
