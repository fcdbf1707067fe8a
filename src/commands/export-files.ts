import { existsSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { saveText, snapshotText } from '../snapshot/file.ts'
import type { Snapshot } from '../snapshot/index.ts'
import { errorMessage } from '../util/errors.ts'

/** What `e` on the screen can write. */
type SaveKind = 'export-snapshot' | 'export-redacted' | 'export-report'

/**
 * Writes what was chosen into the working directory: a snapshot for each node, or one report of all. Names tell host and time;
 * what is there already stays.
 *
 * @returns the names of the files
 * @throws an error that names the file
 */
export async function exportFiles(what: SaveKind, nodes: readonly Snapshot[]): Promise<string[]> {
  if (what === 'export-report') {
    const { buildGraph } = await import('../graph/build.ts')
    const { exportMarkdown } = await import('../export/markdown.ts')
    return [await write(baseName(nodes), '.md', exportMarkdown(buildGraph(nodes), nodes))]
  }
  const told = what === 'export-redacted' ? await redacted(nodes) : nodes
  const files: string[] = []
  for (const node of told) files.push(await write(baseName([node]), '.cnm.json.gz', snapshotText(node)))
  return files
}

/** With one key for all of them, so that they still are one cluster. */
async function redacted(nodes: readonly Snapshot[]): Promise<Snapshot[]> {
  const { redactSnapshot } = await import('../snapshot/redact.ts')
  const key = randomBytes(32)
  return nodes.map(node => redactSnapshot(node, key))
}

/** `swarm-node1-20261123T052011Z`; what a host is called may hold anything. */
function baseName([first]: readonly Snapshot[]): string {
  const host = first?.host.hostname.replaceAll(/[^\w.-]+/g, '_').replace(/^[.-]+/, '') ?? ''
  const time = first?.takenAt.replace(/\.\d+/, '').replaceAll(/[^\dTZ]/g, '') ?? ''
  return `${host.slice(0, 64) || 'node'}-${time}`
}

async function write(base: string, extension: string, text: string): Promise<string> {
  let name = base + extension
  for (let count = 2; existsSync(name); count++) name = `${base}-${count}${extension}`
  await saveText(name, text).catch((error: unknown) => {
    throw new Error(`cannot write ${resolve(name)}: ${errorMessage(error)}`)
  })
  return name
}
