import {
  createIpvsClient,
  IP_VS_TUNNEL_ENCAP_FLAG_CSUM,
  IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM,
  type IpvsEntry,
  isOnePacket,
  isPersistent,
  printDestination,
  printService,
  type RealServerEntry,
  schedulerFlags,
  type Tunnel,
  type VirtualService as Configured,
} from 'ipvs-netlink'
import type { Transport } from 'netlink-codec'
import type { Ipvs, RealServer, VirtualService } from '../../snapshot/index.ts'
import type { Reading } from './source-log.ts'

/**
 * The IPVS tables of the namespace that `transport` lives in: services, real servers and, where there are services, the
 * timeouts of connections. Most namespaces have none; they cost one question.
 *
 * @param familyId of the generic-netlink family `IPVS`, found by listing the families (`listFamilies`)
 * @throws NetlinkError EPERM without CAP_NET_ADMIN: over the host, and from Linux 6.13 on over the namespace's owner
 */
export function readIpvs(transport: Transport, familyId: number): Reading<Ipvs> {
  const client = createIpvsClient({ transport, familyId })
  const { rows, interrupted, problems } = client.readAll()
  const services = rows.map(serviceRow)
  const value = services.length === 0 ? { services } : { services, timeouts: client.timeouts() }
  return { value, interrupted, problems }
}

function serviceRow({ service, stats, realServers }: IpvsEntry): VirtualService {
  const { family, scheduler, persistenceEngine, unknown } = service
  return {
    text: printService(service),
    family,
    ...(service.fwmark === undefined
      ? { protocol: service.protocol, address: service.address, port: service.port }
      : { fwmark: service.fwmark }),
    scheduler,
    flags: [...schedulerFlags(service), ...(isOnePacket(service) ? ['ops'] : [])],
    ...(isPersistent(service) ? { persistence: service.timeout, netmask: service.netmask } : {}),
    ...(persistenceEngine === undefined ? {} : { persistenceEngine }),
    stats,
    ...(unknown ? { unknown: [...unknown] } : {}),
    realServers: realServers.map(entry => realServerRow(service, entry)),
  }
}

function realServerRow(service: Configured, entry: RealServerEntry): RealServer {
  const { family: _, tunnel, unknown, ...configured } = entry.realServer
  const { activeConns, inactiveConns, persistConns, stats } = entry
  return {
    text: printDestination(service, entry.realServer),
    ...configured,
    ...(tunnel && configured.forwarding === 'tunnel' ? { tunnel: tunnelRow(tunnel) } : {}),
    activeConns,
    inactiveConns,
    persistConns,
    stats,
    ...(unknown ? { unknown: [...unknown] } : {}),
  }
}

function tunnelRow({ type, port, flags }: Tunnel): NonNullable<RealServer['tunnel']> {
  const names: string[] = []
  if ((flags & IP_VS_TUNNEL_ENCAP_FLAG_CSUM) !== 0) names.push('csum')
  if ((flags & IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM) !== 0) names.push('remcsum')
  return type === 'gue' ? { type, port, flags: names } : { type, flags: names }
}
