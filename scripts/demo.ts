/**
 * Makes the snapshots of `cnmtop demo` from the captures of real Swarms in fixtures/swarm, and their list, demo/index.json.
 *
 * `node scripts/demo.ts`
 */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { saveSnapshot } from '../src/snapshot/file.ts'
import { type CaptureName, captures, captureSnapshot } from '../test/support/swarm-capture.ts'

const folder = resolve(import.meta.dirname, '../demo')

const scenarios: readonly { name: string; capture: CaptureName; about: string; provenance: string }[] = [
  {
    name: 'swarm',
    capture: 'docker-26.1-nft',
    about: 'a manager and a worker, three services through VIPs and one through DNS, two published ports',
    provenance: 'Docker 26.1.5, iptables-nft, recorded 2026-11-23',
  },
  {
    name: 'legacy',
    capture: 'docker-20.10-legacy',
    about: 'the same with an older Docker, and rules in legacy iptables',
    provenance: 'Docker 20.10.24, legacy iptables, recorded 2026-11-23',
  },
  {
    name: 'no-ipvs',
    capture: 'docker-20.10-nft-hostkernel-no-ipvs',
    about: 'broken: the kernel has no IPVS, so all tasks run and nothing reaches them through a VIP',
    provenance: 'Docker 20.10.24, iptables-nft, recorded 2026-11-23',
  },
]

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
const index = []
for (const { name, capture, about, provenance } of scenarios) {
  const files: string[] = []
  for (const node of captures.find(entry => entry.capture === capture)?.nodes ?? []) {
    const file = `${name}-${node}.cnm.json.gz`
    await saveSnapshot(resolve(folder, file), captureSnapshot(capture, node))
    chmodSync(resolve(folder, file), 0o644)
    files.push(file)
  }
  index.push({ name, about, provenance, nodes: files })
}
writeFileSync(resolve(folder, 'index.json'), `${JSON.stringify(index, null, 2)}\n`)
