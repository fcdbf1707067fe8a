import { describe, expect, it } from 'vitest'
import { clusterSession } from '../../src/ui/model/session.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { capturedSnapshots } from '../support/cluster-captures.ts'
import { type User, userOf } from './user.tsx'

const nodes = capturedSnapshots('swarm')

function cluster(columns: number, rows: number, view: string): User {
  return userOf(clusterSession(nodes as [Snapshot, ...Snapshot[]]), columns, rows, view)
}

describe('what only one node has, in a cluster', () => {
  it.each([
    [60, 16],
    [80, 24],
    [120, 40],
  ])('has its node beside it at %ix%i', (columns, rows) => {
    for (const [view, pattern] of [
      ['networks', /\bbridge .*\bnode1\b/],
      ['sandboxes', /\bingress_sbox .*\bnode1\b/],
      ['endpoints', /\bdocker_gwbridge .*\bnode1\b/],
    ] as const) {
      const user = cluster(columns, rows, view)
      user.press('/', ...'node1', 'enter')
      expect(user.text().slice(4).join('\n'), view).toMatch(pattern)
      user.stop()
    }
  })

  it('tells it in the overview', () => {
    const user = cluster(120, 60, 'overview')
    for (const node of ['node1', 'node2', 'node3'])
      expect(user.text().some(line => line.includes('docker_gwbridge') && line.includes(`on ${node}`))).toBe(
        true,
      )
    user.stop()
  })

  it('has the counters of its own node in load balancing', () => {
    const user = cluster(120, 60, 'balancing')
    const text = user.text()
    for (const node of ['node1', 'node2', 'node3'])
      expect(text.some(line => line.includes(`ingress_sbox ingress of ingress on ${node}`))).toBe(true)
    expect(text.filter(line => / -> .* \?/.test(line))).toEqual([])
    user.stop()
  })

  it('tells of a network what each node has of it', () => {
    const user = cluster(200, 120, 'networks')
    user.press('/', ...'ingress', 'enter', 'tab')
    const told = user.text().map(line => line.slice(100))
    for (const node of ['node1', 'node2', 'node3']) {
      expect(told.filter(line => line.includes(`Peers of ${node}`))).toHaveLength(1)
      expect(
        told.filter(line => line.includes(`ingress-endpoint`) && line.includes(`on ${node}`)),
      ).toHaveLength(1)
      expect(
        told.filter(line => /docker networks|^ {20}/.test(line) && line.includes(`  on ${node}`)),
      ).not.toEqual([])
    }
    user.press('w')
    for (const node of ['node1', 'node2', 'node3'])
      expect(
        user.text().some(line => / in 1-\w+ on /.test(line) && line.includes(`on ${node} `)),
        node,
      ).toBe(true)
    user.stop()
  })

  it('names the node of each virtual service of a port that is drawn', () => {
    const user = cluster(120, 60, 'trace')
    user.press('w')
    for (const node of ['node1', 'node2', 'node3'])
      expect(user.line(`in ingress_sbox on ${node} `)).toBeDefined()
    user.stop()
  })

  it('needs no such column where there is one node only', () => {
    const user = userOf(nodes[0]!, 200, 40, 'sandboxes')
    expect(user.line('KIND')).not.toContain('NODE')
    user.stop()
  })
})

describe('n in a cluster', () => {
  it('goes to the next node, also when the screen was frozen before', () => {
    const user = cluster(120, 40, 'namespaces')
    const shown = (): string => user.text()[0]!.slice(9, 30)
    expect(shown()).toBe('node1 (1 of 3 nodes) ')
    user.press('f', 'f')
    expect(shown()).toBe('node1 (1 of 3 nodes) ')
    user.press('n')
    expect(shown()).toBe('node2 (2 of 3 nodes) ')
    user.press('f', 'n', 'f', 'r')
    expect(shown()).toBe('node3 (3 of 3 nodes) ')
    user.press('N', 'N', 'N')
    expect(shown()).toBe('node3 (3 of 3 nodes) ')
    user.stop()
  })
})

describe('the palette in a cluster', () => {
  it('finds the rows of each node, and goes to that node and back', () => {
    const user = cluster(140, 40, 'namespaces')
    user.press('G', 'k')
    const before = user.text()
    expect(before[0]).toContain('node1 (1 of 3 nodes)')
    user.press(':', ...'address 192.168.77.3/24 eth0 on node3')
    expect(user.line('▌')).toContain('on node3')
    user.press('enter')
    expect(user.text()[0]).toContain('node3 (3 of 3 nodes)')
    expect(user.line('▌')).toBeDefined()
    expect(user.text().some(line => line.includes('▌') && line.includes('192.168.77.3'))).toBe(true)
    user.press('<')
    expect(user.text()).toEqual(before)
    user.press('>')
    expect(user.text()[0]).toContain('node3 (3 of 3 nodes)')
    expect(user.text().some(line => line.includes('▌') && line.includes('192.168.77.3'))).toBe(true)
    user.press('escape')
    expect(user.text()).toEqual(before)
    user.stop()
  })

  it('stays on the node that n chose when another view is opened', () => {
    const user = cluster(140, 40, 'namespaces')
    user.press('n', '2', '8')
    expect(user.text()[0]).toContain('node2 (2 of 3 nodes)')
    user.press('<', '<', 'n')
    expect(user.text()[0]).toContain('node3 (3 of 3 nodes)')
    user.stop()
  })
})

describe('a drawing that is larger than its place', () => {
  it('is scrolled in all directions where it lies over the lists', () => {
    const user = cluster(60, 16, 'overview')
    user.press('j', 'w')
    const first = user.text()
    expect(first.at(-1)).toMatch(/columns 1-58 of \d+ {2}1-12 of \d+/)
    user.press('right')
    expect(user.text().at(-1)).toMatch(/columns 9-66 of \d+ {2}1-12 of \d+/)
    expect(user.text().slice(3, -1)).not.toEqual(first.slice(3, -1))
    user.press(...Array.from({ length: 40 }, () => 'right'), 'G')
    const [, last, all] = /columns \d+-(\d+) of (\d+)/.exec(user.text().at(-1) ?? '') ?? []
    expect(last).toBe(all)
    user.press(...Array.from({ length: 40 }, () => 'left'), 'g')
    expect(user.text()).toEqual(first)
    user.stop()
  })

  it('is scrolled in its tab', () => {
    const user = cluster(120, 16, 'overview')
    user.press('tab', ']')
    const first = user.text()
    user.press('j', 'j', 'L')
    const moved = user.text()
    expect(moved.at(-1)).toMatch(/columns 9-\d+ of \d+ {2}3-\d+ of \d+/)
    expect(moved.slice(4, -1)).not.toEqual(first.slice(4, -1))
    user.press('H', 'g')
    expect(user.text()).toEqual(first)
    user.stop()
  })
})
