/** Asks a real daemon what `cases` ask for, and takes it back. Runs wherever there is a manager with the image `web:1`. */
import type { DockerApi } from '../../lab/swarm/docker-api.ts'
import type { Engine } from '../../src/actions/engine.ts'
import { prepareIntent } from '../../src/actions/plan-intent.ts'
import type { Site } from '../../src/actions/site.ts'
import { parseRawService } from '../../src/actions/spec.ts'
import type { Case } from './cases.ts'
import { network } from './intents.ts'

/** Waits until nothing is missing any more; what is in the guest has one. */
export type Wait = (missing: () => Promise<string | undefined>, seconds: number) => Promise<void>

/** Makes what the cases are asked on; see cases.ts. The process that listens is left to the caller. */
export async function setUpCases(docker: DockerApi, image: string): Promise<void> {
  const make = async (path: string, body: object): Promise<void> => void (await docker.post(path, body))
  for (const [Name, Subnet, options] of [
    ['taken', '10.30.0.0/24', { Options: { 'com.docker.network.driver.overlay.vxlanid_list': '5000' } }],
    ['closed', '10.31.0.0/24', {}],
    ['tiny', '10.32.0.0/29', {}],
  ] as const) {
    await make('/networks/create', { Name, Driver: 'overlay', IPAM: { Config: [{ Subnet }] }, ...options })
  }
  for (const [Name, Driver, Subnet, Options] of [
    ['yard', 'bridge', '172.30.0.0/24', {}],
    ['spare', 'bridge', '172.28.0.0/24', {}],
    ['wired', 'macvlan', '172.26.0.0/24', { parent: 'eth0' }],
  ] as const) {
    await make('/networks/create', { Name, Driver, IPAM: { Config: [{ Subnet }] }, Options })
  }
  await make('/containers/create?name=box', {
    Image: image,
    HostConfig: { NetworkMode: 'yard' },
    NetworkingConfig: { EndpointsConfig: { yard: { IPAMConfig: { IPv4Address: '172.30.0.9' } } } },
  })
  await make('/containers/box/start', {})
  for (const [name, networks, mode, port] of [
    ['web', ['taken'], 'vip', { PublishedPort: 8080, PublishMode: 'ingress' }],
    ['edge', [], 'vip', { PublishedPort: 8090, PublishMode: 'host' }],
    ['direct', ['taken'], 'dnsrr', undefined],
  ] as const) {
    await make('/services/create', {
      Name: name,
      Mode: { Replicated: { Replicas: 1 } },
      TaskTemplate: {
        ContainerSpec: { Image: image, StopGracePeriod: 1e9 },
        Networks: networks.map(Target => ({ Target })),
      },
      EndpointSpec: { Mode: mode, Ports: port ? [{ TargetPort: 80, Protocol: 'tcp', ...port }] : [] },
    })
  }
}

export type Answer = { readonly status: number; readonly message: string; readonly id: string | undefined }

export async function askCase({ intent }: Case, engine: Engine, site: Site): Promise<Answer> {
  const word = 'service' in intent ? intent.service : undefined
  const raw = word === undefined ? undefined : parseRawService(await engine.get(`/services/${word}`))
  const { send } = prepareIntent(intent, site, raw)
  const [request] = send
  // Without its specification an update has no request: the daemon's word on the service is the answer then.
  if (!request) return { status: 404, message: `service ${word} not found`, id: undefined }
  const { status, body, message } = await engine.send(request, new AbortController().signal)
  const made = body as { Id?: string; ID?: string } | undefined
  return { status, message, id: made?.Id ?? made?.ID }
}

/** What the Swarm says of it within some seconds. */
export async function whatComes(
  { comes }: Case,
  id: string | undefined,
  docker: DockerApi,
  wait: Wait,
): Promise<string> {
  let told = 'nothing'
  if (comes === 'no addresses') {
    const path = `/networks/${id}`
    // A good network has its addresses within a second.
    await new Promise(resolve => setTimeout(resolve, 3000))
    const { IPAM } = await docker.get<{ IPAM: { Config: { Gateway?: string }[] | null } }>(path)
    return IPAM.Config?.some(({ Gateway }) => Gateway)
      ? `addresses ${JSON.stringify(IPAM.Config)}`
      : 'no addresses'
  }
  await wait(async () => {
    const filters = encodeURIComponent(JSON.stringify({ service: [id] }))
    const tasks = await docker.get<{ Status: { Err?: string; Message?: string; State: string } }[]>(
      `/tasks?filters=${filters}`,
    )
    const words = tasks.map(({ Status }) => `${Status.State}: ${Status.Err ?? Status.Message ?? ''}`)
    told = words.find(text => comes?.test(text)) ?? words.join('; ')
    return comes?.test(told) ? undefined : told
  }, 40).catch(() => {})
  return told
}

/** Takes back what a case made, so that the next one meets the same swarm. */
export async function tidyCase(
  { intent }: Case,
  id: string | undefined,
  docker: DockerApi,
  engine: Engine,
  site: Site,
): Promise<void> {
  switch (intent.kind) {
    case 'network-create':
      if (id !== undefined) await docker.delete(`/networks/${id}`)
      return
    case 'service-create':
      if (id !== undefined) await docker.delete(`/services/${id}`)
      return
    case 'network-remove':
      if (!(await docker.get<{ Name: string }[]>('/networks')).some(({ Name }) => Name === intent.network)) {
        const again = network({
          name: intent.network,
          subnets: [{ subnet: '10.31.0.0/24' }],
          attachable: false,
        })
        const [request] = prepareIntent(again, site).send
        await engine.send(request!, new AbortController().signal)
      }
      return
    case 'network-connect':
      await docker
        .post(`/networks/${intent.network}/disconnect`, { Container: intent.container, Force: true })
        .catch(() => {})
      return
    default:
  }
}
