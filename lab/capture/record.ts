/** Records a swarm as it stands: a snapshot of each node, and beside it what the tools and the API say. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Swarm, SwarmNode } from '../swarm/index.ts'

/** The program of `npm run build`; it must have been run before the guest was. */
const cnmtop = join(import.meta.dirname, '../../dist/cnmtop.js')
const raw = join(import.meta.dirname, 'raw.ts')

export type CaptureOptions = {
  /** The folder of the capture; its name is the capture's. */
  readonly folder: string
  /** What is recorded, in a sentence. */
  readonly about: string
  /** The command that makes it again. */
  readonly script: string
  /** More of the capture, such as the fault and its proof. */
  readonly more?: object
}

/**
 * Writes `capture.json`, `node1.cnm.json.gz` and so on, and what the tools and the API said on all nodes, `raw.json.br`.
 *
 * @throws Error when a node cannot be read
 */
export async function record({ nodes, manager }: Swarm, options: CaptureOptions): Promise<void> {
  const { folder, about, script, more } = options
  mkdirSync(folder, { recursive: true })
  const texts: Record<string, unknown> = {}
  for (const node of nodes) {
    const snapshot = await node.exec(['node', cnmtop, 'snapshot', '-o', '-'])
    // The same text gives the same bytes: gzip would note no time here.
    writeFileSync(join(folder, `${node.name}.cnm.json.gz`), gzipSync(snapshot, { level: 9 }))
    texts[node.name] = JSON.parse(await toolTexts(node))
  }
  writeFileSync(join(folder, 'raw.json.br'), packed(JSON.stringify(texts)))
  const { Version, KernelVersion } = await manager.docker.get<{ Version: string; KernelVersion: string }>(
    '/version',
  )
  const provenance = {
    about,
    date: new Date().toISOString().slice(0, 10),
    docker: Version,
    kernel: `${KernelVersion}, user-mode Linux`,
    iptables: (await manager.exec(['iptables', '--version'])).trim(),
    script,
    nodes: nodes.map(({ name, address }) => ({ name, address })),
  }
  writeFileSync(join(folder, 'capture.json'), `${JSON.stringify({ ...provenance, ...more }, null, 2)}\n`)
}

/** JSON of what the tools and the API say on a node, by file name. */
export function toolTexts(node: SwarmNode): Promise<string> {
  return node.exec(['node', raw])
}

/** Nodes say nearly the same, far apart: a window over all of it makes the file a third of what gzip would. */
function packed(text: string): Uint8Array {
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text),
    },
  })
}
