import type { DockerPart } from '../collectors/docker/ask.ts'
import type { Docker, DockerPort } from '../snapshot/index.ts'
import { type Column, optional } from './columns.ts'

/** A kind that Docker tells of: what to ask for, where its rows are, and how a line tells them. */
export type DockerListing<Row> = {
  /** The first is the kind itself; the others give names to ids. */
  readonly parts: readonly [DockerPart, ...DockerPart[]]
  /** Undefined when the daemon did not tell. */
  readonly rows: (docker: Docker) => readonly Row[] | undefined
  readonly columns: (docker: Docker) => readonly Column<Row>[]
}

/** Keeps the row's type between its two halves, and forgets it for the table below. */
function listing<Row>(made: DockerListing<Row>): DockerListing<unknown> {
  return made as DockerListing<unknown>
}

const networks = listing({
  parts: ['networks'],
  rows: docker => docker.networks,
  columns: () => [
    { title: 'ID', cell: row => shortId(row.Id) },
    { title: 'NAME', cell: row => row.Name },
    { title: 'DRIVER', cell: row => row.Driver },
    { title: 'SCOPE', cell: row => row.Scope },
    {
      title: 'SUBNETS',
      cell: row => optional(row.IPAM.Config.flatMap(({ Subnet }) => Subnet ?? []).join(',')),
    },
    { title: 'VNI', cell: row => optional(row.Options['com.docker.network.driver.overlay.vxlanid_list']) },
    { title: 'ENDPOINTS', right: true, cell: row => String(Object.keys(row.Containers).length) },
    {
      title: 'SERVICES',
      right: true,
      cell: row => optional(row.Services && Object.keys(row.Services).length),
    },
    {
      title: 'FLAGS',
      cell: row =>
        optional(
          [
            row.Ingress && 'ingress',
            row.Internal && 'internal',
            row.Attachable && 'attachable',
            'encrypted' in row.Options && 'encrypted',
            row.EnableIPv6 && 'ipv6',
          ]
            .filter(flag => flag !== false)
            .join(','),
        ),
    },
  ],
})

const containers = listing({
  parts: ['containers'],
  rows: docker => docker.containers,
  columns: () => [
    { title: 'ID', cell: row => shortId(row.Id) },
    { title: 'NAME', cell: row => row.Name },
    { title: 'IMAGE', cell: row => row.Image },
    { title: 'STATE', cell: row => [row.State.Status, row.State.Health].filter(Boolean).join(',') },
    { title: 'PID', right: true, cell: row => optional(row.State.Pid || undefined) },
    { title: 'SANDBOX', cell: row => optional(row.NetworkSettings.SandboxKey.split('/').at(-1)) },
    {
      title: 'NETWORKS',
      cell: row =>
        optional(
          Object.entries(row.NetworkSettings.Networks)
            .map(
              ([name, { IPAddress, GlobalIPv6Address }]) =>
                `${name}=${IPAddress || GlobalIPv6Address || '-'}`,
            )
            .join(','),
        ),
    },
    {
      title: 'PORTS',
      cell: row =>
        optional(
          Object.entries(row.NetworkSettings.Ports)
            .flatMap(([port, bindings]) =>
              bindings.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}->${port}`),
            )
            .join(','),
        ),
    },
  ],
})

const services = listing({
  parts: ['services', 'networks'],
  rows: docker => docker.services,
  columns: docker => {
    const names = new Map(docker.networks?.map(({ Id, Name }) => [Id, Name]))
    return [
      { title: 'ID', cell: row => shortId(row.ID) },
      { title: 'NAME', cell: row => row.Spec.Name },
      { title: 'MODE', cell: row => optional(Object.keys(row.Spec.Mode)[0]?.toLowerCase()) },
      {
        title: 'REPLICAS',
        right: true,
        cell: row =>
          row.ServiceStatus
            ? `${row.ServiceStatus.RunningTasks}/${row.ServiceStatus.DesiredTasks}`
            : optional(row.Spec.Mode.Replicated?.Replicas),
      },
      { title: 'ENDPOINT', cell: row => row.Spec.EndpointMode },
      {
        title: 'VIPS',
        cell: row =>
          optional(
            row.Endpoint.VirtualIPs.map(
              ({ NetworkID, Addr }) => `${names.get(NetworkID) ?? shortId(NetworkID)}=${Addr ?? '-'}`,
            ).join(','),
          ),
      },
      { title: 'PORTS', cell: row => optional(row.Endpoint.Ports.map(portText).join(',')) },
      { title: 'IMAGE', cell: row => row.Spec.Image },
    ]
  },
})

const tasks = listing({
  parts: ['tasks', 'services', 'nodes'],
  rows: docker => docker.tasks,
  columns: docker => {
    const serviceNames = new Map(docker.services?.map(({ ID, Spec }) => [ID, Spec.Name]))
    const nodeNames = new Map(docker.nodes?.map(({ ID, Hostname }) => [ID, Hostname]))
    return [
      { title: 'ID', cell: row => shortId(row.ID) },
      { title: 'SERVICE', cell: row => optional(serviceNames.get(row.ServiceID) ?? shortId(row.ServiceID)) },
      { title: 'SLOT', right: true, cell: row => optional(row.Slot) },
      {
        title: 'NODE',
        cell: row => optional(row.NodeID && (nodeNames.get(row.NodeID) ?? shortId(row.NodeID))),
      },
      { title: 'DESIRED', cell: row => row.DesiredState },
      { title: 'STATE', cell: row => row.Status.State },
      {
        title: 'ADDRESSES',
        cell: row => optional(row.NetworksAttachments.flatMap(({ Addresses }) => Addresses).join(',')),
      },
      { title: 'ERROR', cell: row => optional(row.Status.Err) },
    ]
  },
})

const nodes = listing({
  parts: ['nodes'],
  rows: docker => docker.nodes,
  columns: () => [
    { title: 'ID', cell: row => shortId(row.ID) },
    { title: 'HOSTNAME', cell: row => row.Hostname },
    { title: 'ROLE', cell: row => (row.ManagerStatus?.Leader ? 'leader' : row.Role) },
    { title: 'STATE', cell: row => row.State },
    { title: 'AVAILABILITY', cell: row => row.Availability },
    { title: 'ADDRESS', cell: row => optional(row.Addr) },
    { title: 'ENGINE', cell: row => optional(row.EngineVersion) },
  ],
})

/** What `cnmtop ls` knows of Docker, by its word. */
export const dockerListings: Readonly<Record<string, DockerListing<unknown>>> = {
  networks,
  containers,
  services,
  tasks,
  nodes,
}

/** As the docker command shortens ids. */
function shortId(id: string): string {
  return id.slice(0, 12)
}

function portText({ PublishedPort, TargetPort, Protocol, PublishMode }: DockerPort): string {
  const published = PublishedPort === undefined || PublishedPort === 0 ? '*' : String(PublishedPort)
  return `${published}->${TargetPort}/${Protocol}${PublishMode === 'host' ? ' (host)' : ''}`
}
