import {
  constants,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createGunzip, gzip } from 'node:zlib'
import { errorMessage, isCode } from '../util/errors.ts'
import { jsonText } from '../util/json-text.ts'
import type { Snapshot } from './schema/snapshot.ts'
import { SNAPSHOT_FORMAT, SNAPSHOT_VERSION } from './vocabulary.ts'

/** A file that is no snapshot that this version can read, and what to do about it. */
export class SnapshotFileError extends Error {
  override readonly name = 'SnapshotFileError'
}

/** A snapshot larger than this, packed or not, is refused: a small hostile .gz can hold many gigabytes. V8's strings end at 512 MiB. */
const MAX_BYTES = 500 * 2 ** 20

/** What of a compressed file is kept while it is not known how large it gets. What is larger is unpacked a second time. */
const MAX_KEPT_BYTES = 64 * 2 ** 20

/** No snapshot nests its values deeper; what walks them by recursion (the validator, JSON.stringify) can rely on it. */
const MAX_DEPTH = 64

/** JSON of snapshots is packed to a tenth or a twentieth; gzip's limit is a thousandth. */
const MAX_RATIO = 200

/** Editors of other systems put it first; JSON.parse does not take it. */
const BYTE_ORDER_MARK = '\ufeff'

/** One line of JSON, as files and pipes hold it. */
export function snapshotText(snapshot: Snapshot): string {
  return `${jsonText(snapshot)}\n`
}

/** Writes a snapshot. @throws as saveText */
export async function saveSnapshot(path: string, snapshot: Snapshot): Promise<void> {
  return saveText(path, snapshotText(snapshot))
}

/**
 * Writes a text so that `path` holds either the whole new one or what was there before: to a temporary file beside
 * it, mode 0600, flushed to disk, then renamed. Compressed when the name ends in `.gz`. A link stays, and its target is
 * replaced; a pipe or a device (`/dev/null`) is written to and never replaced.
 *
 * @throws the file system's error; the temporary file is removed
 */
export async function saveText(path: string, text: string): Promise<void> {
  const bytes = path.endsWith('.gz') ? await promisify(gzip)(text) : Buffer.from(text)
  const existing = await stat(path).catch(ifAbsent(undefined))
  if (existing?.isDirectory()) throw new Error('it is a directory')
  // By its own path: what /dev/stdout leads to has none. Without O_CREAT: should it vanish, no file takes its place.
  if (existing && !existing.isFile()) return writeFile(path, bytes, { flag: constants.O_WRONLY })
  const target = await targetOf(path)
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  const file = await open(temporary, 'wx', 0o600)
  try {
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
}

/** Where a path leads in the end, also when nothing is there yet. */
async function targetOf(path: string): Promise<string> {
  const found = await realpath(path).catch(ifAbsent(undefined))
  if (found !== undefined) return found
  const directory = await realpath(dirname(path))
  const link = await readlink(path).catch(() => undefined)
  return link === undefined ? join(directory, basename(path)) : targetOf(resolve(directory, link))
}

function ifAbsent<Value>(value: Value): (error: unknown) => Value {
  return error => {
    if (isCode(error, 'ENOENT')) return value
    throw error
  }
}

/**
 * Reads and validates a snapshot. Compression is told from the content, not from the name. Fields that this version does
 * not know are kept.
 *
 * @param maxBytes what it may hold, and what it may unpack to
 * @param maxKept what of a compressed file is kept before its size is known
 * @throws SnapshotFileError with a sentence for the operator
 */
export async function loadSnapshot(
  path: string,
  maxBytes: number = MAX_BYTES,
  maxKept: number = MAX_KEPT_BYTES,
): Promise<Snapshot> {
  const refuse = (error: unknown): never => {
    throw new SnapshotFileError(`cannot read ${path}: ${errorMessage(error)}`)
  }
  // Asked before it is opened: a pipe would wait for its writer.
  const found = await stat(path).catch(refuse)
  if (!found.isFile()) throw new SnapshotFileError(`cannot read ${path}: it is no regular file`)
  if (found.size > maxBytes) throw tooLarge(path, `${found.size} bytes`, maxBytes)
  const bytes = await readFile(path).catch(refuse)
  return parseSnapshot(await decompress(bytes, path, maxBytes, maxKept), path)
}

async function decompress(bytes: Buffer, path: string, maxBytes: number, maxKept: number): Promise<string> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8')
  const small = await unpack(bytes, path, maxBytes, maxKept)
  const unpacked = small ?? (await unpack(bytes, path, maxBytes, maxBytes))
  return Buffer.concat(unpacked ?? []).toString('utf8')
}

/**
 * Unpacks and counts. A few kilobytes can hold gigabytes: what is no JSON from its first byte on, or too large, is not unpacked to
 * its end.
 *
 * @returns undefined when there is more than may be kept, all of which was counted
 * @throws SnapshotFileError
 */
async function unpack(
  bytes: Buffer,
  path: string,
  maxBytes: number,
  maxKept: number,
): Promise<readonly Buffer[] | undefined> {
  const kept: Buffer[] = []
  let size = 0
  const stream = createGunzip()
  stream.end(bytes)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (size === 0 && !beginsAsJson(chunk)) throw notBegun(path)
      size += chunk.length
      if (size > maxBytes) throw tooLarge(path, `it unpacks to more than ${maxBytes} bytes`, maxBytes)
      if (size > maxKept && size > bytes.length * MAX_RATIO) throw tooTight(path, bytes.length, size)
      if (size <= maxKept) kept.push(chunk)
      else kept.length = 0
    }
  } catch (error) {
    if (error instanceof SnapshotFileError) throw error
    throw new SnapshotFileError(`${path} is damaged: ${errorMessage(error)}; copy it again`)
  }
  return size <= maxKept ? kept : undefined
}

/** An object, perhaps behind a byte order mark and spaces. */
function beginsAsJson(chunk: Buffer): boolean {
  return /^\ufeff?\s*\{/.test(chunk.subarray(0, 100).toString('utf8'))
}

function notBegun(path: string): SnapshotFileError {
  return new SnapshotFileError(`${path} is no cnmtop snapshot: what is packed in it is no JSON object`)
}

function tooTight(path: string, packed: number, unpacked: number): SnapshotFileError {
  return new SnapshotFileError(
    `${path} is no cnmtop snapshot: its ${packed} bytes unpack to ${unpacked} and more, as only a file does that is made to fill memory`,
  )
}

function tooLarge(path: string, what: string, maxBytes: number): SnapshotFileError {
  return new SnapshotFileError(`${path} is too large: ${what}; a snapshot has ${maxBytes} at most`)
}

async function parseSnapshot(text: string, path: string): Promise<Snapshot> {
  let value: unknown
  try {
    value = JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)
  } catch (error) {
    throw new SnapshotFileError(`${path} is no JSON, or cut short: ${errorMessage(error)}; copy it again`)
  }
  const head = typeof value === 'object' && value !== null ? value : {}
  if (!('format' in head) || head.format !== SNAPSHOT_FORMAT) {
    throw new SnapshotFileError(`${path} is no cnmtop snapshot: it lacks "format": "${SNAPSHOT_FORMAT}"`)
  }
  if ('version' in head && typeof head.version === 'number' && head.version > SNAPSHOT_VERSION) {
    throw new SnapshotFileError(
      `${path} is of version ${head.version}, newer than the ${SNAPSHOT_VERSION} that this cnmtop reads: update cnmtop`,
    )
  }
  if (nestsDeeper(value, MAX_DEPTH)) {
    throw new SnapshotFileError(`${path} is not a valid snapshot: its values nest deeper than ${MAX_DEPTH}`)
  }
  // Loaded only here: the validator costs more start-up time than all the rest of a text command.
  const { snapshotSchema } = await import('./schema/snapshot.ts')
  const result = snapshotSchema.safeParse(value)
  if (!result.success) {
    const issue = result.error.issues[0]
    const where = issue ? `${issue.path.map(String).join('.')}: ${issue.message}` : 'unknown'
    throw new SnapshotFileError(`${path} is not a valid snapshot: ${where}`)
  }
  // The validated object itself, not zod's copy of it: fields of a later minor version stay.
  return value as Snapshot
}

function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some(inner => nestsDeeper(inner, levels - 1))
}
