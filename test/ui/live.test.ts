import { describe, expect, it } from 'vitest'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import { advanceChanges, CHANGE_MS, withGone } from '../../src/ui/model/changes.ts'
import { advanceSeries, SERIES_LENGTH, sparkline } from '../../src/ui/model/series.ts'
import { tabTable } from '../../src/ui/model/tabs/index.ts'
import { cellRow, type Table, worldCell } from '../../src/ui/model/table.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'
import { emptyNamespace } from './synthetic.ts'
import { scriptedSession, userOf } from './user.tsx'

const snapshot = captureSnapshot('docker-26.1-nft', 'node1')

function tableOf(rows: Readonly<Record<string, readonly [string, string]>>): Table {
  return {
    columns: [
      { id: 'a', title: 'A' },
      { id: 'n', title: 'N', isCounter: true },
    ],
    rows: Object.entries(rows).map(([id, cells]) =>
      cellRow(
        id,
        cells.map(text => worldCell(text)),
        null,
      ),
    ),
  }
}

describe('changes of a list', () => {
  const first = tableOf({ a: ['one', '1'], b: ['two', '1'], c: ['three', '1'] })
  const seen = advanceChanges(undefined, 'list', first, 0)
  const told = (changes: typeof seen): Record<string, string> =>
    Object.fromEntries([...changes.rows].map(([id, { change }]) => [id, change]))

  it('are told by id, and counters alone are none', () => {
    const next = tableOf({ a: ['one', '99'], c: ['THREE', '1'], d: ['four', '1'] })
    expect(told(advanceChanges(seen, 'list', next, 1000))).toEqual({ b: 'removed', c: 'changed', d: 'added' })
  })

  it('are over after a while', () => {
    const next = tableOf({ a: ['one', '1'], b: ['2', '1'] })
    const changed = advanceChanges(seen, 'list', next, 1000)
    expect(advanceChanges(changed, 'list', next, 999 + CHANGE_MS)).toBe(changed)
    const over = advanceChanges(changed, 'list', next, 1000 + CHANGE_MS)
    expect(told(over)).toEqual({})
    expect(over.gone).toEqual([])
  })

  it('are none in another list, or when nearly everything is another', () => {
    expect(told(advanceChanges(seen, 'other', tableOf({ z: ['', ''] }), 1000))).toEqual({})
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`x${i}`, ['', ''] as const]))
    expect(told(advanceChanges(seen, 'list', tableOf(many), 1000))).toEqual({})
  })

  it('leave what is gone where it was', () => {
    const next = tableOf({ b: ['two', '1'], e: ['five', '1'] })
    const changed = advanceChanges(seen, 'list', next, 1000)
    expect(withGone(next, changed).rows.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'e'])
    const later = advanceChanges(changed, 'list', tableOf({ e: ['five', '1'] }), 2000)
    expect(withGone(later.table, later).rows.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'e'])
  })
})

describe('rates over time', () => {
  const links = snapshot.namespaces[0]?.links ?? []
  const moved = (bytes: number): Namespace['links'] =>
    links.map(link => ({
      ...link,
      stats64: link.stats64 && { ...link.stats64, rx: { ...link.stats64.rx, bytes: String(bytes) } },
    })) as Namespace['links']
  const namespace = emptyNamespace('net:[1]', 'host', 'host')

  it('are taken about once a second, and no longer than they are shown', () => {
    let series = advanceSeries(undefined, { ...namespace, links: moved(0) }, 0)
    for (let second = 1; second <= 30; second++) {
      const next = { ...namespace, links: moved(second * 1000) }
      series = advanceSeries(series, next, second * 1000)
      expect(advanceSeries(series, next, second * 1000 + 100)).toBe(series)
    }
    const of = series?.byKey.get(String(links[0]?.ifindex)) ?? []
    expect(of).toHaveLength(SERIES_LENGTH)
    expect(new Set(of)).toEqual(new Set([1000]))
  })

  it('of what stood still for as long as they tell are gone', () => {
    const still = moved(1000)
    let series = advanceSeries(undefined, { ...namespace, links: moved(0) }, 0)
    series = advanceSeries(series, { ...namespace, links: still }, 1000)
    expect(series?.byKey.size).toBe(links.length)
    for (let second = 2; second <= SERIES_LENGTH; second++) {
      series = advanceSeries(series, { ...namespace, links: still }, second * 1000)
      expect(series?.byKey.get(String(links[0]?.ifindex))?.at(-1)).toBe(0)
    }
    series = advanceSeries(series, { ...namespace, links: still }, (SERIES_LENGTH + 1) * 1000)
    expect(series?.byKey.size).toBe(0)
    const next = advanceSeries(series, { ...namespace, links: still }, (SERIES_LENGTH + 2) * 1000)
    expect(next?.byKey).toBe(series?.byKey)
  })

  it('of another namespace begin anew', () => {
    const series = advanceSeries(undefined, { ...namespace, links: moved(0) }, 0)
    expect(advanceSeries(series, { ...namespace, id: 'net:[2]' }, 5000)?.byKey.size).toBe(0)
    expect(advanceSeries(series, undefined, 5000)).toBeUndefined()
  })

  it.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], ' ▁▂▃▄▅▆▇'],
    [[100, 0, 1], '▇ ▁'],
    [[0, 0], ''],
    [undefined, ''],
  ])('%j are drawn as %j', (series, drawn) => {
    expect(sparkline(series)).toBe(drawn)
  })
})

describe('rows of interfaces', () => {
  it('stay while nothing that they tell has changed', () => {
    const host =
      snapshot.namespaces.find(({ kind }) => kind === 'host') ?? emptyNamespace('net:[1]', 'host', 'host')
    const tableOf = (namespace: Namespace): Table =>
      tabTable('interfaces', { namespace, history: undefined, nameOf: id => id })
    const before = tableOf(host).rows
    const [first, ...others] = host.links
    if (!first) throw new Error('the capture has no links')
    const after = tableOf({ ...host, links: [{ ...first, mtu: 9000 }, ...others] }).rows
    expect(after[0]).not.toBe(before[0])
    expect(after[0]?.says).toContain('9000')
    expect(others.length).toBeGreaterThan(0)
    for (const index of others.keys()) expect(after[index + 1]).toBe(before[index + 1])
  })
})

describe('a live screen', () => {
  const [gone, ...rest] = snapshot.namespaces.filter(({ kind }) => kind === 'container')
  const without: Snapshot = {
    ...snapshot,
    namespaces: snapshot.namespaces.filter(({ id }) => id !== gone?.id),
  }

  it('marks what comes and goes, and keeps what is chosen', () => {
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session, 120, 40)
    const name = rest[0]?.name ?? ''
    user.press('/', ...name, 'enter', 'escape')
    expect(user.line(`▌  container  ${name}`)).toBeDefined()
    show(without)
    expect(user.line(` - container  ${gone?.name}`)).toBeDefined()
    expect(user.line(`▌  container  ${name}`)).toBeDefined()
    show(snapshot)
    expect(user.line(` + container  ${gone?.name}`)).toBeDefined()
    expect(user.line(`▌  container  ${name}`)).toBeDefined()
    user.stop()
  })

  it('does not mark what is read for the first time, nor names that the daemon adds', () => {
    const { docker: _, ...kernelOnly } = snapshot
    const { session, show } = scriptedSession({ ...kernelOnly, namespaces: [] })
    const user = userOf(session, 120, 40, 'sandboxes')
    show(kernelOnly, { collecting: true })
    show(snapshot)
    expect(user.text().filter(line => /^.[+~-] /.test(line))).toEqual([])
    user.stop()
  })

  it.each(['networks', 'sandboxes', 'endpoints', 'namespaces'])(
    'does not mark in %s what comes in parts while it is read for the first time',
    view => {
      const { docker: _, ...kernelOnly } = snapshot
      const first = (count: number): Snapshot => ({
        ...kernelOnly,
        namespaces: kernelOnly.namespaces.map((namespace, index) =>
          index < count
            ? namespace
            : { ...emptyNamespace(namespace.id, namespace.kind, namespace.name), sources: [] },
        ),
      })
      const { session, show } = scriptedSession({ ...kernelOnly, namespaces: [] })
      const user = userOf(session, 120, 40, view)
      for (const count of [0, 1, 2, kernelOnly.namespaces.length]) {
        show(first(count), { collecting: count < kernelOnly.namespaces.length })
        expect(user.text().filter(line => /^.[+~-] /.test(line))).toEqual([])
      }
      user.stop()
    },
  )

  it('counts nothing while nothing was found', () => {
    const { session, show } = scriptedSession({ ...snapshot, namespaces: [] })
    const user = userOf(session, 120, 40)
    show({ ...snapshot, namespaces: [] }, { collecting: true })
    expect(user.text()[0]).toMatch(/^ cnmtop +\S+ +\S+ +○ reading/)
    show(snapshot)
    expect(user.text()[0]).toContain(`${snapshot.namespaces.length} namespaces`)
    user.stop()
  })

  it('marks nothing for counters', () => {
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session, 200, 40, 'balancing')
    user.press('j')
    const busier = snapshot.namespaces.map(namespace => ({
      ...namespace,
      ipvs: {
        ...namespace.ipvs,
        services: namespace.ipvs.services.map(service => ({
          ...service,
          stats: { ...service.stats, inPps: '1234' },
          realServers: service.realServers.map(server => ({ ...server, activeConns: 7 })),
        })),
      },
    }))
    show({ ...snapshot, namespaces: busier })
    expect(user.line('1234')).toBeDefined()
    expect(user.text().filter(line => /^.[+~-] /.test(line))).toEqual([])
    user.stop()
  })

  it('marks a real server that gets no more connections', () => {
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session, 200, 40, 'balancing')
    user.press('j')
    const drained = snapshot.namespaces.map(namespace => ({
      ...namespace,
      ipvs: {
        ...namespace.ipvs,
        services: namespace.ipvs.services.map(service => ({
          ...service,
          realServers: service.realServers.map(server =>
            server.address === '10.0.1.9' ? { ...server, weight: 0, activeConns: 2 } : server,
          ),
        })),
      },
    }))
    show({ ...snapshot, namespaces: drained })
    expect(user.line('api.1 on node2')).toMatch(/^ ~ .*draining/)
    user.stop()
  })
})

describe('events', () => {
  const event = (time: string, Type: string, Action: string, ID: string, name: string) => ({
    time: `2026-11-23T05:56:${time}Z`,
    Type,
    Action,
    scope: 'local',
    Actor: { ID, Attributes: { name } },
  })
  const { docker } = snapshot
  if (!docker) throw new Error('the capture has no Docker')
  const network = docker.networks?.find(({ Name }) => Name === 'appnet')?.Id ?? ''
  const eventful: Snapshot = {
    ...snapshot,
    docker: {
      ...docker,
      events: [
        event('01.000', 'container', 'start', 'f00', 'web\x1b[2J'),
        event('02.500', 'network', 'connect', network, 'appnet'),
      ],
    },
  }

  it('are told the newest first, with names made harmless', () => {
    const user = userOf(eventful, 120, 30, 'events')
    const rows = user.text().slice(4, 6)
    expect(rows[0]).toMatch(/05:56:02.500 +network +connect +appnet/)
    expect(rows[1]).toMatch(/05:56:01.000 +container +start +web\\x1b\[2J/)
    user.stop()
  })

  it('lead to what they are about', () => {
    const user = userOf(eventful, 120, 30, 'events')
    user.press('k', 'enter')
    while (!user.line('▌  network')) user.press('j')
    user.press('enter')
    expect(user.text()[1]).toContain(' Events › network connect appnet › network appnet')
    user.stop()
  })

  it('hold namespaces that come and go, and not those that are read for the first time', () => {
    const { session, show } = scriptedSession({ ...snapshot, namespaces: [] })
    const user = userOf(session, 120, 30, 'events')
    show(snapshot)
    expect(user.text()[2]).toContain('Events 0')
    const [first, ...others] = snapshot.namespaces
    show({ ...snapshot, namespaces: others })
    expect(user.line(`gone     ${first?.name}`)).toBeDefined()
    show(snapshot)
    expect(user.text()[2]).toContain('Events 2')
    user.press('k', 'enter')
    while (!user.line('▌  namespace')) user.press('j')
    user.press('enter')
    expect(user.text()[1]).toContain(`› namespace ${first?.name}`)
    user.stop()
  })
})

describe('a daemon that is away', () => {
  const away: Snapshot = {
    ...snapshot,
    docker: snapshot.docker && { ...snapshot.docker, readAt: '2026-11-23T05:20:03Z' },
    sources: [{ source: 'docker.version', status: 'timeout', tookMs: 2000, reason: 'no answer within 2 s' }],
  }

  it('is told on every view, and what it told last stays', () => {
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session, 140, 40, 'services')
    expect(user.text()[1]).toContain('5 Services')
    show(away)
    expect(user.text()[1]).toContain('▲ Docker is away for 10 s (timeout): what it told last is shown')
    expect(user.line('docker.version timeout: no answer within 2 s')).toBeDefined()
    expect(user.line('api.1')).toBeDefined()
    user.resize(80, 24)
    expect(user.text()[1]).toContain('▲ Docker is away for 10 s')
    show(snapshot)
    expect(user.text()[1]).not.toContain('Docker is away')
    user.stop()
  })

  it('has its sources told, with their times', () => {
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session, 200, 40, 'overview')
    user.press('k', ']', ']')
    show(away)
    expect(user.line('✖ timeout')).toMatch(/docker.version +✖ timeout +05:20:03 .* no answer within 2 s/)
    expect(user.line('rtnl.links')).toMatch(/✔ ok +05:20:15 .* in 9 namespaces/)
    user.stop()
  })
})
