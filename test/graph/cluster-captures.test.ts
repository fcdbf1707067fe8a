/** The graph of whole swarms: what docker and ipvsadm told on their nodes is there exactly once. */
import { beforeAll, describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import type { Graph } from '../../src/graph/model.ts'
import { loadSnapshot } from '../../src/snapshot/file.ts'
import { capturedNodes, clusterCaptures, rawTexts, snapshotPath } from '../support/cluster-captures.ts'

type Task = { ID: string; Status: { State: string }; DesiredState: string }
type Service = {
  ID: string
  Endpoint: {
    VirtualIPs?: { NetworkID: string; Addr: string }[]
    Ports?: { PublishedPort: number; TargetPort: number; Protocol: string; PublishMode: string }[]
  }
}

async function graphOf(capture: string): Promise<Graph> {
  const paths = capturedNodes(capture).map(node => snapshotPath(capture, node))
  return buildGraph(await Promise.all(paths.map(path => loadSnapshot(path))))
}

it('has captures of healthy and of broken swarms', () => {
  expect(clusterCaptures).toContain('swarm')
  expect(clusterCaptures.filter(name => name.startsWith('fault-')).length).toBeGreaterThanOrEqual(25)
})

describe.each(clusterCaptures.filter(name => rawTexts(name, 'node1') !== undefined))(
  'capture %s',
  capture => {
    const nodes = capturedNodes(capture)
    const files = nodes.map(node => rawTexts(capture, node) ?? {})
    const manager = files[0] ?? {}
    let graph: Graph

    beforeAll(async () => {
      graph = await graphOf(capture)
    })

    it('has each container that a daemon runs once', () => {
      const told = files.flatMap(file => answer(file, '/containers/json?all=true') as { Id: string }[])
      expect(told.length).toBeGreaterThan(0)
      expect(sorted(Object.values(graph.containers).map(({ containerId }) => containerId))).toEqual(
        sorted(told.map(({ Id }) => Id)),
      )
    })

    it('has each network once, whoever told of it', () => {
      const told = files.flatMap(file => answer(file, '/networks') as { Id: string }[])
      expect(sorted(Object.values(graph.networks).flatMap(({ networkId }) => networkId ?? []))).toEqual(
        sorted(new Set(told.map(({ Id }) => Id))),
      )
    })

    it('has each task of the manager once', () => {
      const told = (answer(manager, '/tasks') as Task[]).filter(({ Status }) => Status.State === 'running')
      const seen = Object.values(graph.tasks).filter(({ state }) => state === 'running')
      expect(sorted(seen.map(({ taskId }) => taskId))).toEqual(sorted(told.map(({ ID }) => ID)))
    })

    it('has each virtual address of a service once', () => {
      const told = (answer(manager, '/services') as Service[]).flatMap(({ ID, Endpoint }) =>
        (Endpoint.VirtualIPs ?? []).map(
          ({ NetworkID, Addr }) => `${ID} network:${NetworkID} ${Addr.split('/')[0]}`,
        ),
      )
      const seen = Object.values(graph.services).flatMap(({ serviceId, networks }) =>
        networks.flatMap(({ network, vip }) => (vip === undefined ? [] : `${serviceId} ${network} ${vip}`)),
      )
      expect(sorted(seen)).toEqual(sorted(told))
    })

    it('has each published port of a service once', () => {
      const told = (answer(manager, '/services') as Service[]).flatMap(({ ID, Endpoint }) =>
        (Endpoint.Ports ?? []).map(
          ({ Protocol, PublishedPort, TargetPort, PublishMode }) =>
            `service:${ID} ${PublishMode} ${Protocol} ${PublishedPort} ${TargetPort}`,
        ),
      )
      const seen = Object.values(graph.ports)
        .filter(({ service }) => service !== undefined)
        .map(
          ({ service, mode, protocol, port, targetPort }) =>
            `${service} ${mode} ${protocol} ${port} ${targetPort}`,
        )
      expect(sorted(seen)).toEqual(sorted(told))
    })

    it('has each real server of `ipvsadm -Sn` once, on each node', () => {
      const told = nodes.flatMap((node, index) =>
        Object.entries(files[index] ?? {}).flatMap(([path, text]) => {
          const namespace = /^netns\/([^/]+)\/ipvs\.txt$/.exec(path)?.[1]
          if (namespace === undefined) return []
          const rows = [...text.matchAll(/^-a -f (\d+) -r ([\d.]+):0 -m -w (\d+)/gm)]
          return rows.map(([, mark, address, weight]) => `${node} ${namespace} ${mark} ${address} ${weight}`)
        }),
      )
      const seen = Object.values(graph.realServers).map(({ node, virtualService, address, weight }) => {
        const virtual = graph.virtualServices[virtualService]
        const key = graph.sandboxes[virtual?.sandbox ?? '']?.sandboxKey?.split('/').at(-1)
        return `${graph.nodes[node]?.name} ${key} ${virtual?.fwmark} ${address} ${weight}`
      })
      expect(sorted(seen)).toEqual(sorted(told))
    })
  },
)

it.each(clusterCaptures.filter(name => name.startsWith('fault-')))(
  '%s has all its nodes and containers',
  async capture => {
    const graph = await graphOf(capture)
    expect(
      Object.values(graph.nodes)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(capturedNodes(capture))
    expect(Object.keys(graph.containers).length).toBeGreaterThan(1)
  },
)

function answer(files: Readonly<Record<string, string>>, path: string): unknown {
  return JSON.parse(files[`api${path}`] ?? '[]')
}

function sorted(lines: Iterable<string>): string[] {
  return [...lines].toSorted()
}
