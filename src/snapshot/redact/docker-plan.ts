import type { Docker } from '../index.ts'
import type { Plan } from './classes.ts'

type Of<Key extends keyof Docker> = Plan<
  NonNullable<Docker[Key]> extends readonly (infer Row)[] ? Row : never
>

const port = { Name: 'name:label', Protocol: 'keep', PublishMode: 'keep' } as const

const networkPlan: Of<'networks'> = {
  Name: 'name:network',
  Id: 'id',
  Created: 'keep',
  Scope: 'keep',
  Driver: 'word',
  ConfigFrom: 'name:network',
  IPAM: {
    Driver: 'word',
    Options: 'labels',
    Config: {
      Subnet: 'address',
      IPRange: 'address',
      Gateway: 'address',
      AuxiliaryAddresses: { keys: 'name:label', each: 'address' },
    },
  },
  Options: 'labels',
  Labels: 'labels',
  Containers: {
    keys: 'name:container',
    each: {
      Name: 'name:container',
      EndpointID: 'id',
      MacAddress: 'address',
      IPv4Address: 'address',
      IPv6Address: 'address',
    },
  },
  Peers: { Name: 'name:host', IP: 'address' },
  Services: {
    keys: 'name:service',
    each: {
      VIP: 'address',
      Ports: 'sentence',
      Tasks: {
        Name: 'name:container',
        EndpointID: 'id',
        EndpointIP: 'address',
        Info: { keys: 'sentence', each: 'address' },
      },
    },
  },
}

const containerPlan: Of<'containers'> = {
  Id: 'id',
  Name: 'name:container',
  Created: 'keep',
  Image: 'image',
  ImageID: 'image',
  Labels: 'labels',
  State: { Status: 'keep', StartedAt: 'keep', Error: 'sentence', Health: 'keep' },
  HostConfig: { NetworkMode: 'network-mode' },
  NetworkSettings: {
    SandboxID: 'id',
    SandboxKey: 'path',
    Ports: { keys: 'keep', each: { HostIp: 'address', HostPort: 'keep' } },
    Networks: {
      keys: 'name:network',
      each: {
        NetworkID: 'id',
        EndpointID: 'id',
        Gateway: 'address',
        IPAddress: 'address',
        IPv6Gateway: 'address',
        GlobalIPv6Address: 'address',
        MacAddress: 'address',
        Aliases: 'name:container',
        DNSNames: 'name:container',
        DriverOpts: 'labels',
        IPAMConfig: { IPv4Address: 'address', IPv6Address: 'address' },
      },
    },
  },
}

const servicePlan: Of<'services'> = {
  ID: 'id',
  CreatedAt: 'keep',
  UpdatedAt: 'keep',
  Spec: {
    Name: 'name:service',
    Labels: 'labels',
    Image: 'image',
    Networks: { Target: 'name:network', Aliases: 'name:container' },
    Constraints: 'constraint',
    // Numbers alone.
    Mode: 'json',
    EndpointMode: 'keep',
  },
  Endpoint: { Ports: port, VirtualIPs: { NetworkID: 'id', Addr: 'address' } },
  UpdateStatus: { State: 'keep', Message: 'sentence' },
}

const taskPlan: Of<'tasks'> = {
  ID: 'id',
  CreatedAt: 'keep',
  ServiceID: 'id',
  NodeID: 'id',
  Image: 'image',
  DesiredState: 'keep',
  Status: {
    State: 'keep',
    Timestamp: 'keep',
    Message: 'sentence',
    Err: 'sentence',
    ContainerID: 'id',
    Ports: port,
  },
  NetworksAttachments: { NetworkID: 'id', Addresses: 'address' },
}

const nodePlan: Of<'nodes'> = {
  ID: 'id',
  Hostname: 'name:host',
  Labels: 'labels',
  Role: 'keep',
  Availability: 'keep',
  State: 'keep',
  Message: 'sentence',
  Addr: 'address',
  EngineVersion: 'release',
  ManagerStatus: { Reachability: 'keep', Addr: 'address' },
}

const infoPlan: Plan<NonNullable<Docker['info']>> = {
  ID: 'id',
  Name: 'name:host',
  ServerVersion: 'release',
  OperatingSystem: 'sentence',
  KernelVersion: 'release',
  FirewallBackend: 'sentence',
  NetworkDrivers: 'word',
  SecurityOptions: 'sentence',
  Warnings: 'sentence',
  Swarm: {
    LocalNodeState: 'keep',
    NodeID: 'id',
    NodeAddr: 'address',
    Error: 'sentence',
    RemoteManagers: { NodeID: 'id', Addr: 'address' },
    Cluster: { ID: 'id', DefaultAddrPool: 'address' },
  },
}

export const dockerPlan: Plan<Docker> = {
  host: 'url',
  readAt: 'keep',
  version: {
    Version: 'release',
    ApiVersion: 'keep',
    MinAPIVersion: 'keep',
    Os: 'keep',
    Arch: 'keep',
  },
  info: infoPlan,
  networks: networkPlan,
  containers: containerPlan,
  services: servicePlan,
  tasks: taskPlan,
  nodes: nodePlan,
  events: {
    time: 'keep',
    Type: 'keep',
    Action: 'sentence',
    Actor: { ID: 'name:container', Attributes: 'labels' },
    scope: 'keep',
  },
}
