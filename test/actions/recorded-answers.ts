/** What real daemons answered to `cases`, and what was known of their nodes: fixtures/actions. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Snapshot } from '../../src/snapshot/index.ts'

export type RecordedAnswer = {
  /** Of a case. */
  readonly name: string
  /** HTTP status. */
  readonly status: number
  /** The daemon's own sentence, when it refused. */
  readonly message?: string
  /** What came of it within some seconds, where that was looked for. */
  readonly comes?: string
}

export type Recording = {
  /** `docker-28.5` */
  readonly name: string
  readonly provenance: Readonly<Record<string, string>>
  readonly answers: readonly RecordedAnswer[]
  /** The node before it was asked. */
  readonly snapshot: Snapshot
}

const folder = resolve(import.meta.dirname, '../../fixtures/actions')

export const recordings: readonly Recording[] = readdirSync(folder)
  .filter(file => file.endsWith('.json.gz'))
  .toSorted()
  .map(file => ({
    name: file.replace('.json.gz', ''),
    ...(JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString('utf8')) as Omit<Recording, 'name'>),
  }))
