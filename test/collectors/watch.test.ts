import { execFileSync } from 'node:child_process'
import { readdirSync, watch } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { collectSnapshot } from '../../src/collectors/kernel/collect.ts'
import { startWatch } from '../../src/collectors/kernel/watch.ts'
import type { LinkCounters, WatchCommand, WatchEvent } from '../../src/collectors/kernel/watch-events.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

/** What the watch holds besides the namespaces: the descriptor that hears for all, and the table of mounts. */
const OWN_DESCRIPTORS = 2

describe('startWatch', needs('root', 'program:ip'), () => {
  let netns: TestNetns
  let events: WatchEvent[]
  let command: (command: WatchCommand) => void
  let descriptors: number

  beforeAll(async () => {
    // Kept from the first time on: libuv's inotify descriptor, and each thread's own namespace.
    watch('/').close()
    netns = makeNetns('watch')
    collectSnapshot({ netnsDirs: ['/run/netns'] })
    descriptors = readdirSync('/proc/self/fd').length
    events = []
    command = startWatch({ netnsDirs: ['/run/netns'], onlyNetnsDirs: true }, event => events.push(event))
    await vi.waitUntil(() => events.some(({ kind }) => kind === 'settled'), { timeout: 30_000 })
  })
  afterAll(() => {
    command({ kind: 'stop' })
    netns.remove()
  })
  beforeEach(() => {
    events = []
  })

  function reads(id: string): (WatchEvent & { kind: 'read' })[] {
    return events.filter(event => event.kind === 'read' && event.id === id) as (WatchEvent & {
      kind: 'read'
    })[]
  }

  function linkNames(id: string): string[] {
    return reads(id).flatMap(({ data }) => data.links?.map(({ ifname }) => ifname) ?? [])
  }

  it('reads again what changed, and sends only that', async () => {
    netns.ip('link', 'add', 'fresh0', 'type', 'bridge')
    await expect.poll(() => linkNames(netns.id), { timeout: 30_000 }).toContain('fresh0')
    expect(reads(netns.id).some(({ data }) => data.rules !== undefined)).toBe(false)
  })

  it('reads the sysctls that a trace depends on, and again when they change', async () => {
    const forwarding = (): unknown[] =>
      reads(netns.id).flatMap(({ data }) => data.sysctls?.['net.ipv4.ip_forward'] ?? [])
    expect(forwarding()).toEqual([])
    command({ kind: 'show', id: undefined, parts: [], settingsOf: [netns.id] })
    await expect.poll(forwarding, { timeout: 30_000 }).toEqual(['0'])
    execFileSync('ip', ['netns', 'exec', netns.name, 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1'])
    await expect.poll(forwarding, { timeout: 30_000 }).toEqual(['0', '1'])
    command({ kind: 'show', id: undefined, parts: [] })
  })

  it('sees a route come', async () => {
    netns.ip('link', 'set', 'lo', 'up')
    netns.ip('route', 'add', 'blackhole', '192.0.2.0/24')
    const routes = (): unknown[] => reads(netns.id).flatMap(({ data }) => data.routes ?? [])
    await expect
      .poll(routes, { timeout: 30_000 })
      .toContainEqual(expect.objectContaining({ dst: '192.0.2.0/24', type: 'blackhole' }))
  })

  it('finds a new namespace, and lets it go when its file is gone: its veth peer vanishes too', async () => {
    const other = makeNetns('watched')
    try {
      netns.ip('link', 'add', 'near0', 'type', 'veth', 'peer', 'name', 'far0', 'netns', other.name)
      await expect.poll(() => linkNames(other.id), { timeout: 30_000 }).toContain('far0')
    } finally {
      other.remove()
    }
    await expect
      .poll(() => events.some(event => event.kind === 'gone' && event.id === other.id), { timeout: 30_000 })
      .toBe(true)
    const links = (): string => netns.ip('-br', 'link').toString()
    await expect.poll(links, { timeout: 30_000 }).not.toContain('near0')
  })

  it('reads again what is shown, though no event came', async () => {
    command({ kind: 'show', id: netns.id, parts: ['addresses'] })
    netns.ip('address', 'add', '198.51.100.7/24', 'dev', 'fresh0')
    const addresses = (): unknown[] => reads(netns.id).flatMap(({ data }) => data.addresses ?? [])
    await expect
      .poll(addresses, { timeout: 30_000 })
      .toContainEqual(expect.objectContaining({ local: '198.51.100.7' }))
  })

  it('tells the counters of the links on the screen as they move', async () => {
    netns.ip('link', 'add', 'moving0', 'up', 'type', 'veth', 'peer', 'name', 'moving1')
    netns.ip('link', 'set', 'moving1', 'up')
    const told = (): { ifindex: number; stats64: { tx: { packets: number } } } => {
      const rows: unknown = JSON.parse(netns.ip('-j', '-s', 'link', 'show', 'moving0').toString())
      return (rows as ReturnType<typeof told>[])[0]!
    }
    const { ifindex } = told()
    await expect.poll(() => linkNames(netns.id), { timeout: 30_000 }).toContain('moving0')
    command({ kind: 'show', id: netns.id, parts: ['links', 'addresses'], links: [ifindex] })
    const counters = (): LinkCounters[] =>
      events.flatMap(event => (event.kind === 'counters' && event.id === netns.id ? event.rows : []))
    await expect
      .poll(() => counters()[0], { timeout: 30_000 })
      .toMatchObject({ ifindex, elapsedMs: undefined })
    events = []
    // Announced to its neighbours: the kernel sends packets.
    netns.ip('address', 'add', '2001:db8::1/64', 'dev', 'moving0')
    const sent = (): string => String(told().stats64.tx.packets)
    await expect.poll(() => counters().at(-1)?.stats64.tx.packets === sent(), { timeout: 20_000 }).toBe(true)
    expect(counters().every(row => row.ifindex === ifindex && Number(row.elapsedMs) > 0)).toBe(true)
  })

  it('lets go of every namespace while it is paused, and reads everything again after that', async () => {
    command({ kind: 'pause' })
    expect(events.at(-1)).toEqual({ kind: 'paused' })
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(descriptors + OWN_DESCRIPTORS)
    netns.ip('link', 'add', 'meanwhile0', 'type', 'bridge')
    command({ kind: 'resume' })
    await expect.poll(() => linkNames(netns.id), { timeout: 30_000 }).toContain('meanwhile0')
    events = []
    netns.ip('link', 'add', 'heard0', 'type', 'bridge')
    await expect.poll(() => linkNames(netns.id), { timeout: 30_000 }).toContain('heard0')
  })

  it('reads a namespace as a whole when more happens than its queue holds', async () => {
    const count = 20_000
    const lines = Array.from(
      { length: count },
      (_, index) => `route add blackhole 10.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32`,
    )
    netns.batch(lines)
    const routes = (): number => reads(netns.id).findLast(({ data }) => data.routes)?.data.routes?.length ?? 0
    await expect.poll(routes, { timeout: 30_000 }).toBeGreaterThanOrEqual(count)
  })

  it('leaves no descriptor behind', async () => {
    command({ kind: 'stop' })
    // Handles of libuv close in a later turn of the loop.
    await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(descriptors)
  })
})
