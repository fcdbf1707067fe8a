/**
 * Where a lab lives on the machine: /run/cnmtop-lab/NAME, a file system of its own, so that one unmount takes away every
 * namespace file in it. The mount's source names the lab: what `down` removes is what the mount table says, not a record
 * that a crash could have left out.
 */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { LabError } from './run.ts'

const root = '/run/cnmtop-lab'

export type Home = {
  readonly name: string
  /** The lab's own files: the wire's namespace, pids, the description of what was built. */
  readonly path: string
  /** The directory of nsfs files, as Docker names them. */
  readonly directory: string
  readonly wire: string
}

/** Names the lab's places; throws a LabError for names that a shell or iproute2's batch reader would split. */
export function homeOf(name: string, directory?: string): Home {
  if (!/^[A-Za-z0-9][\w.-]{0,39}$/.test(name)) throw new LabError(`not a name for a lab: ${name}`)
  const path = join(root, name)
  const chosen = directory === undefined ? join(path, 'netns') : resolve(directory)
  if (!/^[\w./+:@%-]+$/.test(chosen)) throw new LabError(`not a directory for a lab: ${chosen}`)
  return { name, path, directory: chosen, wire: join(path, 'wire') }
}

export type Mount = { readonly path: string; readonly type: string; readonly source: string }

/** This process' mounts (proc(5), /proc/PID/mountinfo), oldest first. */
export function mounts(): Mount[] {
  const text = (field: string | undefined) =>
    (field ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => {
      const [left = '', right = ''] = line.split(' - ')
      const [type, source] = right.split(' ')
      return { path: text(left.split(' ')[4]), type: text(type), source: text(source) }
    })
}

export function sourceOf(home: Home): string {
  return `cnmtop-lab:${home.name}`
}

/** The lab's own mount points, outermost first: its home, and the directory when that is elsewhere. */
export function mountPoints(home: Home): string[] {
  const source = sourceOf(home)
  return mounts()
    .filter(mount => mount.type === 'tmpfs' && mount.source === source)
    .map(mount => mount.path)
}

/** Shell text that mounts a small private file system, empty and the lab's own. */
export function mountLine(home: Home, path: string): string {
  return `mount -t tmpfs -o mode=0755,size=4m ${sourceOf(home)} ${path}; mount --make-private ${path}`
}

/** Makes an empty directory to mount on; gives the directories that were made, deepest first. */
export function makeDirectory(path: string): string[] {
  const made: string[] = []
  for (let folder = path; !exists(folder); folder = dirname(folder)) made.push(folder)
  mkdirSync(path, { recursive: true, mode: 0o755 })
  if (readdirSync(path).length > 0) throw new LabError(`${path} is not empty`)
  return made
}

/** Removes directories that are empty; others stay, for they hold what is not the lab's. */
export function removeDirectories(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      rmdirSync(path)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EBUSY') throw error
    }
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Keeps a description of what was built in the lab's home, for `status` and `down`. */
export function writeRecord(home: Home, record: unknown): void {
  writeFileSync(join(home.path, 'lab.json'), `${JSON.stringify(record, null, 2)}\n`)
}

/** The description, or undefined when there is none: no lab, or one whose `up` was killed before it wrote it. */
export function readRecord(home: Home): unknown {
  try {
    return JSON.parse(readFileSync(join(home.path, 'lab.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * Runs `work` while nobody else works on the same lab. The lock is an abstract socket (unix(7)): binding it is atomic, and
 * the kernel frees it with the process, so a crash leaves no stale lock.
 */
export async function withLock<T>(home: Home, work: () => Promise<T>): Promise<T> {
  const server = createServer()
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      fail(
        error.code === 'EADDRINUSE'
          ? new LabError(`another lab/node works on ${home.name}; try again when it is done`)
          : error,
      )
    })
    server.listen(`\0${sourceOf(home)}`, done)
  })
  try {
    return await work()
  } finally {
    server.close()
  }
}
