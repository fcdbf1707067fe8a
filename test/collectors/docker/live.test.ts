import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDockerClient } from '../../../src/collectors/docker/client.ts'
import type { DockerReading } from '../../../src/collectors/docker/collect.ts'
import { createReceiver, createSender } from '../../../src/collectors/docker/delta.ts'
import { parseEvents } from '../../../src/collectors/docker/events.ts'
import { parseDockerHost } from '../../../src/collectors/docker/host.ts'
import { type LiveOptions, watchDocker } from '../../../src/collectors/docker/live.ts'
import type { DockerContainer, DockerTask } from '../../../src/snapshot/index.ts'
import { dockerSchema } from '../../../src/snapshot/schema/docker.ts'
import type { DockerFixture } from '../../support/docker-fixture.ts'
import { type FakeDocker, fakeDocker } from '../../support/fake-docker.ts'
import { patiently } from '../../support/patiently.ts'

const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

type Watched = {
  readonly fake: FakeDocker
  readonly readings: DockerReading[]
  readonly now: () => DockerReading
  /** Waits until the last reading is so; no time is asserted. */
  readonly until: (is: (reading: DockerReading) => boolean) => Promise<DockerReading>
  readonly refresh: () => void
}

/** Nothing happens by itself: only events, `refresh` and what an option says. */
const still = { fullMs: 3_600_000, pingMs: 3_600_000, settleMs: 1, echoMs: 3_600_000, firstRetryMs: 20 }

async function watch(options: LiveOptions = {}, fixture: DockerFixture = '26.1-manager'): Promise<Watched> {
  const fake = await fakeDocker(fixture)
  ends.push(fake.close)
  const client = await createDockerClient(parseDockerHost(fake.socket))
  const readings: DockerReading[] = []
  const watcher = watchDocker(client, reading => readings.push(reading), { ...still, ...options })
  ends.push(watcher.stop)
  const now = (): DockerReading => readings.at(-1) ?? { docker: undefined, sources: [] }
  return {
    fake,
    readings,
    now,
    refresh: watcher.refresh,
    async until(is) {
      await vi.waitFor(() => expect(is(now())).toBe(true), { timeout: 30_000, interval: 5 })
      return now()
    },
  }
}

const isWhole = ({ docker, sources }: DockerReading): boolean =>
  docker?.nodes !== undefined &&
  docker.tasks !== undefined &&
  docker.services !== undefined &&
  docker.containers !== undefined &&
  docker.networks !== undefined &&
  sources.length === 8 &&
  sources.every(({ status }) => status === 'ok')

const statuses = ({ sources }: DockerReading): string[] => [...new Set(sources.map(({ status }) => status))]

function event(Type: string, Action: string, ID: string, attributes: Record<string, string> = {}): unknown {
  return { Type, Action, Actor: { ID, Attributes: attributes }, scope: 'local', timeNano: Date.now() * 1e6 }
}

describe('a daemon that is watched', () => {
  it('tells everything at the beginning', async () => {
    const { until } = await watch()
    const { docker } = await until(isWhole)
    expect(dockerSchema.parse(docker)).toEqual(docker)
    expect(docker).toMatchObject({ version: { ApiVersion: '1.45' }, events: [] })
  })

  it('is asked again only for the container that an event names', async () => {
    const { fake, until } = await watch()
    const before = await until(isWhole)
    const { Id, Name } = before.docker!.containers![0]!
    const answer = fake.answers[`/containers/${Id}/json`] as { State: { Status: string } }
    answer.State.Status = 'paused'
    await patiently(() => expect(fake.listeners()).toBe(1))
    fake.requests.length = 0
    fake.tell(event('container', 'pause', Id, { name: Name }))
    const after = await until(({ docker }) => docker?.containers?.[0]?.State.Status === 'paused')
    expect(fake.requests).toEqual(['/v1.45/containers/json?all=1', `/v1.45/containers/${Id}/json`])
    // What did not change is the object of before.
    expect(after.docker?.containers?.[1]).toBe(before.docker?.containers?.[1])
    expect(after.docker?.networks).toBe(before.docker?.networks)
    expect(after.docker?.events?.map(({ Action, Actor }) => [Action, Actor.ID])).toEqual([['pause', Id]])
  })

  it('tells what comes and what goes', async () => {
    const { fake, until } = await watch()
    const before = await until(isWhole)
    const list = fake.answers['/containers/json?all=1'] as { Id: string }[]
    const [gone] = list.splice(0, 1)
    const Id = 'f'.repeat(64)
    list.push({ ...list[0]!, Id })
    fake.answers[`/containers/${Id}/json`] = {
      ...(fake.answers[`/containers/${list[0]!.Id}/json`] as DockerContainer),
      Id,
    }
    fake.tell(event('container', 'destroy', gone!.Id))
    fake.tell(event('container', 'start', Id))
    const { docker } = await until(reading => reading.docker?.containers?.at(-1)?.Id === Id)
    expect(docker?.containers).toHaveLength(before.docker!.containers!.length)
    expect(docker?.containers?.some(row => row.Id === gone!.Id)).toBe(false)
  })

  it('is asked for services, tasks and overlays when a service changes, and once more a little later', async () => {
    const { fake, until } = await watch({ echoMs: 50 })
    await until(isWhole)
    fake.requests.length = 0
    fake.tell(event('service', 'update', 'lslmhyf0zxadmjowthi6oa09h', { name: 'web' }))
    const asked = (path: RegExp): number => fake.requests.filter(request => path.test(request)).length
    await vi.waitFor(() => expect(asked(/\/tasks/)).toBe(2), { timeout: 30_000 })
    expect(asked(/\/services\?status=true/)).toBe(2)
    // The overlays appnet and ingress; no bridge.
    await vi.waitFor(() => expect(asked(/\/networks\/\w+\?verbose=true/)).toBe(4), { timeout: 30_000 })
    expect(asked(/\/containers/)).toBe(0)
  })

  it('is asked for nothing by what runs inside of containers', async () => {
    const { fake, until } = await watch()
    await until(isWhole)
    fake.requests.length = 0
    fake.tell(event('container', 'exec_create: sh -c secret', 'c1'))
    fake.tell(event('network', 'connect', 'n1', { container: 'c2', name: 'x' }))
    const { docker } = await until(reading => (reading.docker?.events?.length ?? 0) > 0)
    expect(docker?.events?.map(({ Action }) => Action)).toEqual(['connect'])
    expect(JSON.stringify(docker)).not.toContain('secret')
  })

  it('is asked for everything in turn, and nobody hears of it when nothing changed', async () => {
    const { fake, until, readings } = await watch({ fullMs: 1, fullPause: 0 })
    await until(isWhole)
    const told = readings.length
    fake.requests.length = 0
    await vi.waitFor(
      () => expect(fake.requests.filter(path => path.endsWith('/nodes')).length).toBeGreaterThan(2),
      { timeout: 30_000 },
    )
    expect(readings).toHaveLength(told)
  })

  it('that is demoted to a worker has no services any more', async () => {
    const { fake, until, refresh } = await watch()
    await until(isWhole)
    const info = fake.answers['/info'] as { Swarm: { ControlAvailable: boolean } }
    info.Swarm.ControlAvailable = false
    refresh()
    const { docker, sources } = await until(reading => reading.docker?.nodes === undefined)
    expect(docker).not.toHaveProperty('services')
    expect(sources.find(({ source }) => source === 'docker.services')?.reason).toMatch(
      /this node is a worker/,
    )
    expect(docker?.networks).toBeDefined()
  })
})

describe('a daemon that goes away', () => {
  it('and comes back is told so, and its last words stay meanwhile', async () => {
    const { fake, until } = await watch()
    const before = await until(isWhole)
    await patiently(() => expect(fake.listeners()).toBe(1))
    await fake.vanish()
    const away = await until(reading => statuses(reading).join() === 'unavailable')
    expect(away.sources[0]?.reason).toMatch(/^nothing is at unix:/)
    expect(away.docker?.containers).toBe(before.docker?.containers)
    expect(Date.parse(away.docker!.readAt!)).toBeLessThanOrEqual(Date.now())
    const tasks = fake.answers['/tasks'] as DockerTask[]
    tasks.splice(0, 1)
    await fake.come()
    const back = await until(reading => isWhole(reading) && reading.docker?.tasks?.length === tasks.length)
    expect(back.docker?.containers).toBe(before.docker?.containers)
    // It listens again.
    await patiently(() => expect(fake.listeners()).toBe(1))
    fake.tell(event('network', 'create', 'n1', { name: 'new' }))
    await until(({ docker }) => docker?.events?.at(-1)?.Actor.Attributes['name'] === 'new')
  })

  it('hangs: its connections stay, and it is found out all the same', async () => {
    const { fake, until } = await watch({ pingMs: 20, callMs: 2000 })
    const before = await until(isWhole)
    fake.behave(/./, 'hang')
    const away = await until(reading => statuses(reading).join() === 'timeout')
    expect(away.sources[0]?.reason).toBe('the daemon did not answer within 2 s')
    expect(away.docker?.networks).toBe(before.docker?.networks)
    fake.behave(/./, undefined)
    await until(isWhole)
  })

  it('is asked what happened meanwhile', async () => {
    const { fake, until } = await watch()
    await until(isWhole)
    fake.tell({ Type: 'daemon', Action: 'reload', Actor: { ID: 'd' }, timeNano: 1_795_413_397_595e6 })
    await until(({ docker }) => docker?.events?.length === 1)
    await patiently(() => expect(fake.listeners()).toBe(1))
    await fake.vanish()
    fake.requests.length = 0
    await fake.come()
    await patiently(() =>
      expect(fake.requests.filter(path => path.includes('/events'))).toEqual([
        expect.stringContaining('since=1795413397.596'),
      ]),
    )
  })

  it('was never there, and comes', async () => {
    const fake = await fakeDocker('26.1-worker')
    ends.push(fake.close)
    await fake.vanish()
    const readings: DockerReading[] = []
    const client = await createDockerClient(parseDockerHost(fake.socket))
    const watcher = watchDocker(client, reading => readings.push(reading), still)
    ends.push(watcher.stop)
    await patiently(() => expect(readings.at(-1)?.sources[0]?.status).toBe('unavailable'))
    expect(readings.at(-1)?.docker).toBeUndefined()
    await fake.come()
    await vi.waitFor(() => expect(readings.at(-1)?.docker?.containers).toHaveLength(4), { timeout: 30_000 })
  })

  it('does not let listen, and is asked in turn all the same', async () => {
    const fake = await fakeDocker('26.1-manager')
    ends.push(fake.close)
    fake.behave(/^\/events/, { status: 403, body: 'Forbidden' })
    const readings: DockerReading[] = []
    const client = await createDockerClient(parseDockerHost(fake.socket))
    const watcher = watchDocker(client, reading => readings.push(reading), {
      ...still,
      fullMs: 1,
      fullPause: 0,
    })
    ends.push(watcher.stop)
    await vi.waitFor(() => expect(readings.at(-1)?.docker?.nodes).toHaveLength(2), { timeout: 30_000 })
    const nodes = fake.answers['/nodes'] as unknown[]
    nodes.pop()
    await vi.waitFor(() => expect(readings.at(-1)?.docker?.nodes).toHaveLength(1), { timeout: 30_000 })
    expect(readings.at(-1)?.sources.at(-1)).toMatchObject({ source: 'docker.events', status: 'forbidden' })
  })
})

describe('a stream of events', () => {
  const line = JSON.stringify(event('network', 'create', 'n1'))

  async function parse(chunks: readonly string[]): Promise<[number, string[]]> {
    const problems: string[] = []
    let count = 0
    async function* bytes(): AsyncGenerator<Uint8Array> {
      for (const chunk of chunks) yield Buffer.from(chunk)
    }
    for await (const _ of parseEvents(bytes(), problems)) count++
    return [count, problems]
  }

  it('may be cut anywhere', async () => {
    const text = `${line}\n${line}\n\n${line}`
    for (let at = 0; at <= text.length; at += 7) {
      expect(await parse([text.slice(0, at), text.slice(at)])).toEqual([3, []])
    }
  })

  it('may hold what is no event, and lines without an end', async () => {
    expect(await parse([`{"Type":\n${line}\n[]\n`])).toEqual([
      1,
      ['an event is no JSON', 'event is a list, not an object', 'an event has no Type or no Action'],
    ])
    const long = 'x'.repeat(2 ** 20)
    expect(await parse([`"${long}`, long, `${long}"\n${line}\n`])).toEqual([
      1,
      ['an event is longer than 1048576 characters'],
    ])
  })
})

describe('messages between threads', () => {
  const rows = fc.array(
    fc.record({ ID: fc.integer({ min: 0, max: 400 }).map(String), Hostname: fc.constantFrom('a', 'b') }),
    { maxLength: 500 },
  )

  it('give the same reading on the other side, and send only what changed', () => {
    const steps = fc.array(fc.option(rows, { nil: undefined }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(steps, lists => {
        const send = createSender()
        const receive = createReceiver()
        for (const list of lists) {
          const nodes = list && [...new Map(list.map(row => [row.ID, row])).values()]
          const docker = { host: 'x', version: { Version: '1', ApiVersion: '1.41' }, ...(nodes && { nodes }) }
          const reading = { docker, sources: [] } as unknown as DockerReading
          const received = [...send(reading)].map(message => receive(structuredClone(message)))
          expect(received.at(-1)).toEqual(reading)
          expect(received.slice(0, -1).every(one => one === undefined)).toBe(true)
          expect([...send(reading)].map(({ kind }) => kind)).toEqual(['head'])
        }
      }),
      { numRuns: 50 },
    )
  })

  it('keep the rows that did not change as the objects of before', async () => {
    const { fake, until } = await watch()
    const send = createSender()
    const receive = createReceiver()
    const pass = (reading: DockerReading): DockerReading | undefined =>
      [...send(reading)].map(message => receive(structuredClone(message))).at(-1)
    const before = pass(await until(isWhole))
    const { Id } = before!.docker!.containers![1]!
    ;(fake.answers[`/containers/${Id}/json`] as DockerContainer).State.Status = 'paused'
    fake.tell(event('container', 'pause', Id))
    const reading = await until(({ docker }) => docker?.containers?.[1]?.State.Status === 'paused')
    const after = pass(reading)
    expect(after).toEqual(reading)
    expect(after?.docker?.containers?.[0]).toBe(before?.docker?.containers?.[0])
    expect(after?.docker?.networks).toBe(before?.docker?.networks)
  })
})
