import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Intent, NetworkCreate, Publish, ServiceCreate } from '../../src/actions/intent.ts'
import { prepareIntent } from '../../src/actions/plan-intent.ts'
import type { Site } from '../../src/actions/site.ts'
import type { RawService } from '../../src/actions/spec.ts'
import { type CliWorld, type DockerCli, meaning, openDockerCli } from '../support/docker-cli.ts'
import { needs } from '../support/needs.ts'
import { site } from './site.ts'

/** Each is a run of the docker command; a guest takes a second for one. */
const numRuns = process.env['CNMTOP_GUEST'] ? 10 : 40
let docker: DockerCli

const app = site.networks.value!.find(({ Name }) => Name === 'app')!
const networks = site.networks.value!.map(({ Id, Name }) => ({ Id, Name }))

/** Words that a shell, CSV or Go's flags could take for something else. */
const word = fc.string({
  unit: fc.constantFrom(...'ab0 -_.,:=/\'"\\$`!*?[]{}()<>|&;~#%@^\t\né漢'),
  maxLength: 12,
})
const letters = (max: number) =>
  fc.string({ unit: fc.constantFrom(...'abxyz019'), minLength: 1, maxLength: max })
const key = fc
  .tuple(letters(8), fc.constantFrom('', '.x', '-y', '/z', ':8', '"', "'", '$HOME'))
  .map(parts => parts.join(''))
const map = fc.dictionary(key, word, { maxKeys: 2 })

const subnets = fc.subarray([
  { subnet: '10.91.0.0/24' },
  { subnet: '10.92.0.0/16', gateway: '10.92.0.9', ipRange: '10.92.8.0/24' },
  { subnet: '10.93.0.0/24', auxAddresses: { printer: '10.93.0.7', scanner: '10.93.0.8' } },
  { subnet: 'fd00:77::/64', gateway: 'fd00:77::1' },
])

const network: fc.Arbitrary<NetworkCreate> = fc.record({
  kind: fc.constant('network-create' as const),
  name: fc.oneof(
    letters(12),
    word.filter(text => text.trim() !== ''),
  ),
  driver: fc.constantFrom('overlay', 'bridge', 'macvlan', 'ipvlan', 'weave/net:1'),
  subnets,
  attachable: fc.boolean(),
  internal: fc.boolean(),
  ingress: fc.boolean(),
  ipv6: fc.boolean(),
  encrypted: fc.boolean(),
  mtu: fc.option(fc.nat(70_000), { nil: undefined }),
  vnis: fc.option(fc.array(fc.integer({ min: 1, max: 2 ** 24 }), { maxLength: 2 }), { nil: undefined }),
  parent: fc.option(word, { nil: undefined }),
  options: map,
  labels: map,
})

const port: fc.Arbitrary<Publish> = fc.record({
  published: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
  target: fc.integer({ min: 1, max: 65_535 }),
  protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
  mode: fc.constantFrom('ingress', 'host'),
})

const path = word.map(text => `/${text.trim()}`)
const mount = fc.oneof(
  fc.record({
    type: fc.constant('volume' as const),
    source: letters(6),
    target: path,
    readonly: fc.boolean(),
  }),
  fc.record({ type: fc.constant('bind' as const), source: path, target: path, readonly: fc.boolean() }),
  fc.record({ type: fc.constant('tmpfs' as const), target: path, readonly: fc.boolean() }),
)

const service: fc.Arbitrary<ServiceCreate> = fc.record({
  kind: fc.constant('service-create' as const),
  name: letters(12),
  image: fc.constantFrom('nginx:1', 'registry.example:5000/team/web:1.2', `web@sha256:${'a'.repeat(64)}`),
  command: fc.array(word, { maxLength: 3 }),
  mode: fc.constantFrom('replicated', 'global'),
  replicas: fc.nat(20),
  networks: fc.subarray(['app', app.Id]),
  endpointMode: fc.constantFrom('vip', 'dnsrr'),
  publish: fc.array(port, { maxLength: 2 }),
  constraints: fc.array(word, { maxLength: 2 }),
  env: fc.uniqueArray(
    fc.tuple(letters(5), word).map(pair => pair.join('=')),
    { maxLength: 2, selector: text => text.split('=')[0] },
  ),
  mounts: fc.array(mount, { maxLength: 2 }),
  labels: map,
})

async function expectSame(intent: Intent, on: Site = site, raw?: RawService): Promise<void> {
  const world: CliWorld = { networks, ...(raw && { service: raw }) }
  const { plan, send } = prepareIntent(intent, on, raw)
  if (raw && plan.checks.some(({ level }) => level === 'error')) return
  const env =
    'env' in intent
      ? Object.fromEntries(
          intent.env.map(text => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
        )
      : {}
  const { writes, stderr, spec } = await docker.paste(plan.command, world, env)
  const told = `${plan.command}\n${stderr}`
  expect(writes.length, told).toBeGreaterThanOrEqual(send.length)
  const ours = send.map(({ method, path: to, body }) => ({ method, to, body: meaning(body, world) }))
  const isUpdate = send[0]?.path.endsWith('/update')
  const theirs = isUpdate
    ? [{ method: 'POST', to: writes[0]!.path.split('?')[0], body: meaning(spec, world) }]
    : writes.map(({ method, path: to, body }) => ({
        method,
        to: to.split('?')[0],
        body: meaning(body, world),
      }))
  expect(theirs, told).toEqual(ours)
}

const ports = fc.uniqueArray(
  fc.record({
    published: fc.constantFrom(undefined, 8080, 8081, 8082),
    target: fc.constantFrom(80, 81),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    mode: fc.constantFrom('ingress' as const, 'host' as const),
  }),
  {
    maxLength: 4,
    selector: ({ published, ...rest }) =>
      published === undefined ? JSON.stringify(rest) : `${published}/${rest.protocol}`,
  },
)

const template = site.services.value!.find(({ Spec }) => Spec.Name === 'web')!

/** A service with ports, as the manager tells it, and as the site has it: a port that nobody chose is one from 30000 on. */
function publishing(published: readonly Publish[]): { raw: RawService; on: Site } {
  const portOf = (
    { published: PublishedPort, target, protocol, mode }: Publish,
    index: number,
    chosen: boolean,
  ): object => ({
    Protocol: protocol,
    TargetPort: target,
    ...((PublishedPort ?? chosen) && { PublishedPort: PublishedPort ?? 30_000 + index }),
    PublishMode: mode,
  })
  const raw: RawService = {
    ID: template.ID,
    Version: { Index: 7 },
    Spec: {
      Name: 'web',
      TaskTemplate: { ContainerSpec: { Image: 'nginx:1' }, ForceUpdate: 3 },
      Mode: { Replicated: { Replicas: 2 } },
      EndpointSpec: { Mode: 'vip', Ports: published.map((one, index) => portOf(one, index, false)) },
    },
  }
  const Ports = published.map((one, index) => portOf(one, index, true)) as typeof template.Endpoint.Ports
  const withPorts = { ...raw, Endpoint: { Ports } }
  const web = { ...template, Endpoint: { ...template.Endpoint, Ports } }
  return { raw: withPorts, on: { ...site, services: { value: [web] } } }
}

const change: fc.Arbitrary<Intent> = fc.oneof(
  ports
    .filter(({ length }) => length > 0)
    .map(([publish]) => ({ kind: 'service-publish-add' as const, service: 'web', publish: publish! })),
  ports
    .filter(({ length }) => length > 0)
    .map(([publish]) => ({ kind: 'service-publish-remove' as const, service: 'web', publish: publish! })),
  fc.nat(9).map(replicas => ({ kind: 'service-scale' as const, service: 'web', replicas })),
  fc.constant({ kind: 'service-force-update' as const, service: 'web' }),
)

/** Tests that the docker command of this machine sends what the plan sends that printed it. */
export function testDockerCommands(): void {
  beforeAll(async () => {
    docker = await openDockerCli()
  })
  afterAll(() => docker.close())

  describe('the docker command of a plan sends what the plan sends:', needs('program:docker'), () => {
    it('networks', async () => {
      await fc.assert(
        fc.asyncProperty(network, async intent => expectSame(intent)),
        { numRuns },
      )
    })

    it('services', async () => {
      await fc.assert(
        fc.asyncProperty(service, async intent => expectSame(intent)),
        { numRuns },
      )
    })
    it('changes of a service', async () => {
      await fc.assert(
        fc.asyncProperty(ports, change, async (published, intent) => {
          const { raw, on } = publishing(published)
          await expectSame(intent, on, raw)
        }),
        { numRuns },
      )
    })
  })
}
