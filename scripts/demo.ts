/**
 * Makes the snapshots of `cnmtop demo` and their list, demo/index.json: those that cnmtop took in the guest (fixtures/captures) as
 * they are, and those of fixtures/swarm from what the tools printed there.
 *
 * `node scripts/demo.ts`
 */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { saveSnapshot } from '../src/snapshot/file.ts'
import { type CaptureName, captures, captureSnapshot } from '../test/support/swarm-capture.ts'

const folder = resolve(import.meta.dirname, '../demo')

type Recorded = { readonly name: string; readonly about: string; readonly folder?: string }

/** Folders of fixtures/captures. */
const recorded: readonly Recorded[] = [
  {
    name: 'swarm',
    about: 'a manager and two workers: services with VIPs and through DNS, two ports in the routing mesh',
  },
  {
    name: 'draining',
    about: 'a task that is ending: its real servers have weight 0',
  },
  // Faults of lab/faults, one for each place where a packet may end: host, mesh, load balancer, overlay, task.
  broken('docker-user-drop', 'a rule in DOCKER-USER drops what comes to the published ports of node1'),
  broken('ingress-mark-removed', 'node1 does not mark port 80 any more, so no virtual service takes it'),
  broken('real-servers-removed', 'node1 has no real server behind the published port of web'),
  broken('fdb-wrong-vtep', 'node1 sends to node3 what is for a task on node2'),
  broken('listens-on-loopback', 'the program in the tasks of web listens on 127.0.0.1 only'),
]

function broken(name: string, about: string): Recorded {
  return { name, about: `broken: ${about}`, folder: `fault-${name}` }
}

const converted: readonly { name: string; capture: CaptureName; about: string; provenance: string }[] = [
  {
    name: 'nft',
    capture: 'docker-26.1-nft',
    about: 'a manager and a worker with Docker 26.1, and rules in nf_tables',
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
for (const { name, about, folder: from = name } of recorded) {
  const source = resolve(import.meta.dirname, '../fixtures/captures', from)
  const capture = JSON.parse(readFileSync(resolve(source, 'capture.json'), 'utf8')) as {
    docker: string
    iptables: string
    date: string
    nodes: { name: string }[]
  }
  const files = capture.nodes.map(node => `${name}-${node.name}.cnm.json.gz`)
  for (const file of files) {
    copyFileSync(resolve(source, file.slice(name.length + 1)), resolve(folder, file))
    chmodSync(resolve(folder, file), 0o644)
  }
  const provenance = `Docker ${capture.docker}, ${capture.iptables}, recorded ${capture.date}`
  index.push({ name, about, provenance, nodes: files })
}
for (const { name, capture, about, provenance } of converted) {
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
