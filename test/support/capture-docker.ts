/* oxlint-disable typescript/no-explicit-any, typescript/no-unsafe-return, typescript/no-unsafe-call */
import type { Snapshot } from '../../src/snapshot/index.ts'
import type { CaptureFiles } from './swarm-capture.ts'

type Docker = NonNullable<Snapshot['docker']>

/** An answer of the API: what it holds is checked by the schema, in the test that says that a capture is a snapshot. */
type Answer = any

/** What the schema keeps of the answers in a capture. A worker has no services, tasks and nodes. */
export function dockerOf(files: CaptureFiles): Docker {
  const answer = (path: string): Answer => JSON.parse(files.get(`api/${path}.json`) ?? 'null')
  const below = (folder: string): Answer[] =>
    [...files].filter(([path]) => path.startsWith(`api/${folder}/`)).map(([, text]) => JSON.parse(text))
  const info = answer('info')
  const version = answer('version')
  const list = <Row>(name: string, convert: (row: Answer) => Row): Row[] | undefined =>
    Array.isArray(answer(name)) ? answer(name).map(convert) : undefined
  const services = list('services', serviceOf)
  const tasks = list('tasks', taskOf)
  const nodes = list('nodes', nodeOf)
  return {
    host: 'unix:///var/run/docker.sock',
    version: {
      Version: version.Version,
      ApiVersion: version.ApiVersion,
      MinAPIVersion: version.MinAPIVersion,
      Os: version.Os,
      Arch: version.Arch,
    },
    info: infoOf(info),
    networks: below('network').map(networkOf),
    containers: below('container').map(containerOf),
    ...(services && { services }),
    ...(tasks && { tasks }),
    ...(nodes && { nodes }),
  }
}

function infoOf(info: Answer): Answer {
  const {
    NodeID,
    NodeAddr,
    LocalNodeState,
    ControlAvailable,
    Error,
    RemoteManagers,
    Nodes,
    Managers,
    Cluster,
  } = info.Swarm
  return {
    ID: info.ID,
    Name: info.Name,
    ServerVersion: info.ServerVersion,
    OperatingSystem: info.OperatingSystem,
    KernelVersion: info.KernelVersion,
    Containers: info.Containers,
    ContainersRunning: info.ContainersRunning,
    IPv4Forwarding: info.IPv4Forwarding,
    BridgeNfIptables: info.BridgeNfIptables,
    LiveRestoreEnabled: info.LiveRestoreEnabled,
    NetworkDrivers: info.Plugins.Network,
    SecurityOptions: info.SecurityOptions ?? [],
    Warnings: info.Warnings ?? [],
    Swarm: {
      NodeID,
      NodeAddr,
      LocalNodeState,
      ControlAvailable,
      Error,
      RemoteManagers: RemoteManagers ?? [],
      Nodes,
      Managers,
      ...(Cluster && {
        Cluster: {
          ID: Cluster.ID,
          DefaultAddrPool: Cluster.DefaultAddrPool ?? [],
          SubnetSize: Cluster.SubnetSize,
          DataPathPort: Cluster.DataPathPort,
        },
      }),
    },
  }
}

function networkOf(network: Answer): Answer {
  const services = network.Services as Record<string, Answer> | undefined
  return {
    Name: network.Name,
    Id: network.Id,
    Created: network.Created,
    Scope: network.Scope,
    Driver: network.Driver,
    EnableIPv6: network.EnableIPv6,
    Internal: network.Internal,
    Attachable: network.Attachable,
    Ingress: network.Ingress,
    ConfigOnly: network.ConfigOnly,
    IPAM: {
      Driver: network.IPAM.Driver,
      Options: network.IPAM.Options ?? {},
      Config: network.IPAM.Config ?? [],
    },
    Options: network.Options ?? {},
    Labels: network.Labels ?? {},
    Containers: network.Containers ?? {},
    ...(network.Peers && { Peers: network.Peers }),
    ...(services && {
      Services: Object.fromEntries(
        Object.entries(services).map(([name, service]) => [
          name,
          { ...service, VIP: service.VIP === '<nil>' ? '' : service.VIP, Ports: service.Ports ?? [] },
        ]),
      ),
    }),
  }
}

function containerOf(container: Answer): Answer {
  const { State, NetworkSettings: settings, Config } = container
  return {
    Id: container.Id,
    Name: container.Name.replace(/^\//, ''),
    Created: container.Created,
    Image: Config.Image,
    ImageID: container.Image,
    Labels: Config.Labels ?? {},
    State: {
      Status: State.Status,
      Pid: State.Pid,
      ExitCode: State.ExitCode,
      StartedAt: State.StartedAt,
      Error: State.Error,
      Health: State.Health?.Status,
    },
    HostConfig: { NetworkMode: container.HostConfig.NetworkMode },
    NetworkSettings: {
      SandboxID: settings.SandboxID,
      SandboxKey: settings.SandboxKey,
      Ports: Object.fromEntries(
        Object.entries(settings.Ports as Record<string, Answer>).map(([port, to]) => [port, to ?? []]),
      ),
      Networks: Object.fromEntries(
        Object.entries(settings.Networks as Record<string, Answer>).map(([name, endpoint]) => [
          name,
          {
            NetworkID: endpoint.NetworkID,
            EndpointID: endpoint.EndpointID,
            Gateway: endpoint.Gateway,
            IPAddress: endpoint.IPAddress,
            IPPrefixLen: endpoint.IPPrefixLen,
            IPv6Gateway: endpoint.IPv6Gateway,
            GlobalIPv6Address: endpoint.GlobalIPv6Address,
            GlobalIPv6PrefixLen: endpoint.GlobalIPv6PrefixLen,
            MacAddress: endpoint.MacAddress,
            Aliases: endpoint.Aliases ?? [],
            DNSNames: endpoint.DNSNames ?? [],
            DriverOpts: endpoint.DriverOpts ?? {},
          },
        ]),
      ),
    },
  }
}

function serviceOf(service: Answer): Answer {
  const { Spec, Endpoint } = service
  return {
    ID: service.ID,
    CreatedAt: service.CreatedAt,
    UpdatedAt: service.UpdatedAt,
    Version: service.Version,
    Spec: {
      Name: Spec.Name,
      Labels: Spec.Labels,
      Image: Spec.TaskTemplate.ContainerSpec.Image,
      Networks: (Spec.TaskTemplate.Networks ?? []).map((network: Answer) => ({
        Target: network.Target,
        Aliases: network.Aliases ?? [],
      })),
      Constraints: Spec.TaskTemplate.Placement?.Constraints ?? [],
      Mode: Spec.Mode,
      EndpointMode: Spec.EndpointSpec?.Mode ?? 'vip',
    },
    Endpoint: { Ports: Endpoint.Ports ?? [], VirtualIPs: Endpoint.VirtualIPs ?? [] },
    ...(service.ServiceStatus && { ServiceStatus: service.ServiceStatus }),
  }
}

function taskOf(task: Answer): Answer {
  const { Status } = task
  return {
    ID: task.ID,
    CreatedAt: task.CreatedAt,
    ServiceID: task.ServiceID,
    Slot: task.Slot,
    NodeID: task.NodeID,
    Image: task.Spec.ContainerSpec.Image,
    DesiredState: task.DesiredState,
    Status: {
      State: Status.State,
      Timestamp: Status.Timestamp,
      Message: Status.Message,
      ContainerID: Status.ContainerStatus?.ContainerID,
      PID: Status.ContainerStatus?.PID,
      Ports: Status.PortStatus?.Ports ?? [],
    },
    NetworksAttachments: (task.NetworksAttachments ?? []).map((attachment: Answer) => ({
      NetworkID: attachment.Network.ID,
      Addresses: attachment.Addresses ?? [],
    })),
  }
}

function nodeOf(node: Answer): Answer {
  return {
    ID: node.ID,
    Hostname: node.Description.Hostname,
    Labels: node.Spec.Labels,
    Role: node.Spec.Role,
    Availability: node.Spec.Availability,
    State: node.Status.State,
    Addr: node.Status.Addr,
    EngineVersion: node.Description.Engine.EngineVersion,
    ...(node.ManagerStatus && {
      ManagerStatus: {
        Leader: node.ManagerStatus.Leader ?? false,
        Reachability: node.ManagerStatus.Reachability,
        Addr: node.ManagerStatus.Addr,
      },
    }),
  }
}
