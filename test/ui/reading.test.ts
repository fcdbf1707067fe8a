import { describe, expect, it } from 'vitest'
import { type Snapshot, sourceStatuses } from '../../src/snapshot/index.ts'
import { advance, rate } from '../../src/ui/model/rates.ts'
import { renderOnce } from '../../src/ui/once.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'
import { clusterOf, emptyNamespace, syntheticSnapshot } from './synthetic.ts'
import { scriptedSession, userOf } from './user.tsx'

const snapshot = syntheticSnapshot()
const blue = emptyNamespace('net:[1]', 'other', 'blue')
const sysctlsTab = [']', ']', ']', ']', ']', ']', ']']

function only(namespace: Snapshot['namespaces'][number]): Snapshot {
  return { ...snapshot, namespaces: [namespace] }
}

describe('before anything was read', () => {
  it('says that it is reading, not that there is nothing', () => {
    const nothing = { ...snapshot, namespaces: [] }
    const { session, show } = scriptedSession(nothing)
    const user = userOf(session)
    show(nothing, { collecting: true })
    expect(user.text()[0]).toContain('○ reading')
    expect(user.line('Looking for namespaces…')).toBeDefined()
    expect(user.line('No namespaces.')).toBeUndefined()
    show(nothing, { collecting: false })
    expect(user.text()[0]).toContain('● live')
    expect(user.line('No namespaces.')).toBeDefined()
    user.stop()
  })

  it('shows … for the counts of a namespace that was found and not read', () => {
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session, 80, 24)
    show(only({ ...blue, sources: [] }), { collecting: true })
    expect(user.text()[0]).toContain('○ reading')
    expect(user.text().find(line => line.startsWith('▌'))).toMatch(/^▌. other +blue +… +… +… +… +0$/)
    user.stop()
  })

  it.each([
    [80, 24],
    [200, 60],
  ])('a tab whose source is read when it is opened says so at %ix%i', (columns, rows) => {
    const { conntrack: _, ...rest } = { ...blue, sysctls: {} }
    const sources = blue.sources.filter(({ source }) => !source.startsWith('proc.'))
    const { session, show } = scriptedSession(only({ ...rest, sources }))
    const user = userOf(session, columns, rows)
    user.press('tab', ...sysctlsTab)
    expect(user.line('sysctls: reading…')).toBeDefined()
    expect(user.line('No sysctls.')).toBeUndefined()
    show(only({ ...rest, sources }), { lastError: 'the collector ended' })
    expect(user.line('sysctls: not read yet')).toBeDefined()
    user.stop()
  })
})

describe('while a node is read for the first time', () => {
  const whole = captureSnapshot('docker-26.1-nft', 'node1')
  const unread = { links: [], addresses: [], routes: [], neighbours: [], fdb: [], netfilter: [], sources: [] }
  /** Every other namespace, and of the daemon what came first. */
  const half: Snapshot = {
    ...whole,
    namespaces: whole.namespaces.map((namespace, index) =>
      index % 2 === 0 ? namespace : { ...namespace, ...unread, ipvs: { services: [] } },
    ),
    docker: { ...whole.docker!, containers: [], tasks: [] },
  }

  it('nothing is told that may only not be read yet', () => {
    expect(renderOnce(clusterOf(half), { width: 100, color: false, ascii: false, plain: true })).toMatch(
      /^Problems \d+$/m,
    )
    const { session, show } = scriptedSession({ ...whole, namespaces: [] })
    show({ ...whole, namespaces: [] }, { collecting: true, asking: true })
    const user = userOf(session, 120, 40, 'overview')
    show(half)
    for (const view of ['1', '2', '3', '4', '5', '6']) {
      user.press(view)
      const text = user.text().slice(1).join('\n')
      expect(text, view).not.toMatch(/▲|Problems|contradictions|Warnings/)
      if (view === '1') expect(text).toContain('Being read')
    }
    // All namespaces have rows, and their pairs are not known yet.
    show({ ...half, namespaces: whole.namespaces })
    user.press('1')
    expect(user.line('Being read')).toBeDefined()
    user.stop()
  })

  it.each([
    ['kernel', { collecting: true, asking: false }],
    ['daemon', { collecting: false, asking: true }],
  ])('and it is told at once when the %s was the last', (_, last) => {
    const { session, show } = scriptedSession(half)
    show(half, { collecting: true, asking: true })
    const user = userOf(session, 120, 40, 'overview')
    show(half, last)
    expect(user.line('Being read')).toBeDefined()
    show(whole, { collecting: false, asking: false })
    expect(user.line('Being read')).toBeUndefined()
    expect(user.line('No contradictions')).toBeDefined()
    // What goes wrong later is told, also while something is read again.
    const broken = { ...whole, docker: { ...whole.docker!, containers: [] } }
    show(broken, { collecting: true })
    expect(user.line('Being read')).toBeUndefined()
    user.stop()
  })

  it('a node whose reading broke off is not called whole', () => {
    const { session, show } = scriptedSession(half)
    show(half, { collecting: true })
    const user = userOf(session, 120, 40, 'overview')
    show(half, { collecting: false, lastError: 'reading the kernel failed' })
    expect(user.line('Being read')).toBeDefined()
    user.stop()
  })

  it('a frozen screen keeps what it shows', () => {
    const { session, show } = scriptedSession(half)
    show(half, { collecting: true })
    const user = userOf(session, 120, 40, 'overview')
    user.press('f')
    show(whole, { collecting: false })
    expect(user.line('Being read')).toBeDefined()
    user.press('f')
    expect(user.line('No contradictions')).toBeDefined()
    user.stop()
  })
})

describe('while the daemon is asked for the first time', () => {
  const { docker: _, ...kernel } = captureSnapshot('docker-26.1-nft', 'node1')

  it.each([
    [60, 16],
    [80, 24],
    [120, 40],
    [200, 60],
  ])('one line says so at %ix%i, and the lists do not move when it answers', (columns, rows) => {
    const silent = { ...kernel, sources: kernel.sources.filter(({ source }) => !source.startsWith('docker')) }
    const { session, show } = scriptedSession(silent)
    show(silent, { asking: true })
    const user = userOf(session, columns, rows, 'networks')
    const headings = (): number => user.text().findIndex(line => line.includes(' NAME '))
    const before = headings()
    for (const view of ['1', '2', '3', '4', '5']) {
      user.press(view)
      expect(user.text().filter(line => line.includes('○'))).toHaveLength(1)
      expect(user.text()[1]).toMatch(/○ (?:The Docker API is being asked|asking the Docker API|Docker)/)
      expect(user.text().join('\n')).not.toMatch(/was not asked|no manager/)
    }
    user.press('2')
    show(captureSnapshot('docker-26.1-nft', 'node1'), { asking: false })
    expect(user.line('○')).toBeUndefined()
    expect(headings()).toBe(before)
    user.stop()
  })

  it('and what it did not answer is told when that is known', () => {
    const { session, show } = scriptedSession({ ...kernel, sources: [] })
    show({ ...kernel, sources: [] }, { asking: true })
    const user = userOf(session, 120, 40, 'networks')
    const reason = 'the daemon did not answer within 5 s'
    show({ ...kernel, sources: [{ source: 'docker.version', status: 'timeout', tookMs: 5000, reason }] })
    expect(user.line('docker.version timeout')).toBeUndefined()
    show(
      { ...kernel, sources: [{ source: 'docker.version', status: 'timeout', tookMs: 5000, reason }] },
      { asking: false },
    )
    expect(user.line('docker.version timeout')).toBeDefined()
    user.stop()
  })

  it('and no row moves when it comes, changes, and goes', () => {
    const { session, show } = scriptedSession({ ...kernel, sources: [] })
    const user = userOf(session, 80, 24, 'networks')
    const tell = (reason?: string): string[] => {
      const source = { source: 'docker.version', status: 'timeout', tookMs: 5000, reason } as const
      show({ ...kernel, sources: reason === undefined ? [] : [source] }, { asking: reason === undefined })
      return user.text().slice(2, 12)
    }
    const before = tell()
    expect(before.filter(line => line.includes('overlay'))).not.toEqual([])
    expect(tell('the daemon did not answer within 5 s')).toEqual(before)
    expect(user.line('docker.version timeout: the daemon did not answer within 5 s')).toBeDefined()
    expect(tell(`nothing is at unix:///run/${'d'.repeat(120)}.sock: dockerd does not run`)).toEqual(before)
    expect(user.line('◌ docker.version timeout: nothing is at')).toBeDefined()
    expect(tell()).toEqual(before)
    user.stop()
  })

  it('a daemon that nobody asks is told of as before', () => {
    const user = userOf({ ...kernel, sources: [] }, 120, 40, 'networks')
    expect(user.line('The Docker API was not asked')).toBeDefined()
    user.stop()
  })
})

describe('a namespace that could not be entered', () => {
  it.each(sourceStatuses.filter(status => status !== 'ok'))('is a problem when it is %s', status => {
    const sources = [{ source: 'namespace', status, tookMs: 0, reason: 'socket: EMFILE' }]
    const closed = only({ ...blue, sources })
    const user = userOf(closed, 80, 24)
    expect(user.text()[0]).toContain('▲ 1 problem')
    expect(user.text()[4]).toMatch(/^▌▲ other +blue +\? +\? +\? +\? +0$/)
    user.stop()
    const overview = renderOnce(clusterOf(closed), { width: 100, color: false, ascii: false, plain: true })
    expect(overview).toContain('Sources: 1 of ')
    expect(overview).toContain(`blue namespace ${status}: socket: EMFILE`)
  })
})

describe('the address of a socket', () => {
  const socket = { protocol: 'udp', family: 'inet6', state: 'UNCONN', port: 53, uid: 0, inode: '7' } as const

  it.each([
    [null, '::'],
    [undefined, '::'],
    ['eth0', '::%eth0'],
  ])('bound to the device %s reads %s', (ifname, address) => {
    const sockets = [{ ...socket, address: '::', ...(ifname !== undefined && { ifname }) }]
    const user = userOf(only({ ...blue, sockets }), 120, 24)
    user.press('tab', ...sysctlsTab, ']')
    expect(user.line('udp6')?.split(/ +/)).toContain(address)
    user.stop()
  })
})

describe('the time that a rate is taken over', () => {
  it.each([
    [1000, 1000],
    [4000, 4000],
    [26_000, 4000],
  ])('of readings %i ms apart is %i ms', (apart, elapsed) => {
    const links = syntheticSnapshot().namespaces[0]?.links ?? []
    const start = Date.parse(snapshot.takenAt)
    const first = advance(undefined, only({ ...blue, links }), blue.id)
    const takenAt = new Date(start + apart).toISOString()
    const second = advance(first, { ...only({ ...blue, links: [...links] }), takenAt }, blue.id)
    const { at = 0, before } = second?.samples.links ?? {}
    expect(at).toBe(start + apart)
    expect(at - (before?.at ?? 0)).toBe(elapsed)
    expect(rate('0', '89', at - (before?.at ?? 0))).toBeCloseTo(89_000 / elapsed)
  })
})

describe('the rate of a link that is read on its own', () => {
  const links = syntheticSnapshot().namespaces.find(namespace => namespace.links.length > 1)?.links ?? []
  const [first, second] = links
  const before = advance(undefined, only({ ...blue, links }), blue.id)

  it.each([
    [1003, 1003],
    [null, undefined],
    [undefined, 2000],
  ])('is taken over the time that its collector tells: %s ms', (told, elapsed) => {
    const read = { ...first! }
    const takenAt = new Date(Date.parse(snapshot.takenAt) + 2000).toISOString()
    const next = { ...only({ ...blue, links: [read, ...links.slice(1)] }), takenAt }
    const history = advance(before, next, blue.id, link => (link === read ? told : undefined))
    expect(history?.links.get(read.ifindex)?.elapsed).toBe(elapsed)
    // Not read again: nothing is said of it.
    expect(history?.links.has(second!.ifindex)).toBe(false)
  })
})
