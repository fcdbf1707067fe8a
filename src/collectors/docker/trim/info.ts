import type { DockerInfo, DockerVersion } from '../../../snapshot/index.ts'
import { compact, type Fields, readFields } from './fields.ts'

/** Trims an answer of `GET /version`. */
export function trimVersion(answer: unknown, problems: string[]): DockerVersion {
  const version = readFields(answer, 'version', problems)
  return compact({
    Version: version.text('Version'),
    ApiVersion: version.text('ApiVersion'),
    MinAPIVersion: version.optionalText('MinAPIVersion'),
    Os: version.optionalText('Os'),
    Arch: version.optionalText('Arch'),
  })
}

/** Trims an answer of `GET /info`; registries, proxies, runtimes and certificates are not looked at. */
export function trimInfo(answer: unknown, problems: string[]): DockerInfo {
  const info = readFields(answer, 'info', problems)
  return compact({
    ID: info.text('ID'),
    Name: info.text('Name'),
    ServerVersion: info.text('ServerVersion'),
    OperatingSystem: info.text('OperatingSystem'),
    KernelVersion: info.text('KernelVersion'),
    Containers: info.number('Containers'),
    ContainersRunning: info.number('ContainersRunning'),
    IPv4Forwarding: info.optionalFlag('IPv4Forwarding'),
    BridgeNfIptables: info.optionalFlag('BridgeNfIptables'),
    LiveRestoreEnabled: info.optionalFlag('LiveRestoreEnabled'),
    FirewallBackend: info.fields('FirewallBackend').optionalText('Driver'),
    NetworkDrivers: info.fields('Plugins').texts('Network'),
    SecurityOptions: info.texts('SecurityOptions'),
    Warnings: info.texts('Warnings'),
    Swarm: swarm(info.fields('Swarm')),
  })
}

function swarm(fields: Fields): DockerInfo['Swarm'] {
  const cluster = fields.optionalFields('Cluster')
  return compact({
    LocalNodeState: fields.text('LocalNodeState'),
    NodeID: fields.text('NodeID'),
    NodeAddr: fields.text('NodeAddr'),
    ControlAvailable: fields.flag('ControlAvailable'),
    Error: fields.text('Error'),
    RemoteManagers: fields
      .list('RemoteManagers')
      .map(manager => ({ NodeID: manager.text('NodeID'), Addr: manager.text('Addr') })),
    Nodes: fields.optionalNumber('Nodes'),
    Managers: fields.optionalNumber('Managers'),
    Cluster:
      cluster &&
      compact({
        ID: cluster.text('ID'),
        DefaultAddrPool: cluster.texts('DefaultAddrPool'),
        SubnetSize: cluster.optionalNumber('SubnetSize'),
        DataPathPort: cluster.optionalNumber('DataPathPort'),
      }),
  })
}
