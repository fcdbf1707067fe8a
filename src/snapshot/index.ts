export type { Address } from './schema/address.ts'
export type {
  Docker,
  DockerContainer,
  DockerEvent,
  DockerInfo,
  DockerNetwork,
  DockerNetworkService,
  DockerVersion,
} from './schema/docker.ts'
export type { Ipvs, IpvsStats, RealServer, VirtualService } from './schema/ipvs.ts'
export type { Link, LinkInfo, LinkInfoData, LinkPeer, LinkStats } from './schema/link.ts'
export type { Conntrack, Socket, Xfrm, XfrmPolicy, XfrmState } from './schema/misc.ts'
export type { Namespace } from './schema/namespace.ts'
export type { FdbEntry, Neighbour, Nsid } from './schema/neighbour.ts'
export type { NetfilterRule, NetfilterTable, NftTable } from './schema/netfilter.ts'
export type { Nexthop, PolicyRule, Route } from './schema/route.ts'
export type { Host, Snapshot } from './schema/snapshot.ts'
export type { SourceReport } from './schema/source.ts'
export type { DockerNode, DockerPort, DockerService, DockerTask } from './schema/swarm.ts'
export type { Qdisc, TcFilter } from './schema/tc.ts'
export type { BridgeVlan, PortVlans } from './schema/vlan.ts'
export {
  type NamespaceKind,
  namespaceKinds,
  SNAPSHOT_FORMAT,
  SNAPSHOT_VERSION,
  type SourceStatus,
  sourceStatuses,
} from './vocabulary.ts'
