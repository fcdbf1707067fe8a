import { expect, it } from 'vitest'
import { diffDataPlane } from '../../src/snapshot/data-plane.ts'
import { loadSnapshot } from '../../src/snapshot/file.ts'
import { snapshotPath } from '../support/cluster-captures.ts'

const node = await loadSnapshot(snapshotPath('swarm', 'node1'))
const isBalancer = ({ kind }: { readonly kind: string }): boolean => kind === 'load-balancer'
const without = { ...node, namespaces: node.namespaces.filter(one => !isBalancer(one)) }

it('is nothing between a node and itself', () => {
  expect(diffDataPlane(node, node)).toEqual({ changes: [], unknown: [] })
})

it('tells what is in a namespace that came, as it tells what was in one that went', () => {
  const balancers = node.namespaces.filter(isBalancer)
  const services = balancers.flatMap(({ ipvs }) => ipvs.services)
  expect(services.length).toBeGreaterThan(0)
  for (const [before, after, change] of [
    [without, node, 'added'],
    [node, without, 'removed'],
  ] as const) {
    const { changes } = diffDataPlane(before, after)
    expect(new Set(changes.map(one => one.change))).toEqual(new Set([change]))
    const count = (type: string): number => changes.filter(one => one.type === type).length
    expect(count('namespace')).toBe(balancers.length)
    expect(count('virtual service')).toBe(services.length)
    expect(count('rule')).toBeGreaterThan(0)
    expect(count('docker service')).toBe(0)
  }
})
