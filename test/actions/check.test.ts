import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { whyImpossible, whyNotAvailable } from '../../src/actions/availability.ts'
import { checkIntent } from '../../src/actions/check/index.ts'
import { freePort, freeSubnet, networkRoom } from '../../src/actions/defaults.ts'
import type { Intent } from '../../src/actions/intent.ts'
import { type Site, siteOf } from '../../src/actions/site.ts'
import {
  firstAddress,
  formatIp,
  formatPrefix,
  networkOf,
  overlaps,
  parsePrefix,
  type Prefix,
} from '../../src/util/prefix.ts'
import { network, service } from './intents.ts'
import { manager, possible, site, worker } from './site.ts'

/** `error subnets.0.subnet`, `warning networks.0` */
function found(intent: Intent, at: Site = site): string[] {
  return checkIntent(intent, at).map(({ level, field }) => `${level} ${field ?? '-'}`)
}

describe('what is possible', () => {
  it.each(possible.map(intent => [intent.kind, intent] as const))('%s passes', (_, intent) => {
    expect(checkIntent(intent, site).filter(({ level }) => level === 'error')).toEqual([])
  })
})

describe('a word for several networks', () => {
  const old = site.networks.value!.find(({ Name }) => Name === 'old')!
  const twice = { ...site, networks: { value: [...site.networks.value!, { ...old, Id: 'oldnetworktwo' }] } }
  const told = (word: string) =>
    checkIntent({ kind: 'network-remove', network: word }, twice).map(({ text }) => text)

  it('names the ids of those that share a name', () => {
    expect(told('old')).toEqual([
      '2 networks are called old: name the one that is meant by its id, oldnetworkol or oldnetworktw.',
    ])
  })
  it('wants more of an id that several begin with', () => {
    expect(told('oldnet')).toEqual(['The ids of 2 networks begin with oldnet: write more of the id.'])
  })
  it('says of any other word that there is none', () => {
    expect(told('older')).toEqual(['There is no network older.'])
  })
  it('takes the id', () => {
    expect(told('oldnetworktwo')).toEqual([])
  })
})

describe('a network', () => {
  it.each([
    ['no length', network({ subnets: [{ subnet: '10.9.0.0' }] }), ['error subnets.0.subnet']],
    ['no address', network({ subnets: [{ subnet: 'ten/8' }] }), ['error subnets.0.subnet']],
    [
      'bits behind the length',
      network({ subnets: [{ subnet: '10.9.0.5/24' }] }),
      ['warning subnets.0.subnet'],
    ],
    [
      'overlap with an overlay',
      network({ subnets: [{ subnet: '10.20.0.128/25' }] }),
      ['warning subnets.0.subnet'],
    ],
    [
      'overlap with a bridge',
      network({ subnets: [{ subnet: '172.17.0.0/24' }] }),
      ['warning subnets.0.subnet'],
    ],
    [
      'overlap of two bridges',
      network({ driver: 'bridge', attachable: false, subnets: [{ subnet: '172.17.0.0/24' }] }),
      ['error subnets.0.subnet'],
    ],
    [
      'overlap with the wire',
      network({ subnets: [{ subnet: '192.168.77.0/24' }] }),
      ['warning subnets.0.subnet'],
    ],
    [
      'overlap in itself',
      network({ subnets: [{ subnet: '10.9.0.0/24' }, { subnet: '10.9.0.0/25' }] }),
      ['warning subnets.1.subnet'],
    ],
    [
      'gateway outside',
      network({ subnets: [{ subnet: '10.9.0.0/24', gateway: '10.9.1.1' }] }),
      ['error subnets.0.gateway'],
    ],
    [
      'range outside',
      network({ subnets: [{ subnet: '10.9.0.0/24', ipRange: '10.9.1.0/25' }] }),
      ['error subnets.0.ipRange'],
    ],
    [
      'reserved twice',
      network({ subnets: [{ subnet: '10.9.0.0/24', gateway: '10.9.0.1', auxAddresses: { a: '10.9.0.1' } }] }),
      ['warning subnets.0.auxAddresses.a'],
    ],
    ['too small', network({ subnets: [{ subnet: '10.9.0.0/30' }] }), ['warning subnets.0.subnet']],
    ['name taken', network({ name: 'app' }), ['error name']],
    ['name of Docker', network({ name: 'host' }), ['error name']],
    ['no name', network({ name: '' }), ['error name']],
    // An answer at all is the test: a pattern that tries every way to split it would not come back.
    ['name of a pasted line', network({ name: `${'a'.repeat(10_000)}#` }), ['error name']],
    ['name with a dot', network({ name: 'my.network' }), ['error name']],
    ['unknown driver', network({ driver: 'nope' }), ['warning attachable', 'error driver']],
    ['second ingress', network({ ingress: true, attachable: false }), ['error ingress']],
    ['VNI in use', network({ vnis: [4097] }), ['warning vnis.0']],
    ['no VNI', network({ vnis: [2 ** 24] }), ['warning vnis.0']],
    ['VNI of a bridge', network({ driver: 'bridge', attachable: false, vnis: [7000] }), ['warning vnis.0']],
    [
      'encrypted bridge',
      network({ driver: 'bridge', attachable: false, encrypted: true }),
      ['warning encrypted'],
    ],
    ['parent missing', network({ driver: 'macvlan', attachable: false, parent: 'eth9' }), ['error parent']],
    ['parent there', network({ driver: 'macvlan', attachable: false, parent: 'eth0' }), []],
    ['VLAN of a parent', network({ driver: 'ipvlan', attachable: false, parent: 'eth0.42' }), []],
    ['MTU above the wire', network({ mtu: 1500 }), ['warning mtu']],
    ['MTU that fits', network({ mtu: 1450 }), []],
    ['no MTU', network({ mtu: 0 }), ['warning mtu']],
    [
      'IPv6 subnet without IPv6',
      network({ subnets: [{ subnet: 'fd00:9::/64' }] }),
      ['warning subnets.0.subnet'],
    ],
  ] as const)('%s', (_, intent, wanted) => {
    expect(found(intent).toSorted()).toEqual([...wanted].toSorted())
  })

  it('is not removed while a service uses it', () => {
    expect(checkIntent({ kind: 'network-remove', network: 'app' }, site)).toMatchObject([
      { field: 'network', level: 'error', text: expect.stringContaining('direct') },
    ])
    expect(found({ kind: 'network-remove', network: 'bridge' })).toEqual(['error network'])
    expect(found({ kind: 'network-remove', network: 'nope' })).toEqual(['error network'])
  })
})

describe('a service', () => {
  const mesh = { published: 9090, target: 80, protocol: 'tcp', mode: 'ingress' } as const
  it.each([
    ['name taken', service({ name: 'web' }), ['error name']],
    ['name taken in another case', service({ name: 'WEB' }), ['error name']],
    ['no name in DNS', service({ name: 'a.b' }), ['error name']],
    ['long name', service({ name: 'a'.repeat(64) }), ['error name']],
    ['no image', service({ image: '' }), ['error image']],
    ['image in capitals', service({ image: 'Nginx' }), ['error image']],
    ['image of a registry', service({ image: 'registry.example:5000/team/web:1.2' }), []],
    ['no such network', service({ networks: ['nope'] }), ['error networks.0']],
    ['network of the node', service({ networks: ['docker_gwbridge'] }), ['error networks.0']],
    ['ingress network', service({ networks: ['ingress'] }), ['error networks.0']],
    ["the host's network", service({ networks: ['host'] }), []],
    ['more tasks than addresses', service({ replicas: 300 }), ['warning networks.0']],
    ['replicas', service({ replicas: -1 }), ['error replicas']],
    ['dnsrr with a mesh port', service({ endpointMode: 'dnsrr', publish: [mesh] }), ['error publish.0.mode']],
    ['dnsrr with a host port', service({ endpointMode: 'dnsrr', publish: [{ ...mesh, mode: 'host' }] }), []],
    [
      'port taken in the mesh',
      service({ publish: [{ ...mesh, published: 8080 }] }),
      ['error publish.0.published'],
    ],
    // All of it comes on the ingress network, which is a /24.
    ['tasks in the mesh', service({ networks: [], replicas: 240, publish: [mesh] }), []],
    [
      'more tasks than the mesh has addresses',
      service({ networks: [], replicas: 260, publish: [mesh] }),
      ['warning publish.0.mode'],
    ],
    [
      'as many on their nodes',
      service({ networks: [], mode: 'global', publish: [{ ...mesh, mode: 'host' }] }),
      [],
    ],
    ['port twice', service({ publish: [mesh, mesh] }), ['error publish.1.published']],
    [
      'port of a process',
      service({ publish: [{ ...mesh, published: 2377 }] }),
      ['warning publish.0.published'],
    ],
    ['no port', service({ publish: [{ ...mesh, target: 0 }] }), ['warning publish.0.target']],
    [
      'host port with more tasks than nodes',
      service({ replicas: 4, publish: [{ ...mesh, mode: 'host' }] }),
      ['warning publish.0.mode'],
    ],
    [
      'host port with more tasks than nodes of its kind',
      service({ constraints: ['node.role==worker'], replicas: 3, publish: [{ ...mesh, mode: 'host' }] }),
      ['warning publish.0.mode'],
    ],
    ['no constraint', service({ constraints: ['node.role=worker'] }), ['error constraints.0']],
    ['nowhere', service({ constraints: ['node.hostname==nope'] }), ['warning constraints.0']],
    ['env without a name', service({ env: ['=x'] }), ['warning env.0']],
    [
      'mounts',
      service({
        mounts: [
          { type: 'bind', source: 'data', target: '/a', readonly: false },
          { type: 'volume', source: 'v', target: '/a/', readonly: false },
        ],
      }),
      ['warning mounts.0.source', 'warning mounts.1.target'],
    ],
  ] as const)('%s', (_, intent, wanted) => {
    expect(found(intent)).toEqual(wanted)
  })

  it('is changed only where it is there, and as it is', () => {
    expect(found({ kind: 'service-scale', service: 'nope', replicas: 1 })).toEqual(['error service'])
    expect(found({ kind: 'service-scale', service: 'web', replicas: 400 })).toEqual([
      'warning replicas',
      'warning replicas',
    ])
    expect(
      found({ kind: 'service-publish-add', service: 'direct', publish: mesh }),
      'dnsrr takes no mesh port',
    ).toEqual(['error publish.mode'])
    expect(found({ kind: 'service-scale', service: 'web', replicas: 260 })).toContain('warning replicas')
    expect(found({ kind: 'service-publish-remove', service: 'api', publish: mesh })).toEqual([
      'warning publish',
    ])
  })
})

describe('what is not known', () => {
  const blind = siteOf({ ...worker, docker: undefined, sources: [] })

  it('is said, and never taken for fine', () => {
    for (const intent of possible) {
      const checks = checkIntent(intent, { ...blind, daemon: site.daemon, swarm: site.swarm })
      expect(
        checks.some(({ level, text }) => level === 'warning' && text.startsWith('Not checked')),
        intent.kind,
      ).toBe(true)
      expect(
        checks.filter(({ level, text }) => level === 'error' && !text.startsWith('Not checked')),
        intent.kind,
      ).toEqual([])
    }
    expect(freeSubnet(blind, 'overlay')).toBeUndefined()
    expect(freePort(blind)).toBeUndefined()
  })

  it('says on a worker, without a Swarm and without a daemon why an action is not available', () => {
    const workerSite = siteOf(worker)
    expect(whyImpossible(workerSite, 'service-create')).toContain('worker')
    expect(whyImpossible(workerSite, 'network-create', 'overlay')).toContain('worker')
    expect(whyImpossible(workerSite, 'network-create', 'bridge')).toBeUndefined()
    expect(whyImpossible(workerSite, 'network-connect')).toBeUndefined()
    // A daemon of a worker takes overlays that it does not list, and asks a manager for them.
    const container = workerSite.containers.value![0]!.Name
    const far: Intent = { kind: 'network-connect', network: 'far', container, aliases: [] }
    expect(checkIntent(far, workerSite).map(({ level, field }) => [level, field])).toEqual([
      ['warning', 'network'],
    ])
    expect(checkIntent(far, site).some(({ level }) => level === 'error')).toBe(true)
    expect(whyImpossible(blind, 'network-create', 'bridge')).toContain('no Docker daemon was asked')
    const alone = structuredClone(manager)
    alone.docker!.info!.Swarm.LocalNodeState = 'inactive'
    expect(whyImpossible(siteOf(alone), 'service-create')).toContain('docker swarm init')
    alone.docker!.info!.Swarm.LocalNodeState = 'locked'
    expect(whyImpossible(siteOf(alone), 'service-create')).toContain('locked')
    expect(whyNotAvailable(site, 'service-create', { allowActions: false })).toContain('--allow-actions')
    expect(whyNotAvailable(site, 'service-create', { allowActions: true })).toBeUndefined()
    expect(found(service(), workerSite)[0]).toBe('error -')
  })
})

describe('defaults', () => {
  it('pass the checks', () => {
    for (const driver of ['overlay', 'bridge']) {
      const subnet = freeSubnet(site, driver)!
      const gateway = firstAddress(subnet)!
      expect(
        found(network({ driver, attachable: driver === 'overlay', subnets: [{ subnet, gateway }] })),
      ).toEqual([])
    }
    const published = freePort(site)!
    expect(published).toBe(8081)
    expect(
      found(service({ publish: [{ published, target: 80, protocol: 'tcp', mode: 'ingress' }] })),
    ).toEqual([])
    expect(networkRoom(site, 'app')).toMatch(/^\d+ of 254 addresses free$/)
  })
})

const prefix = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 32 }))
  .map(([value, length]): Prefix => networkOf({ ip: { bits: 32, value: BigInt(value) }, length }))

describe('prefixes', () => {
  it('overlap as counting their addresses says', () => {
    fc.assert(
      fc.property(prefix, prefix, (one, other) => {
        const [first, end] = [one, other].map(({ ip, length }) => [
          ip.value,
          ip.value + 2n ** BigInt(32 - length),
        ]) as [[bigint, bigint], [bigint, bigint]]
        expect(overlaps(one, other)).toBe(first[0] < end[1] && end[0] < first[1])
      }),
    )
  })

  it('are told as they are read', () => {
    fc.assert(
      fc.property(prefix, one => {
        expect(parsePrefix(formatPrefix(one))).toEqual(one)
      }),
    )
  })
})

describe('any form', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('app', 'web', '10.20.0.0/24', '10.20.0.1', '__proto__', '\u001B[2J'),
  )
  it('is judged without an error, and the same each time', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), text, text, fc.integer(), (list, one, other, number) => {
        const intents: Intent[] = [
          network({ name: one, subnets: [{ subnet: other, gateway: one, ipRange: other }], mtu: number }),
          service({
            name: one,
            image: other,
            networks: list,
            constraints: list,
            env: list,
            replicas: number,
          }),
          { kind: 'network-connect', network: one, container: other, ip: one, ip6: other, aliases: list },
          { kind: 'service-scale', service: one, replicas: number },
        ]
        for (const intent of intents) expect(checkIntent(intent, site)).toEqual(checkIntent(intent, site))
      }),
    )
  })

  it('with a subnet that collides with a network of the Swarm is never silent', () => {
    const taken = parsePrefix('10.20.0.0/24')!
    fc.assert(
      fc.property(prefix, one => {
        const silent = found(network({ subnets: [{ subnet: formatPrefix(one) }] })).length === 0
        expect(silent && overlaps(one, taken), formatIp(one.ip)).toBe(false)
      }),
    )
  })
})
