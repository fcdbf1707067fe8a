import { statSync } from 'node:fs'
import type { NamespaceKind, SourceReport } from '../../snapshot/index.ts'
import {
  defaultDirectories,
  type DirectoryWalk,
  distinctDirectories,
  dockerdDirectories,
  listDirectory,
  walkDirectory,
} from './directories.ts'
import { naturalOrder } from '../../util/natural-order.ts'
import { needed } from './capability.ts'
import { kindOfFile, kindOrder } from './kinds.ts'
import { processName, type ProcessNamespace, type ProcessWatch, walkProcesses } from './processes.ts'

/** A namespace that was found, and the ways to reach it. */
export type FoundNamespace = {
  /** `net:[4026532281]`. */
  readonly id: string
  readonly kind: NamespaceKind
  readonly name: string
  readonly paths: string[]
  /** The first 64, ascending. */
  readonly pids: number[]
  readonly pidCount: number
}

export type Discovery = {
  readonly namespaces: FoundNamespace[]
  /** Directories that were walked, for a watcher. */
  readonly directories: string[]
  readonly sources: SourceReport[]
}

export type DiscoverOptions = {
  /** Further directories of namespace files (`--netns-dir`). */
  readonly netnsDirs?: readonly string[]
  /** Look only into `netnsDirs`: neither the usual directories nor processes. */
  readonly onlyNetnsDirs?: boolean
}

/** Where processes are learnt from: all of them anew, or from a watch that remembers most of them. */
export type ProcessLook = Pick<ProcessWatch, 'walk' | 'nameOf'>

const everyProcess: ProcessLook = { walk: walkProcesses, nameOf: processName }

const KEPT_PIDS = 64

type Candidate = { inode: number; paths: { path: string; name: string }[]; pids: number[] }

/**
 * Finds every network namespace of this node: by files in directories, and by the processes of /proc, merged by
 * (device, inode) of nsfs. nsfs has one device in the whole system, so the inode of a process's `net:[…]` link is
 * enough to join the two.
 */
export function discover(options: DiscoverOptions = {}, look: ProcessLook = everyProcess): Discovery {
  const sources: SourceReport[] = []
  const started = performance.now()
  const { processes, hidden } = options.onlyNetnsDirs ? { processes: [], hidden: 0 } : look.walk()
  if (!options.onlyNetnsDirs)
    sources.push(processReport(processes.length, hidden, performance.now() - started))

  const wanted = options.netnsDirs ?? []
  const directories = distinctDirectories([
    ...wanted,
    ...(options.onlyNetnsDirs ? [] : [...defaultDirectories, ...dockerdDirectories(processes, look.nameOf)]),
  ])
  const candidates = new Map<number, Candidate>()
  const candidate = (inode: number): Candidate => {
    let found = candidates.get(inode)
    if (!found) candidates.set(inode, (found = { inode, paths: [], pids: [] }))
    return found
  }
  for (const directory of directories) {
    const begun = performance.now()
    const walk = walkDirectory(directory)
    for (const file of walk.files) {
      if ('inode' in file) candidate(file.inode).paths.push({ path: file.path, name: file.name })
    }
    const report = directoryReport(walk, wanted.includes(directory), performance.now() - begun)
    if (report) sources.push(report)
  }
  for (const { pid, inode } of processes) candidate(inode).pids.push(pid)

  const host = hostInode(processes)
  const namespaces = [...candidates.values()].map(found => describe(found, host))
  namespaces.sort(compareFound)
  return { namespaces, directories, sources }
}

/** Reports of those directories that cannot be listed; no file in them is looked at. */
export function unlistable(directories: readonly string[]): SourceReport[] {
  return directories.flatMap(directory => {
    const listed = listDirectory(directory)
    const report = 'problem' in listed && directoryReport({ directory, files: [], ...listed }, true, 0)
    return report || []
  })
}

/** The order of lists: by kind, then by name, numbers in names by value. */
export function compareFound(a: FoundNamespace, b: FoundNamespace): number {
  return kindOrder(a.kind) - kindOrder(b.kind) || naturalOrder(a.name, b.name) || (a.id < b.id ? -1 : 1)
}

/** The namespace of process 1, or ours when that may not be read. */
function hostInode(processes: readonly ProcessNamespace[]): number {
  return processes.find(({ pid }) => pid === 1)?.inode ?? statSync('/proc/self/ns/net').ino
}

function describe(found: Candidate, host: number): FoundNamespace {
  const named = found.paths[0]
  const oldest = found.pids[0]
  const kind =
    found.inode === host
      ? 'host'
      : named
        ? kindOfFile(named.name, found.pids.length > 0)
        : ('container' as const)
  return {
    id: `net:[${found.inode}]`,
    kind,
    name: found.inode === host ? 'host' : (named?.name ?? processLabel(oldest)),
    paths: found.paths.map(({ path }) => path),
    pids: found.pids.slice(0, KEPT_PIDS),
    pidCount: found.pids.length,
  }
}

function processLabel(pid: number | undefined): string {
  return pid === undefined ? '?' : `${processName(pid) ?? 'ended'}/${pid}`
}

function processReport(count: number, hidden: number, tookMs: number): SourceReport {
  if (hidden === 0) return { source: 'proc.processes', status: 'ok', tookMs }
  return {
    source: 'proc.processes',
    status: count === 0 ? 'forbidden' : 'partial',
    tookMs,
    reason: `the namespace of ${hidden} process${hidden === 1 ? '' : 'es'} may not be read: needs ${needed('CAP_SYS_PTRACE')}`,
  }
}

function directoryReport(walk: DirectoryWalk, asked: boolean, tookMs: number): SourceReport | undefined {
  const source = `dir ${walk.directory}`
  if (walk.problem) {
    const { code, text } = walk.problem
    // A node without Docker or `ip netns` is no fault; a directory that somebody named is expected to be there.
    if (code === 'missing' && !asked) return undefined
    if (code === 'forbidden') {
      return { source, status: 'forbidden', tookMs, reason: `${text}: needs root or CAP_DAC_READ_SEARCH` }
    }
    return { source, status: 'unavailable', tookMs, reason: text }
  }
  const problems = walk.files.filter(file => 'problem' in file)
  if (problems.length === 0) return { source, status: 'ok', tookMs }
  const told = problems.slice(0, 5).map(file => `${file.name} ${file.problem}`)
  const rest = problems.length > told.length ? `; and ${problems.length - told.length} more` : ''
  return { source, status: 'partial', tookMs, reason: `${told.join('; ')}${rest}` }
}
