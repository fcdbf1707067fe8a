import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { exportDot } from '../../src/export/dot.ts'
import { exportMarkdown } from '../../src/export/markdown.ts'
import { exportMermaid } from '../../src/export/mermaid.ts'
import { pictureOf } from '../../src/export/picture.ts'
import { exportSvg } from '../../src/export/svg.ts'
import { buildGraph } from '../../src/graph/build.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { capturedSnapshots } from '../support/cluster-captures.ts'
import { needs } from '../support/needs.ts'
import { captureCluster, captures } from '../support/swarm-capture.ts'

/** Names that are trouble in one format or another. */
const hostileNames = [
  '"]; rm -rf / #',
  'a"b\\N\\',
  '</text><script>alert(1)</script>',
  '| a | b |\n# heading',
  '&amp;&lt;&#34;',
  '\x1b[31mred\u202e',
  '[link](javascript:alert(1)) *x* `y` <img>',
  '--> x["y"] %% end',
  '名'.repeat(5000),
  "'\\",
  '',
]

/** A cluster in which services, networks, containers and hosts have such names. */
function hostile(): Snapshot[] {
  const nodes = captureCluster('docker-26.1-nft')
  for (const [index, { docker, host }] of nodes.entries()) {
    let at = 0
    const next = (): string => hostileNames[at++ % hostileNames.length]!
    host.hostname = `${hostileNames[0]!}${index}`
    for (const network of docker?.networks ?? []) if (network.Scope === 'local') network.Name = next()
    for (const container of docker?.containers ?? []) container.Name = next()
    for (const service of docker?.services ?? []) service.Spec.Name = next()
    for (const node of docker?.nodes ?? []) node.Hostname = next()
  }
  return nodes
}

const clusters: readonly [string, () => Snapshot[]][] = [
  ...captures.map(({ capture }): [string, () => Snapshot[]] => [capture, () => captureCluster(capture)]),
  ['hostile names', hostile],
  ['nothing', () => []],
]

describe.each(clusters)('%s', (_, read) => {
  const snapshots = read()
  const graph = buildGraph(snapshots)
  const picture = pictureOf(graph)
  const ids = [...picture.boxes, ...picture.groups.flatMap(({ boxes }) => boxes)].map(({ id }) => id)

  it('has every sandbox, network and service once', () => {
    const wanted =
      Object.values(graph.sandboxes).filter(({ kind }) => kind !== 'overlay').length +
      [graph.networks, graph.services, graph.ports].reduce((sum, list) => sum + Object.keys(list).length, 0)
    expect(ids).toHaveLength(wanted)
    expect(new Set(ids).size).toBe(wanted)
  })

  it('is read by Graphviz, with the same nodes and edges', needs('program:dot'), () => {
    const parsed = JSON.parse(
      execFileSync('dot', ['-Tdot_json'], { input: exportDot(graph), encoding: 'utf8' }),
    ) as { objects?: { name: string; label: string; nodes?: number[] }[]; edges?: object[] }
    const names = parsed.objects?.map(({ name }) => name) ?? []
    expect(names.filter(name => !name.startsWith('cluster_')).toSorted()).toEqual(ids.toSorted())
    expect(parsed.edges ?? []).toHaveLength(picture.lines.length)
    const labels = parsed.objects?.map(({ label }) => label) ?? []
    for (const box of picture.boxes) {
      const text = box.text
        .join('\n')
        .replaceAll('&', '&amp;')
        .replaceAll('\\', '\\\\')
        .replaceAll('\n', '\\n')
      expect(labels).toContain(text)
    }
  })

  it('is read by an XML parser, and holds nothing but shapes and text', needs('program:xmllint'), () => {
    const svg = exportSvg(graph)
    const canonical = execFileSync('xmllint', ['--nonet', '--c14n', '-'], { input: svg, encoding: 'utf8' })
    const elements = new Set([...canonical.matchAll(/<([a-z]+)/g)].map(([, name]) => name))
    expect([...elements].filter(name => !['svg', 'title', 'rect', 'text', 'path'].includes(name!))).toEqual(
      [],
    )
    expect(canonical.match(/<rect /g)!.length).toBeGreaterThanOrEqual(ids.length)
  })

  it('keeps to the grammar of a Mermaid flowchart', () => {
    const quoted = '"(?:[\\p{L}\\p{M}\\p{N} .,:/_()+-]|#\\d+;|<br/>)*"'
    const node = `n\\d+(?:>${quoted}\\]|\\[\\[${quoted}\\]\\]|\\(\\[${quoted}\\]\\)|\\[${quoted}\\])`
    const line = new RegExp(
      `^(?:flowchart LR|  ${node}|    ${node}|  subgraph n\\d+\\[${quoted}\\]|  end|  n\\d+ (?:---|-\\.->)(?:\\|${quoted}\\|)? n\\d+)$`,
      'u',
    )
    const lines = exportMermaid(graph).split('\n').slice(0, -1)
    expect(lines.filter(text => !line.test(text))).toEqual([])
    expect(lines[0]).toBe('flowchart LR')
    expect(lines.filter(text => /^ +n\d+[>[(]/.test(text))).toHaveLength(ids.length)
  })

  it('is a report whose tables have as many cells in every row', () => {
    const lines = exportMarkdown(graph, snapshots).split('\n')
    const cells = (line: string): number => line.replaceAll(/\\./g, '').split('|').length
    let columns = 0
    for (const [index, line] of lines.entries()) {
      if (!line.startsWith('|')) continue
      if (!lines[index - 1]?.startsWith('|')) columns = cells(line)
      expect([line.slice(0, 80), cells(line)]).toEqual([line.slice(0, 80), columns])
    }
    // What is no table is a heading, an item or a sentence of ours.
    const others = lines.filter(line => line !== '' && !line.startsWith('|'))
    expect(others.filter(line => !/^(?:# cnmtop report|## |- |None|Everything)/.test(line))).toEqual([])
    // oxlint-disable-next-line no-control-regex
    expect(lines.filter(line => /[\u0000-\u001f\u007f-\u009f\u202e]/.test(line))).toEqual([])
    expect(lines.filter(line => /(?<!\\)<(?!br\/>)/.test(line))).toEqual([])
  })
})

it('speaks of one virtual service as of one', () => {
  const graph = buildGraph(captureCluster('docker-26.1-nft'))
  const sandboxes = Object.entries(graph.sandboxes).map(([id, sandbox]) => [
    id,
    { ...sandbox, virtualServices: sandbox.virtualServices.slice(0, 1) },
  ])
  const text = exportMermaid({ ...graph, sandboxes: Object.fromEntries(sandboxes) })
  expect(text).toContain('>1 virtual service"')
})

describe('the report', () => {
  it('lists what has one name in the order of the nodes, and names as people count', () => {
    const nodes = capturedSnapshots('swarm')
    const text = exportMarkdown(buildGraph(nodes), nodes)
    const local = [...text.matchAll(/^\| (\S+) of (node\d) \|/gm)].map(([, name, node]) => `${name} ${node}`)
    expect(local.length).toBeGreaterThan(8)
    expect(local).toEqual(local.toSorted())
  })

  it('says what could not be read, and why', () => {
    const [one, two] = captureCluster('docker-26.1-nft')
    const text = exportMarkdown(buildGraph([one!, two!]), [one!, two!])
    expect(text).toContain('| node2 |  | docker.services | unavailable | This node is not a swarm manager. |')
    expect(text).toContain('| appnet | overlay | swarm | 10.0.1.0/24 | 4097 | 1450 |')
    expect(text).toContain('| web | vip | 10.0.0.4 on ingress, 10.0.1.2 on appnet |')
  })

  it('says that everything was read only when it was', () => {
    const [one] = captureCluster('docker-26.1-nft')
    expect(exportMarkdown(buildGraph([one!]), [one!])).toContain('Everything was read.')
    one!.namespaces[0]!.sources[0]!.status = 'forbidden'
    expect(exportMarkdown(buildGraph([one!]), [one!])).not.toContain('Everything was read.')
  })
})
