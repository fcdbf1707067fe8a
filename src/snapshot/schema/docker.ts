import { z } from 'zod'
import { serviceSchema, swarmNodeSchema, taskSchema } from './swarm.ts'
import { stringMapSchema } from './words.ts'

/**
 * What the Docker API said, in its own words (the keys of the Engine API, so `docker inspect`'s jq filters fit), trimmed to
 * what the Container Network Model needs. Never kept: environment, command lines, mounts, secrets and configs, certificates,
 * join tokens, credentials of registries and of plugins. What the API gives as `null` for "none" is an empty list or map here.
 */

const ipamConfigSchema = z.object({
  Subnet: z.string().optional(),
  IPRange: z.string().optional(),
  Gateway: z.string().optional(),
  /** `--aux-address`: name to address. */
  AuxiliaryAddresses: stringMapSchema.optional(),
})

/** One endpoint of a network on this node. The key is a container id, or `lb-NAME`, `ingress-sbox` for a load balancer. */
const networkContainerSchema = z.object({
  Name: z.string(),
  EndpointID: z.string(),
  MacAddress: z.string(),
  /** With its prefix length; empty for none. */
  IPv4Address: z.string(),
  IPv6Address: z.string(),
})

/** A backend in `?verbose=true`, known to this node through the gossip of the network. */
const networkTaskSchema = z.object({
  /** `web.2.id84im97rcv4qkvdqf6ybfuxe`; a container's name for an attached container. */
  Name: z.string(),
  EndpointID: z.string(),
  EndpointIP: z.string(),
  /** `Host IP`: the VTEP of the node that it runs on. */
  Info: stringMapSchema,
})

const networkServiceSchema = z.object({
  /** Empty for dnsrr (the engine prints `<nil>`, which is empty here). */
  VIP: z.string(),
  Ports: z.array(z.string()),
  /** The fwmark of the service on this node; 0 when there is none. */
  LocalLBIndex: z.number(),
  Tasks: z.array(networkTaskSchema),
})

/** `GET /networks/{id}?verbose=true`. */
const networkSchema = z.object({
  Name: z.string(),
  Id: z.string(),
  Created: z.string().optional(),
  Scope: z.string(),
  Driver: z.string(),
  EnableIPv4: z.boolean().optional(),
  EnableIPv6: z.boolean(),
  Internal: z.boolean(),
  Attachable: z.boolean(),
  Ingress: z.boolean(),
  ConfigOnly: z.boolean().optional(),
  /** Name of the configuration-only network that this one was made from; absent for none. */
  ConfigFrom: z.string().optional(),
  IPAM: z.object({ Driver: z.string(), Options: stringMapSchema, Config: z.array(ipamConfigSchema) }),
  Options: stringMapSchema,
  Labels: stringMapSchema,
  Containers: z.record(z.string(), networkContainerSchema),
  /** Only of swarm networks that live on this node. */
  Peers: z.array(z.object({ Name: z.string(), IP: z.string() })).optional(),
  /** By service name; only of swarm networks that live on this node. */
  Services: z.record(z.string(), networkServiceSchema).optional(),
})

/** `NetworkSettings.Networks[NAME]` of a container. */
const endpointSettingsSchema = z.object({
  NetworkID: z.string(),
  EndpointID: z.string(),
  Gateway: z.string(),
  IPAddress: z.string(),
  IPPrefixLen: z.number(),
  IPv6Gateway: z.string(),
  GlobalIPv6Address: z.string(),
  GlobalIPv6PrefixLen: z.number(),
  MacAddress: z.string(),
  Aliases: z.array(z.string()),
  DNSNames: z.array(z.string()),
  DriverOpts: stringMapSchema,
  GwPriority: z.number().optional(),
  /** What the operator asked for: absent where the daemon chose all addresses. */
  IPAMConfig: z.object({ IPv4Address: z.string().optional(), IPv6Address: z.string().optional() }).optional(),
})

/** `GET /containers/{id}/json`. */
const containerSchema = z.object({
  Id: z.string(),
  /** Without the leading slash of the API. */
  Name: z.string(),
  Created: z.string(),
  /** What the operator asked for (`nginx:latest`), `Config.Image`. */
  Image: z.string(),
  /** The digest, the API's `Image`. */
  ImageID: z.string(),
  Labels: stringMapSchema,
  State: z.object({
    Status: z.string(),
    /** 0 when it does not run. */
    Pid: z.number(),
    ExitCode: z.number().optional(),
    StartedAt: z.string().optional(),
    Error: z.string().optional(),
    /** `healthy`, `unhealthy`, `starting`; absent without a health check. */
    Health: z.string().optional(),
  }),
  HostConfig: z.object({ NetworkMode: z.string() }),
  NetworkSettings: z.object({
    SandboxID: z.string(),
    SandboxKey: z.string(),
    /** `80/tcp` to where it is published; an empty list for a port that is only exposed. */
    Ports: z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() }))),
    /** By network name. */
    Networks: z.record(z.string(), endpointSettingsSchema),
  }),
})

const swarmInfoSchema = z.object({
  /** `inactive`, `pending`, `active`, `error`, `locked`. */
  LocalNodeState: z.string(),
  NodeID: z.string(),
  NodeAddr: z.string(),
  /** Whether this node is a manager that can answer for the cluster. */
  ControlAvailable: z.boolean(),
  Error: z.string(),
  RemoteManagers: z.array(z.object({ NodeID: z.string(), Addr: z.string() })),
  Nodes: z.number().optional(),
  Managers: z.number().optional(),
  Cluster: z
    .object({
      ID: z.string(),
      DefaultAddrPool: z.array(z.string()),
      SubnetSize: z.number().optional(),
      DataPathPort: z.number().optional(),
    })
    .optional(),
})

/** `GET /info`. */
const infoSchema = z.object({
  ID: z.string(),
  Name: z.string(),
  ServerVersion: z.string(),
  OperatingSystem: z.string(),
  KernelVersion: z.string(),
  Containers: z.number(),
  ContainersRunning: z.number(),
  IPv4Forwarding: z.boolean().optional(),
  BridgeNfIptables: z.boolean().optional(),
  LiveRestoreEnabled: z.boolean().optional(),
  /** `iptables`, `nftables`, with `+firewalld`; engines before 28 do not tell. */
  FirewallBackend: z.string().optional(),
  /** Names of the network drivers. */
  NetworkDrivers: z.array(z.string()),
  SecurityOptions: z.array(z.string()),
  Warnings: z.array(z.string()),
  Swarm: swarmInfoSchema,
})

/**
 * `GET /events`, as far as it tells what happened to the network; what runs inside of a container (`exec_…`) is left out, as
 * it holds command lines.
 */
const eventSchema = z.object({
  /** RFC 3339, UTC, milliseconds. */
  time: z.string(),
  /** `container`, `network`, `service`, `node`, `daemon` … */
  Type: z.string(),
  /** `start`, `connect`, `update`, `health_status: healthy` … */
  Action: z.string(),
  /** Attributes are those that tell a name or a change; labels are not among them. */
  Actor: z.object({ ID: z.string(), Attributes: stringMapSchema }),
  /** `local`, or `swarm` for what managers tell of the cluster. */
  scope: z.string(),
})

/**
 * A list that could not be read is absent, and the snapshot's `sources` say why (`docker.services`: `unavailable`, this node is a
 * worker). A list that is there and empty means that there is nothing.
 */
export const dockerSchema = z.object({
  /** How it was reached: `unix:///var/run/docker.sock`. */
  host: z.string(),
  /**
   * When the daemon last answered, RFC 3339; earlier than the snapshot's `takenAt` while it is away: what it said last is kept
   * then, and `sources` say why it is old.
   */
  readAt: z.string().optional(),
  version: z.object({
    Version: z.string(),
    ApiVersion: z.string(),
    MinAPIVersion: z.string().optional(),
    Os: z.string().optional(),
    Arch: z.string().optional(),
  }),
  info: infoSchema.optional(),
  networks: z.array(networkSchema).optional(),
  containers: z.array(containerSchema).optional(),
  services: z.array(serviceSchema).optional(),
  tasks: z.array(taskSchema).optional(),
  nodes: z.array(swarmNodeSchema).optional(),
  /** The last ones that the daemon or a live session remembers, the newest last. */
  events: z.array(eventSchema).optional(),
})

export type Docker = z.infer<typeof dockerSchema>
export type DockerVersion = Docker['version']
export type DockerInfo = z.infer<typeof infoSchema>
export type DockerNetwork = z.infer<typeof networkSchema>
export type DockerNetworkService = z.infer<typeof networkServiceSchema>
export type DockerContainer = z.infer<typeof containerSchema>
export type DockerEvent = z.infer<typeof eventSchema>
