/** The thread that reads the kernel breaks, and the next one finds out what happened meanwhile. */
import { writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Live, startLive } from '../../src/collectors/kernel/live.ts'
import { needs } from '../support/needs.ts'
import { makeNetns } from '../support/netns.ts'

const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

const LONG_MS = 3_600_000

async function watched(restartMs: number): Promise<{ live: Live; threads: Worker[] }> {
  const options = { netnsDirs: ['/run/netns'], onlyNetnsDirs: true }
  const threads: Worker[] = []
  const start = (): Worker => {
    const file = new URL('../../src/collectors/kernel/worker.ts', import.meta.url)
    const thread = new Worker(file, { workerData: options })
    threads.push(thread)
    return thread
  }
  const live = startLive(options, start, restartMs)
  ends.push(() => live.stop())
  await until(() => live.state().settled)
  return { live, threads }
}

async function until(is: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(is()).toBe(true), { timeout: 20_000, interval: 10 })
}

function linksOf(live: Live, id: string): string[] | undefined {
  return live
    .snapshot()
    .namespaces.find(namespace => namespace.id === id)
    ?.links.map(({ ifname }) => ifname)
}

describe('a thread that reads the kernel and breaks', needs('root', 'program:ip'), () => {
  it('is started again: what was read stays, what came is there, and what went is gone', async () => {
    const [kept, lost] = [makeNetns('kept'), makeNetns('lost')]
    ends.push(
      () => kept.remove(),
      () => lost.remove(),
    )
    kept.ip('link', 'add', 'before0', 'type', 'bridge')
    const { live, threads } = await watched(LONG_MS)
    expect(linksOf(live, kept.id)).toContain('before0')
    expect(linksOf(live, lost.id)).toEqual(['lo'])

    await threads[0]!.terminate()
    await until(() => live.state().failure !== undefined)
    expect(live.state()).toMatchObject({
      settled: false,
      failure: 'reading the kernel failed: the thread ended with code 1; reading again in 60 min',
    })
    lost.remove()
    kept.ip('link', 'add', 'after0', 'type', 'bridge')
    expect(linksOf(live, kept.id)).toContain('before0')
    expect(linksOf(live, lost.id)).toEqual(['lo'])

    live.command({ kind: 'refresh' })
    expect(threads).toHaveLength(2)
    await until(() => live.state().settled)
    expect(live.state().failure).toBeUndefined()
    expect(linksOf(live, kept.id)).toEqual(expect.arrayContaining(['before0', 'after0']))
    expect(linksOf(live, lost.id)).toBeUndefined()
  })

  it('is started again by itself, and told again what is on the screen', async () => {
    const netns = makeNetns('shown')
    ends.push(() => netns.remove())
    const { live, threads } = await watched(1)
    const seen = (): string | undefined => {
      const { namespaces } = live.snapshot()
      return namespaces.find(({ id }) => id === netns.id)?.sysctls['net.ipv4.ip_forward']
    }
    expect(seen()).toBeUndefined()
    live.command({ kind: 'show', id: netns.id, parts: ['sysctls'] })
    await until(() => seen() === '0')
    await threads[0]!.terminate()
    netns.run(() => writeFileSync('/proc/sys/net/ipv4/ip_forward', '1'))
    await until(() => seen() === '1')
    expect(threads).toHaveLength(2)
  })

  it('holds nobody up that pauses, goes on or ends meanwhile', async () => {
    const { live, threads } = await watched(LONG_MS)
    await threads[0]!.terminate()
    await until(() => live.state().failure !== undefined)
    await live.pause()
    expect(threads).toHaveLength(1)
    live.resume()
    expect(threads).toHaveLength(2)
    await until(() => live.state().settled)
    await threads[1]!.terminate()
    await until(() => live.state().failure !== undefined)
    await live.stop()
    expect(threads).toHaveLength(2)
  })
})
