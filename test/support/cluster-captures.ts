/** Captures of whole swarms: fixtures/captures, recorded by lab/capture. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Snapshot } from '../../src/snapshot/index.ts'
import type { ToldNode, ToolTexts } from './swarm-told.ts'

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

/** What the tools and the API said on each node, by file name; undefined where only snapshots were kept. */
export function toldNodes(capture: string): ToldNode[] | undefined {
  const path = join(folder, capture, 'raw.json.br')
  if (!existsSync(path)) return undefined
  const nodes = JSON.parse(brotliDecompressSync(readFileSync(path)).toString('utf8')) as Record<
    string,
    ToolTexts
  >
  return Object.entries(nodes).map(([name, texts]) => ({ name, texts }))
}

/** The snapshots of all nodes of a capture. New objects each time, so a test may change them. */
export function capturedSnapshots(capture: string): Snapshot[] {
  return capturedNodes(capture).map(
    node => JSON.parse(gunzipSync(readFileSync(snapshotPath(capture, node))).toString('utf8')) as Snapshot,
  )
}
