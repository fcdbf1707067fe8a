import { readFileSync } from 'node:fs'
import type { Fault as LabFault } from '../../../lab/faults/fault.ts'
import type { Place, Probe } from '../../../lab/scenarios/scenario.ts'
import type { Question } from '../../../src/lb/index.ts'
import type { Namespace, Snapshot } from '../../../src/snapshot/index.ts'
import { capturedSnapshots, clusterCaptures } from '../../support/cluster-captures.ts'

/** A fault that was made in the guest's swarm, and what was recorded while it was proved to break it. */
export type Record = Pick<LabFault, 'about' | 'code' | 'scenario' | 'expects' | 'hop'> & {
  readonly name: string
  readonly nodes: readonly Snapshot[]
  readonly facts: Readonly<{ [name: string]: string }>
}

const folder = new URL('../../../fixtures/captures/', import.meta.url)

export const recordedNames = clusterCaptures.flatMap(name =>
  name.startsWith('fault-') ? [name.slice('fault-'.length)] : [],
)

export function readRecord(name: string): Record {
  const text = readFileSync(new URL(`fault-${name}/capture.json`, folder), 'utf8')
  return {
    ...(JSON.parse(text) as Omit<Record, 'name' | 'nodes'>),
    name,
    nodes: capturedSnapshots(`fault-${name}`),
  }
}

/** The namespace that a place of the catalogue means. */
export function namespaceAt({ nodes, facts }: Record, place: Exclude<Place, 'client'>): Namespace {
  const snapshot = nodes.find(({ host }) => host.hostname === place.node)!
  const fits = (namespace: Namespace): boolean => {
    switch (place.kind) {
      case 'host':
      case 'ingress':
        return namespace.kind === place.kind
      case 'load-balancer':
        return namespace.name === `lb_${networkId(nodes, place.network).slice(0, 9)}`
      case 'overlay': {
        const [, id] = /^\d+-(.+)$/.exec(namespace.name) ?? []
        return id !== undefined && networkId(nodes, place.network).startsWith(id)
      }
      case 'container':
        return (
          namespace.name ===
          sandboxOf(snapshot, facts[`id.${place.of}.${place.node}`] ?? facts[`id.${place.of}`])
        )
    }
  }
  return snapshot.namespaces.find(fits)!
}

function networkId(nodes: readonly Snapshot[], name: string): string {
  return nodes.flatMap(({ docker }) => docker?.networks ?? []).find(({ Name }) => Name === name)!.Id
}

function sandboxOf({ docker }: Snapshot, id: string | undefined): string | undefined {
  const container = docker?.containers?.find(({ Id }) => Id === id)
  return container?.NetworkSettings.SandboxKey.split('/').at(-1)
}

/** What a probe asks, in the words of `cnmtop trace`. */
export function questionOf(record: Record, probe: Probe): Question {
  const { from } = probe
  const [, address] = ('curl' in probe && /--interface,([^,]+)/.exec(probe.curl?.join(',') ?? '')) || []
  const who = from === 'client' ? address : from.kind === 'host' ? from.node : namespaceAt(record, from).name
  return { target: targetOf(record, probe), ...(who !== undefined && { from: who }) }
}

function targetOf({ facts }: Record, probe: Probe): string {
  if ('lookup' in probe) return '127.0.0.11:53/udp'
  const { hostname, port } = new URL(
    probe.get.replaceAll(/\{([\w.-]+)\}/g, (_, name: string) => facts[name] ?? ''),
  )
  return `${hostname}:${port === '' ? 80 : port}`
}
