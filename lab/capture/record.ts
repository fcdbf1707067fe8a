/** Records a swarm as it stands: a snapshot of each node, and beside it what the tools and the API say. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Swarm } from '../swarm/index.ts'

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
  /** Tools and API too: `node1.raw.json.gz`. */
  readonly withRaw: boolean
  /** More of the capture, such as the fault and its proof. */
  readonly more?: object
}

/** Writes `capture.json`, and `node1.cnm.json.gz` and so on. @throws Error when a node cannot be read */
export async function record({ nodes, manager }: Swarm, options: CaptureOptions): Promise<void> {
  const { folder, about, script, withRaw, more } = options
  mkdirSync(folder, { recursive: true })
  for (const node of nodes) {
    write(join(folder, `${node.name}.cnm.json.gz`), await node.exec(['node', cnmtop, 'snapshot', '-o', '-']))
    if (withRaw) write(join(folder, `${node.name}.raw.json.gz`), await node.exec(['node', raw]))
  }
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

/** The same text gives the same bytes: gzip would note no time here. */
function write(path: string, text: string): void {
  writeFileSync(path, gzipSync(text, { level: 9 }))
}
