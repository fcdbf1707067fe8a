import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { liveSession } from '../../src/commands/live-session.ts'
import { fakeDocker } from '../support/fake-docker.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-session-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

function start(docker: { dockerHost: string; callMs?: number } | undefined): ReturnType<typeof liveSession> {
  const session = liveSession({ netnsDirs: [directory], onlyNetnsDirs: true }, docker)
  ends.push(session.ended)
  return session
}

const waiting = { timeout: 30_000, interval: 10 }

describe('the session of a live screen', () => {
  it('asks the daemon when the screen is there, and joins what it tells', async () => {
    const fake = await fakeDocker('26.1-manager')
    ends.push(fake.close)
    const session = start({ dockerHost: fake.socket })
    await vi.waitFor(() => expect(session.status().collecting).toBe(false), waiting)
    expect(fake.requests).toEqual([])
    expect(session.status().asking).toBe(true)
    session.setVisible({ namespaceId: undefined, tab: undefined })
    const heard = vi.fn<() => void>()
    session.subscribe(heard)
    await vi.waitFor(() => {
      const { docker } = session.snapshot()
      // Each list comes when it is read.
      expect([docker?.networks?.length, docker?.containers?.length, docker?.services?.length]).toEqual([
        6, 4, 4,
      ])
      expect([docker?.tasks?.length, docker?.nodes?.length]).toEqual([8, 2])
    }, waiting)
    await vi.waitFor(() => expect(session.status().asking).toBe(false), waiting)
    expect(heard).toHaveBeenCalled()
    const { docker, sources } = session.snapshot()
    expect(sources.map(({ source }) => source)).toContain('docker.nodes')
    // Until one of its halves changes, a snapshot is the same object: what was made of it is remembered by it.
    expect(session.snapshot()).toBe(session.snapshot())

    await vi.waitFor(() => expect(fake.listeners()).toBe(1), waiting)
    await fake.vanish()
    const statusOf = (name: string): string | undefined =>
      session.snapshot().sources.find(({ source }) => source === name)?.status
    await vi.waitFor(() => expect(statusOf('docker.tasks')).toBe('unavailable'), waiting)
    expect(session.snapshot().docker?.containers).toBe(docker?.containers)
    expect(session.status()).toMatchObject({ asking: false, lastError: undefined })
  })

  it('says why there is no daemon to ask', async () => {
    const session = start({ dockerHost: 'foo://bar' })
    session.setVisible({ namespaceId: undefined, tab: undefined })
    await vi.waitFor(
      () =>
        expect(session.snapshot().sources).toContainEqual(
          expect.objectContaining({
            source: 'docker.version',
            status: 'unavailable',
            reason: expect.stringContaining("'foo://bar' is no address of a Docker daemon"),
          }),
        ),
      waiting,
    )
    expect(session.snapshot()).not.toHaveProperty('docker')
    expect(session.status().asking).toBe(false)
  })

  it('asks nobody when it is told so', async () => {
    const session = start(undefined)
    session.setVisible({ namespaceId: undefined, tab: undefined })
    await vi.waitFor(() => expect(session.status().collecting).toBe(false), waiting)
    expect(session.status().asking).toBe(false)
    expect(session.snapshot().sources.filter(({ source }) => source.startsWith('docker'))).toEqual([])
  })
})
