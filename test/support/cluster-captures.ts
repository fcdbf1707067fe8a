/** Captures of whole swarms: fixtures/captures, recorded by lab/capture. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Snapshot } from '../../src/snapshot/index.ts'

const folder = resolve(import.meta.dirname, '../../fixtures/captures')

/** Names of the captures; those of faults begin with `fault-`. */
export const clusterCaptures: readonly string[] = readdirSync(folder, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted()

export function capturedNodes(capture: string): string[] {
  return readdirSync(join(folder, capture)).flatMap(
    name => /^(node\d+)\.cnm\.json\.gz$/.exec(name)?.[1] ?? [],
  )
}

/** Path of a node's snapshot. */
export function snapshotPath(capture: string, node: string): string {
  return join(folder, capture, `${node}.cnm.json.gz`)
}

/** What the tools and the API said on a node, by file name; undefined where only the snapshot was kept. */
export function rawTexts(capture: string, node: string): Readonly<Record<string, string>> | undefined {
  const path = join(folder, capture, `${node}.raw.json.gz`)
  if (!existsSync(path)) return undefined
  return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as Record<string, string>
}

/** The snapshots of all nodes of a capture. New objects each time, so a test may change them. */
export function capturedSnapshots(capture: string): Snapshot[] {
  return capturedNodes(capture).map(
    node => JSON.parse(gunzipSync(readFileSync(snapshotPath(capture, node))).toString('utf8')) as Snapshot,
  )
}
