import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { createTheme } from '../../src/ui/components/theme.ts'
import { allObjects } from '../../src/graph/query.ts'
import { placeOfObject, placeOfRow } from '../../src/ui/model/objects.ts'
import { viewNames } from '../../src/ui/model/views/names.ts'
import { views, viewOf } from '../../src/ui/model/views/index.ts'
import { captures, captureSnapshot } from '../support/swarm-capture.ts'
import { screenText, userOf } from './user.tsx'

const snapshot = captureSnapshot('docker-26.1-nft', 'node1')

function dataOf(of: Snapshot): Parameters<(typeof views)[number]['table']>[0] {
  const status = { mode: 'file', collecting: false } as const
  return { snapshot: of, nodes: [of], graph: buildGraph([of]), status, history: undefined }
}

const nodes = captures.flatMap(({ capture, nodes }) => nodes.map(node => [capture, node] as const))

it('the command line knows the views by their names', () => {
  expect(viewNames).toEqual(views.map(({ id }) => id))
})

describe('views of a real Swarm', () => {
  it.each(nodes)('%s %s: every row has an id of its own', (capture, node) => {
    const data = dataOf(captureSnapshot(capture, node))
    for (const view of views) {
      const ids = view.table(data).rows.map(({ id }) => id)
      expect(new Set(ids).size, view.id).toBe(ids.length)
    }
  })

  it.each(nodes)('%s %s: every object that has a place is there', (capture, node) => {
    const data = dataOf(captureSnapshot(capture, node))
    for (const { id, type } of allObjects(data.graph)) {
      const place = placeOfObject(data.graph, id)
      if (type === 'container' || type === 'peer' || type === 'port') continue
      expect(place, id).toBeDefined()
      const ids = viewOf(place?.view ?? '')
        .table(data)
        .rows.map(row => row.id)
      expect(ids, id).toContain(id)
    }
  })

  it.each(nodes)('%s %s: every row of evidence is shown raw where it is said to be', (capture, node) => {
    const data = dataOf(captureSnapshot(capture, node))
    const view = viewOf('namespaces')
    const shown = new Set(view.table(data).rows.map(({ id }) => id))
    const evidence = allObjects(data.graph).flatMap(object => object.evidence)
    expect(evidence.length).toBeGreaterThan(20)
    for (const ref of evidence) {
      const { id, tab = '', row } = placeOfRow(ref)
      expect(shown, JSON.stringify(ref)).toContain(id)
      if (row === undefined) continue
      const rows = view.detail(id, tab, data).table?.rows.map(candidate => candidate.id)
      expect(rows, JSON.stringify(ref)).toContain(row)
    }
  })
})

/** Frames are stored as text beside this file; a change shows as a difference in review. */
describe('frames', () => {
  const sizes = [
    [60, 16],
    [80, 24],
    [120, 40],
    [200, 60],
  ] as const
  const ids = ['overview', 'networks', 'sandboxes', 'endpoints', 'services', 'balancing', 'events']

  it.each(sizes.flatMap(([columns, rows]) => ids.map(id => [id, columns, rows] as const)))(
    '%s at %ix%i',
    async (id, columns, rows) => {
      const user = userOf(snapshot, columns, rows, id)
      user.press('j', 'j')
      const frame = `${user
        .text()
        .map(row => row.trimEnd())
        .join('\n')}\n`
      await expect(frame).toMatchFileSnapshot(`./frames/view-${id}-${columns}x${rows}.txt`)
      user.stop()
    },
  )

  it.each(ids)('%s: no row is wider than the screen', id => {
    for (let columns = 60; columns <= 200; columns += 17) {
      const user = userOf(snapshot, columns, 20, id)
      user.press('j', 'j', 'enter')
      const rows = user.text()
      expect(rows).toHaveLength(20)
      expect(Math.max(...rows.map(row => [...row].length)), `${columns}`).toBeLessThanOrEqual(columns)
      user.stop()
    }
  })
})

describe('what the world names', () => {
  const nasty = '\x1b[2J\x1b]0;pwned\x07\u202e\u200b\n网络' + 'x'.repeat(10_000)

  /** Names of containers, networks, services, nodes and labels, and of the kernel, followed by something nasty. */
  function poison(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(poison)
    if (value === null || typeof value !== 'object') return value
    const named = /^(?:Name|Hostname|name|ifname|Image|Role|Action|message|comment|text)$/
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        typeof inner === 'string' && named.test(key) ? inner + nasty : poison(inner),
      ]),
    )
  }

  const hostile = { ...(poison(snapshot) as Snapshot), takenAt: snapshot.takenAt }

  it.each(views.map(({ id, key }) => [id, key]))(
    'never reaches the view %s, nor breaks a column',
    (_, view) => {
      const user = userOf(hostile, 120, 40, 'overview')
      for (const keys of [
        [view],
        ['j', 'j'],
        ['enter'],
        ['j', 'o'],
        ['escape', 'y'],
        ['escape', 'enter'],
        [':', 'x', 'escape'],
      ]) {
        user.press(...keys)
        const frame = user.text()
        expect(frame.join('\n')).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(frame).toHaveLength(40)
      }
      user.stop()
    },
  )
})

describe('relations', () => {
  it('are followed with Enter, and Esc goes back the same way', () => {
    const user = userOf(snapshot, 120, 40, 'networks')
    user.press('k', '/', ...'appnet', 'enter', 'enter')
    expect(user.text()[1]).toContain(' Networks › appnet ')
    while (!user.line('▌  namespace')) user.press('j')
    user.press('enter')
    expect(user.text()[1]).toMatch(/ Networks › appnet › sandbox /)
    expect(user.text()[2]).toMatch(/ ━━ sandbox /)
    while (!user.line('▌  namespace')) user.press('j')
    user.press('enter')
    expect(user.text()[1]).toMatch(/ Networks › appnet › sandbox .* › namespace 1-/)
    expect(user.text()[2]).toMatch(/ ━━ 1-\w+ overlay/)
    user.press('escape')
    expect(user.text()[1]).toMatch(/ Networks › appnet › sandbox /)
    expect(user.line('▌  namespace')).toBeDefined()
    user.press('escape')
    expect(user.line('▌  namespace')).toBeDefined()
    expect(user.text()[1]).toMatch(/ Networks › appnet +1/)
    expect(user.text()[3]).toContain('hides 5 of 6')
    user.press('escape', 'escape')
    expect(user.text()[2]).toContain('━━ Networks 6 ')
    user.stop()
  })

  it('lead to the very row that proves a statement', () => {
    const user = userOf(snapshot, 120, 40, 'networks')
    user.press('k', 'enter')
    while (!user.line('▌  vxlan')) user.press('j')
    user.press('enter')
    expect(user.text()[1]).toMatch(/ Networks › ingress › namespace 1-/)
    expect(user.line('▌  vxlan0: flags=')).toBeDefined()
    user.stop()
  })

  it('lead to what the API said, too', () => {
    const user = userOf(snapshot, 120, 40, 'networks')
    user.press('k', 'enter')
    while (!user.line('▌  docker networks')) user.press('j')
    user.press('enter')
    expect(user.text()[2]).toContain(' ━━ Docker API 26.1.5')
    expect(user.line('▌  laei7aye')).toContain('ingress')
    user.press('y')
    expect(user.line('"Ingress": true')).toBeDefined()
    user.stop()
  })

  it('have an origin: the rows, their sources, how those are read', () => {
    const user = userOf(snapshot, 120, 40, 'networks')
    user.press('k', 'enter')
    while (!user.line('▌  vxlan')) user.press('j')
    user.press('o')
    expect(user.text()[2]).toContain('━━ Origin ')
    expect(user.line('  links')).toMatch(/in 1-\w+ net:\[/)
    expect(user.line('RTM_GETLINK')).toBeDefined()
    user.stop()
  })
})

describe('wiring', () => {
  it('is drawn beside the list, follows what is chosen, and fills the screen with w', () => {
    const user = userOf(snapshot, 120, 40, 'sandboxes')
    user.press('G', ']')
    expect(user.line('┌ web.3')).toBeDefined()
    user.press('k')
    expect(user.line('┌ web.1')).toBeDefined()
    user.press('w')
    expect(user.text()[2]).toContain('━━ Wiring of web.1')
    expect(user.line('vxlan0 VNI 4097')).toMatch(
      /^│ eth\d .*├─ veth ─+┤ .*├═ VXLAN ═+┤ VTEP 10\.77\.0\.2 node2/,
    )
    user.press('escape', '8', ':', ...'namespace lb_', 'enter', 'w')
    expect(user.text()[2]).toContain('━━ Wiring of lb_')
    user.stop()
  })

  it('is ASCII where it has to be', () => {
    const user = userOf(snapshot, 120, 40, 'sandboxes')
    user.press('G', 'w')
    const text = screenText(user.screen(), createTheme({ color: false, ascii: true })).join('\n')
    expect(text).toMatch(/\| eth\d .*\+- veth -+\+ .*\+= VXLAN =+\+/)
    expect(text).toMatch(/^[ -~\n]*$/)
    user.stop()
  })
})

describe('without Docker', () => {
  const kernelOnly: Snapshot = {
    ...snapshot,
    sources: [
      ...snapshot.sources.filter(({ source }) => !source.startsWith('docker')),
      { source: 'docker', status: 'timeout', tookMs: 2000, reason: 'no answer within 2 s' },
    ],
  }
  delete (kernelOnly as { docker?: unknown }).docker

  it.each(['overview', 'networks', 'sandboxes', 'endpoints'])(
    '%s tells what the kernel knows, and why names are missing',
    id => {
      const user = userOf(kernelOnly, 120, 40, id)
      expect(user.line('docker timeout: no answer within 2 s')).toBeDefined()
      expect(viewOf(id).table(dataOf(kernelOnly)).rows.length).toBeGreaterThan(3)
      user.stop()
    },
  )
})
