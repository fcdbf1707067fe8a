import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type LiveDocker, startDockerLive } from '../../../src/collectors/docker/start.ts'
import { type FakeDocker, fakeDocker } from '../../support/fake-docker.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

type Broken = { readonly fake: FakeDocker; readonly live: LiveDocker; readonly threads: Worker[] }

/** A real thread and a made-up daemon. */
async function watched(restartMs: number): Promise<Broken> {
  const fake = await fakeDocker('26.1-manager')
  ends.push(fake.close)
  const threads: Worker[] = []
  const start = (): Worker => {
    const thread = new Worker(new URL('../../../src/collectors/docker/worker.ts', import.meta.url), {
      workerData: { mode: 'live', dockerHost: fake.socket },
    })
    threads.push(thread)
    return thread
  }
  const live = startDockerLive({}, () => {}, start, restartMs)
  ends.push(live.stop)
  await until(() => isWhole(live))
  return { fake, live, threads }
}

async function until(is: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(is()).toBe(true), { timeout: 50_000, interval: 10 })
}

function isWhole(live: LiveDocker): boolean {
  const { docker, sources } = live.reading()
  return docker?.tasks !== undefined && sources.length === 8 && sources.every(({ status }) => status === 'ok')
}

describe('a thread that breaks', () => {
  it('is started again, and what it told stays until then', async () => {
    const { live, threads } = await watched(1)
    const { docker } = live.reading()
    await threads[0]!.terminate()
    await until(() => threads.length === 2)
    expect(live.reading().docker).toEqual(docker)
    await until(() => isWhole(live))
    expect(live.reading().docker?.services).toEqual(docker?.services)
  })

  it('is not started again before its time, unless somebody asks; the sources say so', async () => {
    const { live, threads } = await watched(3_600_000)
    const { docker } = live.reading()
    await threads[0]!.terminate()
    await until(() => live.reading().sources.every(({ status }) => status === 'unavailable'))
    expect(live.reading().docker).toBe(docker)
    expect(live.reading().sources[0]?.reason).toMatch(/the thread ended with code 1; asking again in 60 min$/)
    live.refresh()
    expect(threads).toHaveLength(2)
    await until(() => isWhole(live))
  })

  it('is not started again when it was stopped', async () => {
    const { live, threads } = await watched(1)
    await live.stop()
    expect(threads).toHaveLength(1)
    expect(isWhole(live)).toBe(true)
  })
})
