import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import type { SwarmTask } from '../../src/graph/model.ts'
import { allObjects } from '../../src/graph/query.ts'
import { answerQuestion, type Path, type Question } from '../../src/lb/index.ts'
import { diffSnapshots } from '../../src/snapshot/diff.ts'
import { loadSnapshot, saveSnapshot } from '../../src/snapshot/file.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { redactSnapshot } from '../../src/snapshot/redact.ts'
import { clusterSession } from '../../src/ui/model/session.ts'
import { capturedSnapshots } from '../support/cluster-captures.ts'
import { userOf } from '../ui/user.tsx'

/** Swarms as they were recorded in the guest, each with something planted, and what is left of it for a stranger. */
const captures = [
  'swarm',
  'encrypted',
  'host-mode',
  'macvlan',
  'bridge',
  'fault-docker-user-drop',
  'fault-ingress-mark-removed',
  'fault-real-servers-removed',
  'fault-fdb-wrong-vtep',
  'fault-listens-on-loopback',
  'fault-mtu-too-small',
]

const planted = ['payroll', 'hunter2', 'acme.example', 'jane.doe']
const key = Buffer.from('a key that only this test knows of')
const directory = mkdtempSync(join(tmpdir(), 'cnmtop-redacted-'))
afterAll(() => rmSync(directory, { recursive: true }))

function plantedNodes(capture: string): Snapshot[] {
  const nodes = capturedSnapshots(capture)
  for (const { host, docker } of nodes) {
    const old = host.hostname
    host.hostname = `payroll-${old}.acme.example`
    if (docker?.info) docker.info.Name = host.hostname
    for (const node of docker?.nodes ?? []) node.Hostname = `payroll-${node.Hostname}.acme.example`
    for (const container of docker?.containers ?? []) {
      container.Labels['owner'] = 'jane.doe'
      container.Image = `registry.acme.example/payroll/${container.Image}`
    }
    for (const service of docker?.services ?? []) {
      service.Spec.Labels['token'] = 'hunter2'
      service.Spec.Image = `registry.acme.example/payroll/${service.Spec.Image}`
    }
  }
  return nodes
}

function escaped(text: string): string {
  return text.replaceAll(/[.[\]()*+?^${}|\\]/g, String.raw`\$&`)
}

/** Names and addresses that the recording has by itself. */
function ownNames(nodes: readonly Snapshot[]): Set<string> {
  const graph = buildGraph(nodes)
  const names = new Set<string>()
  for (const object of allObjects(graph)) {
    if (object.type === 'node') for (const vtep of object.vteps) names.add(vtep)
    if (object.type === 'endpoint') {
      for (const { address } of object.addresses) names.add(address)
      if (object.mac !== undefined) names.add(object.mac)
    }
    if (object.type === 'container') names.add(object.name).add(object.containerId)
    if (object.type === 'service') for (const { vip } of object.networks) names.add(vip ?? object.id)
    if (object.type === 'network' && object.role === 'user' && object.networkId !== undefined)
      names.add(object.networkId)
  }
  return names
}

/** How connections end to each published port, and to each service from each task of its networks; sorted, as names are others now. */
function verdicts(nodes: readonly Snapshot[]): string[] {
  const graph = buildGraph(nodes)
  const networksOf = ({ addresses }: SwarmTask): string[] => addresses.map(({ network }) => network)
  const questions: Question[] = [
    ...Object.values(graph.ports).map(({ port, protocol }) => ({ target: `${port}/${protocol}` })),
    ...Object.values(graph.services).flatMap(({ name, networks }) =>
      Object.values(graph.tasks)
        .filter(task => task.sandbox && networks.some(({ network }) => networksOf(task).includes(network)))
        .map(task => ({ target: `${name}:80`, from: task.name })),
    ),
  ]
  return questions
    .map(question => {
      const { works, traces } = answerQuestion(graph, nodes, question)
      const ends = traces.flatMap(({ trace }) => endsOf(trace.path)).toSorted()
      return `${'from' in question ? 'service' : 'port'} ${works} ${ends.join()}`
    })
    .toSorted()
}

function endsOf({ end, fork, reply }: Path): string[] {
  return [
    ...(end ? [end.disposition] : []),
    ...(fork?.branches ?? []).flatMap(({ path }) => endsOf(path)),
    ...(reply ? endsOf(reply) : []),
  ]
}

function changesOf(before: readonly Snapshot[], after: readonly Snapshot[]): string[] {
  return before
    .flatMap((node, index) => diffSnapshots(node, after[index]!).changes)
    .map(({ change, type, fields }) =>
      [change, type, ...(fields ?? []).map(({ field }) => field.split('.')[0])].join(' '),
    )
    .toSorted()
}

const healthy = plantedNodes('swarm')
const redactedHealthy = healthy.map(node => redactSnapshot(node, key))

describe.each(captures)('the recording %s without its names', capture => {
  const nodes = plantedNodes(capture)
  const redacted = nodes.map(node => redactSnapshot(node, key))

  it('holds none of what was planted, and no name or address of its own', () => {
    const before = JSON.stringify(nodes).toLowerCase()
    const after = JSON.stringify(redacted).toLowerCase()
    for (const secret of planted) {
      if (nodes.some(({ docker }) => docker?.services?.length)) expect(before).toContain(secret)
      expect(after).not.toContain(secret)
    }
    // 127.0.0.11 and link-local addresses tell nothing of anybody.
    const names = [...ownNames(nodes)].filter(name => !/^(?:127\.|fe80:|::1$)/.test(name))
    expect(names.length).toBeGreaterThan(5)
    const held = names.filter(name => new RegExp(`(?<![\\w.:])${escaped(name)}(?![\\w.:])`, 'i').test(after))
    expect(held).toEqual([])
  })

  it('traces as before', () => {
    const told = verdicts(nodes)
    expect(verdicts(redacted)).toEqual(told)
    if (capture === 'swarm') expect(told.length).toBeGreaterThan(3)
  })

  it('differs from the healthy one as before', () => {
    expect(changesOf(redactedHealthy, redacted)).toEqual(changesOf(healthy, nodes))
  })

  it('is written, opened again, and on the screen', async () => {
    const opened = await Promise.all(
      redacted.map(async (node, index) => {
        const path = join(directory, `${capture}-${index}.cnm.json.gz`)
        await saveSnapshot(path, node)
        return loadSnapshot(path)
      }),
    )
    expect(opened).toEqual(redacted)
    const shape = (cluster: readonly Snapshot[]): (string | undefined)[] =>
      ['overview', 'networks', 'sandboxes', 'endpoints', 'services', 'balancing', 'trace'].map(view => {
        const user = userOf(clusterSession(cluster as [Snapshot, ...Snapshot[]]), 200, 60, view)
        const title = user.text()[2]?.match(/━━ (\D+ \d+) ━/)?.[1]
        user.stop()
        return title
      })
    expect(shape(opened)).toEqual(shape(nodes))
    expect(shape(opened)).not.toContain(undefined)
  })
})
