import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import { allObjects } from '../../src/graph/query.ts'
import { selectWiring } from '../../src/graph/wiring.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { viewport } from '../../src/ui/model/canvas.ts'
import { type Line, lineText } from '../../src/ui/model/span.ts'
import { wiringLines } from '../../src/ui/model/wiring.ts'
import { width } from '../../src/util/width.ts'
import { captureCluster } from '../support/swarm-capture.ts'

/** The node of the seed text, as the lab builds it: see fixtures/swarm/README.md. */
const packed = readFileSync(new URL('../../fixtures/swarm/lab-default-node.json.gz', import.meta.url))
const seed = buildGraph([JSON.parse(gunzipSync(packed).toString()) as Snapshot])
const cluster = buildGraph(captureCluster('docker-26.1-nft'))

const container = 'sandbox:swarm-node1/42c9d6e05b1f'

function drawing(graph: typeof seed, id: string, columns: number, ascii = false): string {
  const wiring = selectWiring(graph, id)
  if (!wiring) throw new Error(`no ${id}`)
  return text(wiringLines(wiring, { columns, ascii }))
}

function text(lines: readonly Line[]): string {
  return `${lines.map(line => lineText(line).trimEnd()).join('\n')}\n`
}

const appnet = Object.values(cluster.networks).find(({ name }) => name === 'appnet')?.id ?? ''

describe('a drawing of the wiring', () => {
  it.each([
    ['seed-120', seed, container, 120, false],
    ['seed-80-ascii', seed, container, 80, true],
    ['ingress-120', cluster, 'sandbox:node1/ingress_sbox', 120, false],
    ['network-120', cluster, appnet, 120, false],
    ['port-120', cluster, 'port:ingress/tcp/8080', 120, false],
    ['task-120', cluster, 'task:dbb48ysbdcvdfjuv3h12p8a2l', 120, false],
  ] as const)('%s', async (name, graph, id, columns, ascii) => {
    await expect(drawing(graph, id, columns, ascii)).toMatchFileSnapshot(`frames/wiring-${name}.txt`)
  })

  it('shows the three interfaces of the seed, each with its network, in 120 columns', () => {
    const lines = drawing(seed, container, 120).split('\n')
    expect(Math.max(...lines.map(line => width(line)))).toBeLessThanOrEqual(120)
    for (const words of [
      ['eth0 10.255.0.7/16', 'veth1', 'VNI 4096', '172.16.100.20'],
      ['eth1 172.18.0.5/16', 'docker_gwbridge', 'routes'],
      ['eth2 192.168.10.9/24', 'veth2', 'VNI 4097', '172.16.100.20'],
    ])
      expect(
        lines.some(line => words.every(word => line.includes(word))),
        words.join(),
      ).toBe(true)
  })

  it.each([60, 80, 120, 200])('fits %i columns, or as many as its narrowest boxes take', columns => {
    for (const graph of [seed, cluster]) {
      for (const { id } of allObjects(graph)) {
        const widest = Math.max(
          0,
          ...drawing(graph, id, columns)
            .split('\n')
            .map(line => width(line)),
        )
        expect(widest, id).toBeLessThanOrEqual(Math.max(columns, 3 * 20 + 2 * 3))
      }
    }
  })

  it.each([60, 80, 120, 200])('cuts nothing in %i columns: what is too wide goes on below', columns => {
    for (const graph of [seed, cluster]) {
      for (const { id } of allObjects(graph)) {
        const drawn = drawing(graph, id, columns)
        const inside = drawn.split('\n').filter(line => !line.includes('┌'))
        expect(inside.join('\n'), id).not.toContain('…')
        for (const lane of selectWiring(graph, id)?.lanes ?? []) {
          for (const part of [lane.left, lane.middle, lane.right]) {
            // The narrowest boxes have room for sixteen columns.
            const words = part?.lines.join(' ').split(' ') ?? []
            for (const word of words.filter(({ length }) => length <= 16)) expect(drawn, id).toContain(word)
          }
        }
      }
    }
  })

  it('of a name as long as the world wants is cut all the same', () => {
    const long = 'x'.repeat(10_000)
    const part = { box: 'b', title: long, tone: 'sandbox', lines: [long] } as const
    const lines = wiringLines(
      { title: '', lanes: [{ left: part, middle: part, right: part, isChosen: false }] },
      { columns: 80, ascii: false },
    )
    expect(lines.length).toBeLessThan(20)
    expect(Math.max(...lines.map(line => width(lineText(line))))).toBeLessThanOrEqual(80)
  })

  it('holds nothing but ASCII on demand', () => {
    for (const columns of [60, 200])
      for (const { id } of allObjects(cluster))
        expect(drawing(cluster, id, columns, true)).toMatch(/^[\n -~]*$/)
  })

  it('leaves no wire loose: each one begins and ends at a border', () => {
    for (const graph of [seed, cluster]) {
      for (const { id } of allObjects(graph)) {
        for (const line of drawing(graph, id, 120).split('\n')) {
          expect([...line].filter(c => c === '├').length, line).toBe([...line].filter(c => c === '┤').length)
        }
      }
    }
  })

  it('never shows names of the world as they are', () => {
    const hostile = captureCluster('docker-26.1-nft').map(snapshot => ({
      ...snapshot,
      docker: snapshot.docker && {
        ...snapshot.docker,
        networks: snapshot.docker.networks?.map(network => ({
          ...network,
          Name: `\u001B[31m\u202E世界${network.Name}`,
        })),
      },
    }))
    const graph = buildGraph(hostile)
    for (const { id } of allObjects(graph)) {
      const lines = drawing(graph, id, 120).split('\n')
      for (const character of ['\u001B', '\u202E']) expect(lines.join('')).not.toContain(character)
      expect(Math.max(...lines.map(line => width(line)))).toBeLessThanOrEqual(120)
    }
  })

  it('is cut to what a screen shows', () => {
    const wiring = selectWiring(seed, container)
    const lines = wiring ? wiringLines(wiring, { columns: 120, ascii: false }) : []
    const whole = text(lines).split('\n')
    const part = text(viewport(lines, { top: 1, left: 2, columns: 30, rows: 3 })).split('\n')
    expect(part.slice(0, 3)).toEqual(whole.slice(1, 4).map(line => line.slice(2, 32).trimEnd()))
    expect(viewport(lines, { top: 100, left: 0, columns: 30, rows: 3 })).toEqual([])
  })

  it('is none for an id that is none', () => {
    expect(selectWiring(seed, 'sandbox:nowhere')).toBeUndefined()
  })
})
