import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { trimContainer } from '../../../src/collectors/docker/trim/container.ts'
import { trimEvent } from '../../../src/collectors/docker/trim/event.ts'
import { readList } from '../../../src/collectors/docker/trim/fields.ts'
import { trimInfo, trimVersion } from '../../../src/collectors/docker/trim/info.ts'
import { trimNetwork } from '../../../src/collectors/docker/trim/network.ts'
import { trimNode, trimService, trimTask } from '../../../src/collectors/docker/trim/swarm.ts'
import { WITHHELD } from '../../../src/collectors/docker/trim/withhold.ts'
import type { Docker } from '../../../src/snapshot/index.ts'
import { dockerSchema } from '../../../src/snapshot/schema/docker.ts'
import { dockerAnswers, type DockerFixture, dockerFixtures } from '../../support/docker-fixture.ts'

type Trimmed = { readonly docker: Docker; readonly problems: string[] }

/** Everything that a daemon answered, trimmed. */
function trimAll(answers: Readonly<Record<string, unknown>>): Trimmed {
  const problems: string[] = []
  const each = <Row>(
    paths: RegExp,
    trim: (answer: unknown, where: string, problems: string[]) => Row | undefined,
  ): Row[] =>
    Object.entries(answers)
      .filter(([path]) => paths.test(path))
      .map(([path, answer]) => trim(answer, path, problems))
      .filter(row => row !== undefined)
  const list = <Row>(
    path: string,
    trim: (answer: unknown, where: string, problems: string[]) => Row | undefined,
  ): Row[] =>
    (Array.isArray(answers[path]) ? answers[path] : [])
      .map((answer: unknown, index) => trim(answer, `${path}[${index}]`, problems))
      .filter(row => row !== undefined)
  const docker: Docker = {
    host: 'unix:///var/run/docker.sock',
    version: trimVersion(answers['/version'], problems),
    info: trimInfo(answers['/info'], problems),
    networks: each(/^\/networks\/\w/, trimNetwork),
    containers: each(/^\/containers\/\w{64}/, trimContainer),
    services: list('/services?status=true', trimService),
    tasks: list('/tasks', trimTask),
    nodes: list('/nodes', trimNode),
  }
  return { docker, problems }
}

describe.each(dockerFixtures)('the answers of %s', name => {
  const answers = dockerAnswers(name)
  const { docker, problems } = trimAll(answers)

  it('are understood without a problem, and fit the schema', () => {
    expect(problems).toEqual([])
    expect(dockerSchema.parse(docker)).toEqual(docker)
    expect(JSON.parse(JSON.stringify(docker))).toEqual(docker)
  })

  it('lose no network, container, service, task or node', () => {
    const ids = (path: string, key: string): string[] =>
      ((answers[path] ?? []) as Record<string, string>[]).map(row => row[key] ?? '').sort()
    expect(docker.networks?.map(({ Id }) => Id).sort()).toEqual(ids('/networks', 'Id'))
    expect(docker.containers?.map(({ Id }) => Id).sort()).toEqual(ids('/containers/json?all=1', 'Id'))
    expect(docker.services?.map(({ ID }) => ID).sort()).toEqual(ids('/services?status=true', 'ID'))
    expect(docker.tasks?.map(({ ID }) => ID).sort()).toEqual(ids('/tasks', 'ID'))
    expect(docker.nodes?.map(({ ID }) => ID).sort()).toEqual(ids('/nodes', 'ID'))
  })

  it('keep where each running container is', () => {
    for (const { State, NetworkSettings } of docker.containers ?? []) {
      expect(State).toMatchObject({ Status: 'running', Pid: expect.any(Number) })
      expect(NetworkSettings.SandboxKey).toBe(
        `/var/run/docker/netns/${NetworkSettings.SandboxID.slice(0, 12)}`,
      )
    }
  })
})

describe('a recorded swarm', () => {
  const { docker } = trimAll(dockerAnswers('26.1-manager'))
  const services = docker.networks?.find(({ Name }) => Name === 'appnet')?.Services

  it('has the VIP and the fwmark of a service, and none of a dnsrr one', () => {
    expect(services?.['web']).toMatchObject({ VIP: '10.0.1.2', LocalLBIndex: 258 })
    expect(services?.['dns']?.VIP).toBe('')
    expect(docker.services?.map(({ Spec }) => [Spec.Name, Spec.EndpointMode])).toEqual([
      ['pin', 'vip'],
      ['dns', 'dnsrr'],
      ['web', 'vip'],
      ['api', 'vip'],
    ])
  })

  it('has the VTEP of each task', () => {
    const hosts = services?.['web']?.Tasks.map(({ Info }) => Info['Host IP'])
    expect(hosts?.sort()).toEqual(['10.77.0.1', '10.77.0.1', '10.77.0.2'])
  })

  it('has its addresses by task', () => {
    const task = docker.tasks?.find(({ Slot, ServiceID }) => Slot === 2 && ServiceID.startsWith('k9rvum'))
    expect(task?.NetworksAttachments).toEqual([
      { NetworkID: '89o1tfqhalphfng68g48opqkx', Addresses: ['10.0.1.14/24'] },
    ])
  })
})

describe('secrets', () => {
  const secret = 'hunter2-'

  it.each(dockerFixtures)('planted in every object of %s have no way in', name => {
    let planted = 0
    const plant = (value: unknown, path: string): unknown => {
      if (Array.isArray(value)) return value.map((inner, index) => plant(inner, `${path}[${index}]`))
      if (typeof value !== 'object' || value === null) return value
      const word = `${secret}${planted++}`
      const inner = Object.fromEntries(
        Object.entries(value).map(([key, child]) => [key, plant(child, `${path}.${key}`)]),
      )
      const named = {
        'database.password': word,
        REGISTRY_TOKEN: word,
        'traefik.http.middlewares.a.basicauth.users': word,
      }
      // Maps of texts are kept, apart from what is named like a secret.
      if (/\.(?:Labels|Options|DriverOpts|Info)$/.test(path)) return { ...inner, ...named }
      return {
        ...inner,
        ...named,
        Env: [`PASSWORD=${word}`],
        Args: ['--password', word],
        Cmd: [word],
        Entrypoint: [word],
        Path: word,
        Mounts: [{ Source: word, Target: word }],
        Binds: [word],
        Secrets: [{ SecretID: word, SecretName: word, File: { Name: word } }],
        Configs: [{ ConfigID: word }],
        Command: [word],
        Healthcheck: { Test: ['CMD', word] },
        JoinTokens: { Worker: word, Manager: word },
        TLSInfo: { TrustRoot: word, CertIssuerPublicKey: word },
        UnlockKey: word,
        HttpProxy: `http://user:${word}@proxy`,
        Privileges: { CredentialSpec: { Config: word } },
      }
    }
    const answers = Object.fromEntries(
      Object.entries(dockerAnswers(name)).map(([path, answer]) => [path, plant(answer, path)]),
    )
    const { docker, problems } = trimAll(answers)
    expect(planted).toBeGreaterThan(100)
    const text = JSON.stringify({ docker, problems })
    const at = text.indexOf(secret)
    expect(at === -1 ? '' : text.slice(at - 200, at + 50)).toBe('')
    expect(docker.containers?.[0]?.Labels['database.password']).toBe(WITHHELD)
  })

  it('of a text that is kept come from these fields only', () => {
    const marked = (value: unknown, path: string): unknown => {
      if (typeof value === 'string') return `leaf<${path}>`
      if (Array.isArray(value)) return value.map(inner => marked(inner, `${path}[]`))
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, marked(inner, `${path}.${general(key)}`)]),
      )
    }
    const answers = Object.fromEntries(
      Object.entries(dockerAnswers('26.1-manager')).map(([path, answer]) => [
        path,
        marked(answer, path.replace(/\/\w{25,}/, '/ID').replace(/\/(?:none|host|bridge)/, '/ID')),
      ]),
    )
    const kept = new Set(JSON.stringify(trimAll(answers)).match(/leaf<[^>]*>/g))
    expect([...kept].sort().join('\n')).toMatchSnapshot()
  })

  /** Names that an operator or the engine gave, where the API has a map. */
  function general(key: string): string {
    if (/^\w{64}$|^lb-|-sbox$/.test(key)) return 'KEY'
    return ['appnet', 'ingress', 'web', 'api', 'dns', 'pin', 'docker_gwbridge'].includes(key) ? 'KEY' : key
  }
})

describe('an odd answer', () => {
  it('becomes a problem that names the place', () => {
    const problems: string[] = []
    const network = trimNetwork(
      { Id: 'n1', Name: 7, IPAM: [], Options: { a: 1, b: 'x' }, Containers: { c: null, d: 'text' } },
      'network n1',
      problems,
    )
    expect(network).toMatchObject({ Id: 'n1', Name: '', Options: { b: 'x' }, IPAM: { Config: [] } })
    expect(problems).toEqual([
      'network n1.Name is a number, not a text',
      'network n1.IPAM is a list, not an object',
      'network n1.Options.a is a number, not a text',
      'network n1.Containers.d is a text, not an object',
    ])
  })

  it('without an id is no row', () => {
    const problems: string[] = []
    expect(trimContainer({ Name: '/a' }, 'container 1', problems)).toBeUndefined()
    expect(trimTask(null, 'tasks[0]', problems)).toBeUndefined()
    expect(problems).toEqual(['container 1 has no Id', 'tasks[0] has no ID'])
  })

  it('that is no list has no rows', () => {
    const problems: string[] = []
    expect(readList({ message: 'x' }, 'tasks', problems)).toEqual([])
    expect(readList([1, {}], 'tasks', problems)).toHaveLength(1)
    expect(problems).toEqual(['tasks is an object, not a list', 'tasks[0] is a number, not an object'])
  })

  it('may name a label __proto__ or constructor', () => {
    const labels = JSON.parse('{"__proto__":"a","constructor":"b"}') as unknown
    const container = trimContainer({ Id: 'c', Config: { Labels: labels } }, 'c', [])
    expect(Object.entries(container?.Labels ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
  })

  it('of any shape at any place neither throws nor leaves the schema', () => {
    const names = fc.constantFrom<DockerFixture>('20.10-manager', '26.1-manager', '26.1-worker')
    fc.assert(
      fc.property(names, fc.nat(), fc.jsonValue(), (name, position, value) => {
        const answers = dockerAnswers(name)
        const places = [...placesOf(answers)]
        const place = places[position % places.length]
        if (place) place.holder[place.key] = value
        const { docker } = trimAll(answers)
        expect(dockerSchema.safeParse(docker).error).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })

  function* placesOf(value: unknown): Generator<{ holder: Record<string, unknown>; key: string }> {
    if (typeof value !== 'object' || value === null) return
    const holder = value as Record<string, unknown>
    for (const key of Object.keys(holder)) {
      yield { holder, key }
      yield* placesOf(holder[key])
    }
  }
})

describe('an event', () => {
  const event = {
    Type: 'container',
    Action: 'die',
    Actor: { ID: 'c1', Attributes: { name: 'web.1', exitCode: '1', 'my.label': 'kept by nobody' } },
    scope: 'local',
    time: 1_795_413_397,
    timeNano: 1_795_413_397.595_968e9,
  }

  it('keeps who and what, and no labels', () => {
    expect(trimEvent(event, [])).toEqual({
      time: '2026-11-23T05:56:37.595Z',
      Type: 'container',
      Action: 'die',
      Actor: { ID: 'c1', Attributes: { name: 'web.1', exitCode: '1' } },
      scope: 'local',
    })
  })

  it('of what runs inside is left out: it holds command lines', () => {
    const problems: string[] = []
    for (const Action of ['exec_create: sh -c secret', 'exec_start: sh -c secret', 'exec_die', 'top'])
      expect(trimEvent({ ...event, Action }, problems)).toBeUndefined()
    expect(problems).toEqual([])
  })

  it.each([[{}], [{ timeNano: 1e300, time: 1e300 }], [{ time: 'soon' }]])(
    'has a time also when the daemon gives %j',
    odd => {
      const { time: _, timeNano: __, ...rest } = event
      expect(trimEvent({ ...rest, ...odd }, [])?.time).toBe('1970-01-01T00:00:00.000Z')
    },
  )
})
