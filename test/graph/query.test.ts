import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import { findObjects, mtuOf, objectOf } from '../../src/graph/query.ts'
import { captureCluster } from '../support/swarm-capture.ts'

const graph = buildGraph(captureCluster('docker-26.1-nft'))
const sandbox = `sandbox:node1/0378a5c93ee5`

describe('queries of a graph', () => {
  it('finds an object by its id, and nothing by what is none', () => {
    expect(objectOf(graph, sandbox)?.name).toBe('web.3.dbb48ysbdcvdfjuv3h12p8a2l')
    for (const id of ['', 'sandbox', 'sandbox:', 'toString:x', 'node:__proto__'])
      expect(objectOf(graph, id)).toBeUndefined()
  })

  it.each([
    ['10.0.1.5', 'endpoint'],
    ['02:42:0A:00:01:05', 'endpoint'],
    ['998c52a62d3d', 'endpoint'],
    ['appnet', 'network'],
    ['89o1', 'network'],
    ['4097', 'network'],
    ['net:[4026532897]', 'sandbox'],
    ['0378a5c93ee5', 'sandbox'],
    ['b587e74bb2b4', 'container'],
  ])('finds by %s a %s', (word, type) => {
    expect(findObjects(graph, word).map(object => object.type)).toContain(type)
  })

  it('tells the MTU that the daemon was told, else the one that all nodes have', () => {
    const [bridge, overlay] = ['bridge', 'appnet'].map(name =>
      Object.values(graph.networks).find(network => network.name === name),
    )
    expect(bridge?.mtu).toBe(1500)
    expect(mtuOf(bridge!)).toBe(1500)
    expect(overlay?.mtu).toBeUndefined()
    expect(mtuOf(overlay!)).toBe(1450)
    const [first, ...others] = overlay!.instances
    expect(mtuOf({ ...overlay!, instances: [{ ...first!, mtu: 1400 }, ...others] })).toBeUndefined()
    expect(mtuOf({ ...overlay!, instances: [] })).toBeUndefined()
  })

  it('finds nothing by an empty word', () => {
    expect(findObjects(graph, ' ')).toEqual([])
  })
})
