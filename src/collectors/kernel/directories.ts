import { fstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statfsSync } from 'node:fs'
import { errorMessage, isCode } from '../../util/errors.ts'
import { close, namespaceType, openReadOnly } from './libc.ts'
import { processArguments, processName, type ProcessNamespace } from './processes.ts'

/** `f_type` of nsfs (NSFS_MAGIC, linux/magic.h). */
const NSFS_MAGIC = 0x6e736673

/** Where Docker and iproute2 keep namespace files. */
export const defaultDirectories = ['/var/run/docker/netns', '/run/netns'] as const

/** A file of a namespace directory: either a namespace, or why it is none. */
export type NamespaceFile = {
  readonly path: string
  /** The file's own name, such as `ingress_sbox`. */
  readonly name: string
} & ({ readonly device: number; readonly inode: number } | { readonly problem: string })

export type DirectoryWalk = {
  readonly directory: string
  readonly files: NamespaceFile[]
  /** Why the directory could not be listed. */
  readonly problem?: { readonly code: 'missing' | 'forbidden' | 'other'; readonly text: string }
}

/** Lists a directory of namespace files. Never throws for what the world did. */
export function walkDirectory(directory: string): DirectoryWalk {
  const listed = listDirectory(directory)
  if ('problem' in listed) return { directory, files: [], problem: listed.problem }
  return {
    directory,
    files: listed.names.map(name => examine(`${directory}/${name}`, name)).filter(file => file !== undefined),
  }
}

/** The names in a directory, or why it cannot be listed; looks at none of its files. */
export function listDirectory(
  directory: string,
): { readonly names: string[] } | { readonly problem: NonNullable<DirectoryWalk['problem']> } {
  try {
    return { names: readdirSync(directory).sort() }
  } catch (error) {
    const code = isCode(error, 'ENOENT') ? 'missing' : isCode(error, 'EACCES') ? 'forbidden' : 'other'
    return { problem: { code, text: errorMessage(error) } }
  }
}

/**
 * A file over which a namespace is mounted lies on nsfs. A plain file is what is left when the mount is gone (dockerd up
 * to 27 removes the file only a minute later), or what a mount namespace sees that the mount never reached.
 */
function examine(path: string, name: string): NamespaceFile | undefined {
  try {
    if (statfsSync(path).type !== NSFS_MAGIC) {
      return {
        path,
        name,
        problem: 'is not a namespace: a plain file, its mount is gone or not visible from here',
      }
    }
    return { path, name, ...examineNamespace(path) }
  } catch (error) {
    // Removed since the directory was listed: no file, so nothing to say.
    if (isCode(error, 'ENOENT')) return undefined
    return { path, name, problem: errorMessage(error) }
  }
}

/** nsfs holds namespaces of every kind. @throws SystemCallError */
function examineNamespace(path: string): { device: number; inode: number } | { problem: string } {
  const fd = openReadOnly(path)
  try {
    const type = typeOf(fd)
    if (type !== 'net') return { problem: `is not a network namespace: its type is ${type}` }
    const { dev, ino } = fstatSync(fd)
    return { device: dev, inode: ino }
  } finally {
    close(fd)
  }
}

function typeOf(fd: number): string {
  try {
    return namespaceType(fd)
  } catch (error) {
    // Kernels before 4.11 do not tell: then it is what such directories are for.
    if (isCode(error, 'ENOTTY')) return 'net'
    throw error
  }
}

/** Two spellings of one directory (`/var/run` is a link to `/run`) are one; a directory that is not there stays. */
export function distinctDirectories(directories: readonly string[]): string[] {
  const seen = new Map<string, string>()
  for (const directory of directories) {
    let real = directory
    try {
      real = realpathSync(directory)
    } catch {
      // Not there (yet): walkDirectory says so.
    }
    if (!seen.has(real)) seen.set(real, directory)
  }
  return [...seen.values()]
}

/**
 * `netns` directories of the dockerds that run: with another `--exec-root`, in a container, or in another mount
 * namespace, where the mounts can be seen only through /proc/PID/root (docs: dockerd --exec-root, default
 * /var/run/docker).
 */
export function dockerdDirectories(
  processes: readonly ProcessNamespace[],
  nameOf: (pid: number) => string | undefined = processName,
): string[] {
  const directories: string[] = []
  const ownMounts = mountNamespace('self')
  for (const { pid } of processes) {
    if (nameOf(pid) !== 'dockerd') continue
    const root = mountNamespace(String(pid)) === ownMounts ? '' : `/proc/${pid}/root`
    directories.push(`${root}${execRoot(pid, root)}/netns`)
  }
  return directories
}

function mountNamespace(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return undefined
  }
}

function execRoot(pid: number, root: string): string {
  const argv = processArguments(pid)
  const flag = argv.findIndex(word => word === '--exec-root' || word.startsWith('--exec-root='))
  if (flag >= 0) return argv[flag]!.split('=')[1] ?? argv[flag + 1] ?? '/var/run/docker'
  const file = argv.find(word => word.startsWith('--config-file='))?.slice('--config-file='.length)
  return execRootOfConfig(`${root}${file ?? '/etc/docker/daemon.json'}`) ?? '/var/run/docker'
}

function execRootOfConfig(file: string): string | undefined {
  try {
    const config: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof config !== 'object' || config === null || !('exec-root' in config)) return undefined
    return typeof config['exec-root'] === 'string' ? config['exec-root'] : undefined
  } catch {
    return undefined
  }
}
