import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createDockerClient, type DockerClient } from '../../../src/collectors/docker/client.ts'
import {
  type CollectOptions,
  collectDocker,
  type DockerReading,
} from '../../../src/collectors/docker/collect.ts'
import { parseDockerHost } from '../../../src/collectors/docker/host.ts'
import { dockerSchema } from '../../../src/snapshot/schema/docker.ts'
import type { DockerFixture } from '../../support/docker-fixture.ts'
import { type FakeDocker, fakeDocker } from '../../support/fake-docker.ts'

const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function daemon(fixture: DockerFixture = '26.1-manager'): Promise<FakeDocker> {
  const fake = await fakeDocker(fixture)
  ends.push(fake.close)
  return fake
}

async function clientOf(address: string): Promise<DockerClient> {
  const client = await createDockerClient(parseDockerHost(address))
  ends.push(client.close)
  return client
}

async function collect(fake: FakeDocker, options: CollectOptions = {}): Promise<DockerReading> {
  return collectDocker(await clientOf(fake.socket), { callMs: 20_000, ...options })
}

/** Status and reason of each source, without the `docker.`. */
function told({ sources }: DockerReading): Record<string, string> {
  return Object.fromEntries(
    sources.map(({ source, status, reason }) => [
      source.slice('docker.'.length),
      reason === undefined ? status : `${status}: ${reason}`,
    ]),
  )
}

const allOk = {
  version: 'ok',
  info: 'ok',
  networks: 'ok',
  containers: 'ok',
  services: 'ok',
  tasks: 'ok',
  nodes: 'ok',
  events: 'ok',
}

describe.each<[DockerFixture, string]>([
  ['20.10-manager', '1.41'],
  ['20.10-no-ipvs-manager', '1.41'],
  ['26.1-manager', '1.45'],
])('a manager, %s', (fixture, api) => {
  it('tells everything, in its own API version', async () => {
    const fake = await daemon(fixture)
    const reading = await collect(fake)
    expect(told(reading)).toEqual(allOk)
    const { docker } = reading
    expect(dockerSchema.parse(docker)).toEqual(docker)
    expect(docker?.host).toBe(`unix://${fake.socket}`)
    expect(docker?.networks?.find(({ Name }) => Name === 'appnet')?.Services).toBeDefined()
    expect(docker?.networks).toHaveLength((fake.answers['/networks'] as unknown[]).length)
    expect(docker?.containers).toHaveLength((fake.answers['/containers/json?all=1'] as unknown[]).length)
    expect(docker?.services).toHaveLength((fake.answers['/services?status=true'] as unknown[]).length)
    expect(docker?.tasks).toHaveLength((fake.answers['/tasks'] as unknown[]).length)
    expect(docker?.nodes).toHaveLength((fake.answers['/nodes'] as unknown[]).length)
    const [first, ...others] = fake.requests
    expect(first).toBe('/version')
    expect(others.filter(path => !path.startsWith(`/v${api}/`))).toEqual([])
  })
})

describe.each<DockerFixture>(['20.10-worker', '26.1-worker'])('a worker, %s', fixture => {
  it('says of the cluster that it is a worker, and tells what its networks know', async () => {
    const fake = await daemon(fixture)
    const reading = await collect(fake)
    expect(told(reading)).toEqual({
      ...allOk,
      services: 'unavailable: services are told by managers only: this node is a worker',
      tasks: 'unavailable: tasks are told by managers only: this node is a worker',
      nodes: 'unavailable: nodes are told by managers only: this node is a worker',
    })
    expect(reading.docker).not.toHaveProperty('services')
    expect(
      Object.keys(reading.docker?.networks?.find(({ Name }) => Name === 'appnet')?.Services ?? {}),
    ).toEqual(['api', 'dns', 'pin', 'web'])
    // It is not even asked.
    expect(fake.requests.filter(path => path.includes('/services'))).toEqual([])
  })

  it('says so too when its state cannot be read', async () => {
    const fake = await daemon(fixture)
    fake.behave(/^\/info/, { status: 500, body: '{"message":"disk is full"}' })
    expect(told(await collect(fake))).toMatchObject({
      info: 'unavailable: the daemon answered 500: disk is full',
      services: 'unavailable: services are told by managers only: this node is none',
    })
  })
})

describe('a node without a swarm', () => {
  it.each([
    ['inactive', 'there are no tasks: this node is not in a swarm'],
    ['pending', 'no tasks yet: this node is joining a swarm'],
    ['locked', 'no tasks: the swarm is locked on this node (docker swarm unlock)'],
    ['error', 'no tasks: the swarm of this node has failed: certificate expired'],
  ])('that is %s says so', async (LocalNodeState, reason) => {
    const fake = await daemon('26.1-worker')
    const info = fake.answers['/info'] as { Swarm: Record<string, unknown> }
    info.Swarm = { LocalNodeState, ControlAvailable: false, Error: 'certificate expired' }
    expect(told(await collect(fake))['tasks']).toBe(`unavailable: ${reason}`)
  })
})

describe('a daemon that', () => {
  it('hangs at once is asked no second question', async () => {
    const fake = await daemon()
    fake.behave(/./, 'hang')
    const reading = await collect(fake, { callMs: 50 })
    const reason = 'timeout: the daemon did not answer within 0.05 s'
    expect(told(reading)).toEqual(Object.fromEntries(Object.keys(allOk).map(part => [part, reason])))
    expect(reading.docker).toBeUndefined()
    expect(fake.requests).toEqual(['/version'])
  })

  it.each<['hang' | 'stall']>([['hang'], ['stall']])(
    'leaves one kind unanswered (%s) still tells the rest',
    async behaviour => {
      const fake = await daemon()
      fake.behave(/^\/tasks/, behaviour)
      const reading = await collect(fake, { callMs: 5000 })
      expect(told(reading)).toEqual({
        ...allOk,
        tasks: 'timeout: the daemon did not answer within 5 s',
      })
      expect(reading.docker).not.toHaveProperty('tasks')
      expect(reading.docker?.services).toHaveLength(4)
    },
  )

  it('hangs on one container keeps the others', async () => {
    const fake = await daemon()
    const [one] = fake.answers['/containers/json?all=1'] as { Id: string }[]
    fake.behave(new RegExp(`^/containers/${one?.Id}`), 'hang')
    const reading = await collect(fake, { callMs: 5000 })
    expect(told(reading)['containers']).toBe(
      'partial: 1 of 4 could not be inspected: the daemon did not answer within 5 s',
    )
    expect(reading.docker?.containers).toHaveLength(3)
  })

  it('cannot inspect a network leaves what the list told of it', async () => {
    const fake = await daemon()
    const networks = fake.answers['/networks'] as { Id: string; Name: string }[]
    const { Id } = networks.find(({ Name }) => Name === 'appnet')!
    fake.behave(new RegExp(`^/networks/${Id}`), { status: 500, body: '{"message":"rpc failed"}' })
    const reading = await collect(fake)
    expect(told(reading)['networks']).toBe('partial: network appnet: the daemon answered 500: rpc failed')
    const appnet = reading.docker?.networks?.find(network => network.Id === Id)
    expect(appnet).toMatchObject({ Name: 'appnet', Driver: 'overlay', Containers: {} })
    expect(appnet).not.toHaveProperty('Services')
  })

  it('removes a container between list and look has one container less, and no problem', async () => {
    const fake = await daemon()
    const [one] = fake.answers['/containers/json?all=1'] as { Id: string }[]
    delete fake.answers[`/containers/${one?.Id}/json`]
    const reading = await collect(fake)
    expect(told(reading)['containers']).toBe('ok')
    expect(reading.docker?.containers).toHaveLength(3)
  })

  it.each([
    [{ status: 200, body: '<html>' }, 'unavailable: the daemon answered 6 characters that are no JSON'],
    [
      { status: 200, body: '{"Id": "x", "Env": ["SECRET=hunter2"' },
      'unavailable: the daemon answered 36 characters that are no JSON',
    ],
    [{ status: 200, body: '{"message":"no list"}' }, 'partial: tasks: the answer is no list'],
    [{ status: 200, body: 'null' }, 'ok'],
    [{ status: 200, body: '[7]' }, 'partial: tasks[0] is a number, not an object; tasks[0] has no ID'],
    [{ status: 500, body: '' }, 'unavailable: the daemon answered 500: nothing'],
    [
      { status: 503, body: '{"message":"rpc error: The swarm does not have a leader."}' },
      'unavailable: the daemon answered 503: rpc error: The swarm does not have a leader.',
    ],
    [{ status: 403, body: 'Forbidden' }, 'forbidden: the daemon, or a proxy before it, refuses: Forbidden'],
    [
      { status: 404, body: '{"message":"page not found"}' },
      'unavailable: the daemon answered 404: page not found',
    ],
    [{ status: 302, body: '' }, 'unavailable: the daemon answered 302: nothing'],
    ['truncate' as const, 'unavailable: the daemon closed the connection before its answer was whole'],
  ])('answers tasks with %j is told with its reason', async (behaviour, expected) => {
    const fake = await daemon()
    fake.behave(/^\/tasks/, behaviour)
    expect(told(await collect(fake))).toEqual({ ...allOk, tasks: expected })
  })

  it('is too old says so', async () => {
    const fake = await daemon()
    fake.answers['/version'] = { Version: '1.9.1', ApiVersion: '1.21' }
    const reading = await collect(fake)
    expect(told(reading)['networks']).toBe(
      'unavailable: Docker 1.9.1 speaks API 1.21; the oldest that can be read is 1.28 (Docker 17.04)',
    )
  })

  it('closed a kept connection is asked again', async () => {
    const fake = await daemon()
    const client = await clientOf(fake.socket)
    expect(told(await collectDocker(client))).toEqual(allOk)
    await fake.vanish()
    await fake.come()
    expect(told(await collectDocker(client))).toEqual(allOk)
  })
})

describe('what has happened', () => {
  it('is told as far as the daemon remembers', async () => {
    const fake = await daemon()
    const event = (Action: string): unknown => ({ Type: 'container', Action, Actor: { ID: 'c' }, time: 1 })
    fake.answers['/events'] = [event('start'), event('exec_create: sh -c x'), event('die')]
    const { docker } = await collect(fake)
    expect(docker?.events?.map(({ Action }) => Action)).toEqual(['start', 'die'])
  })
})

describe('a daemon that is not there', () => {
  it('is told by its socket', async () => {
    const reading = await collectDocker(await clientOf('unix:///nonexistent/docker.sock'))
    expect(told(reading)['version']).toBe(
      'unavailable: nothing is at unix:///nonexistent/docker.sock: dockerd does not run, or listens elsewhere (--docker-host)',
    )
  })

  it('has left its socket behind', async () => {
    const fake = await daemon()
    const server = createServer()
    const path = `${fake.socket}.left`
    await new Promise<void>(resolve => server.listen(path, resolve))
    // Its file stays when it is opened by another name.
    await new Promise(resolve => server.close(resolve))
    writeFileSync(path, '')
    ends.push(() => rmSync(path))
    expect(told(await collectDocker(await clientOf(path)))['version']).toMatch(
      /^unavailable: (?:nothing listens at|.* is no socket)/,
    )
  })

  it('speaks no HTTP', async () => {
    const fake = await daemon()
    const path = `${fake.socket}.other`
    const server = createServer(connection => connection.end('SSH-2.0-OpenSSH\r\n\r\n'))
    await new Promise<void>(resolve => server.listen(path, resolve))
    ends.push(() => void server.close())
    expect(told(await collectDocker(await clientOf(path)))['version']).toBe(
      `unavailable: what answers at unix://${path} does not speak HTTP`,
    )
  })
})
