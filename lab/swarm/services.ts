/** Networks and services of a swarm, through its manager. */
import { webImage } from './image.ts'
import type { Swarm } from './swarm.ts'

export type ServiceOptions = {
  readonly name: string
  readonly replicas?: number
  /** Names or ids of overlays. */
  readonly networks?: readonly string[]
  readonly endpointMode?: 'vip' | 'dnsrr'
  readonly ports?: readonly {
    readonly published: number
    readonly target?: number
    readonly mode?: 'ingress' | 'host'
    readonly protocol?: 'tcp' | 'udp'
  }[]
  /** Such as `node.hostname==node2`. */
  readonly constraints?: readonly string[]
  /** Instead of `serve`. */
  readonly command?: readonly string[]
  /** Such as `PORT=8000`. */
  readonly env?: readonly string[]
  /** How long a task that is told to end may take (1). */
  readonly stopGraceSeconds?: number
}

/** Creates a service of the image `web:1`; gives its id. Its tasks are not yet running: see `waitForServices`. */
export async function createService({ manager }: Swarm, options: ServiceOptions): Promise<string> {
  const { name, replicas = 1, networks = [], endpointMode = 'vip', ports = [], constraints = [] } = options
  const { ID } = await manager.docker.post<{ ID: string }>('/services/create', {
    Name: name,
    Mode: { Replicated: { Replicas: replicas } },
    TaskTemplate: {
      ContainerSpec: {
        Image: webImage,
        StopGracePeriod: (options.stopGraceSeconds ?? 1) * 1e9,
        ...(options.command && { Command: options.command }),
        ...(options.env && { Env: options.env }),
      },
      Placement: { Constraints: constraints },
      Networks: networks.map(network => ({ Target: network })),
    },
    EndpointSpec: {
      Mode: endpointMode,
      Ports: ports.map(({ published, target = 80, mode = 'ingress', protocol = 'tcp' }) => ({
        PublishedPort: published,
        TargetPort: target,
        PublishMode: mode,
        Protocol: protocol,
      })),
    },
  })
  return ID
}

export type OverlayOptions = {
  readonly name: string
  /** Such as `10.20.0.0/24`; Docker chooses when left out. */
  readonly subnet?: string
  readonly encrypted?: boolean
}

/** Creates an attachable overlay; gives its id. */
export async function createOverlay({ manager }: Swarm, options: OverlayOptions): Promise<string> {
  const { Id } = await manager.docker.post<{ Id: string }>('/networks/create', {
    Name: options.name,
    Driver: 'overlay',
    Attachable: true,
    ...(options.subnet && { IPAM: { Config: [{ Subnet: options.subnet }] } }),
    ...(options.encrypted && { Options: { encrypted: '' } }),
  })
  return Id
}
