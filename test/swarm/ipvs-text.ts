import type { Ipvs, IpvsStats, RealServer, VirtualService } from '../../src/snapshot/index.ts'

/** How `ipvsadm -Ln` calls the ways of forwarding that Docker and people use. */
const forwardingWords: Readonly<Record<string, string>> = {
  masq: 'Masq',
  droute: 'Route',
  tunnel: 'Tunnel',
  local: 'Local',
}

type View = {
  readonly service: (service: VirtualService) => string
  readonly realServer: (server: RealServer) => string
}

/** The views of `ipvsadm` that a snapshot is compared with, by the switches that ask for them. */
export const ipvsViews: Readonly<Record<string, View>> = {
  '-Sn': { service: ({ text }) => text, realServer: ({ text }) => text },
  '-Ln': {
    service: service => [nameOf(service), service.scheduler, ...persistence(service)].join(' '),
    realServer: server =>
      [
        `-> ${server.address}:${server.port}`,
        forwardingWords[server.forwarding],
        server.weight,
        server.activeConns,
        server.inactiveConns,
      ].join(' '),
  },
  '-Ln --stats --exact': {
    service: service => `${nameOf(service)} ${totals(service.stats)}`,
    realServer: ({ address, port, stats }) => `-> ${address}:${port} ${totals(stats)}`,
  },
}

/** What a view says of a snapshot: a row each service, its real servers sorted, the rows sorted. */
export function ipvsRows(view: View, { services }: Ipvs): { text: string }[] {
  return sorted(services.map(service => [view.service(service), ...service.realServers.map(view.realServer)]))
}

/** The same from what ipvsadm printed. */
export function printedIpvsRows(output: string): { text: string }[] {
  const services: string[][] = []
  for (const line of output.split('\n').map(line => line.trim().replaceAll(/\s+/g, ' '))) {
    if (/^(IP Virtual Server|Prot |-> RemoteAddress|$)/.test(line)) continue
    if (/^(->|-a) /.test(line)) services.at(-1)!.push(line)
    else services.push([line])
  }
  return sorted(services)
}

export function timeoutsRow({ timeouts }: Ipvs): { text: string }[] {
  return timeouts
    ? [{ text: `Timeout (tcp tcpfin udp): ${timeouts.tcp} ${timeouts.tcpFin} ${timeouts.udp}` }]
    : []
}

function sorted(services: readonly (readonly string[])[]): { text: string }[] {
  const texts = services.map(([service, ...servers]) => [service, ...servers.toSorted()].join('; '))
  return texts.toSorted().map(text => ({ text }))
}

function nameOf({ family, fwmark, protocol, address, port }: VirtualService): string {
  if (fwmark !== undefined) return `FWM ${fwmark}${family === 'inet6' ? ' IPv6' : ''}`
  return `${protocol?.toUpperCase()} ${address}:${port}`
}

function persistence({ persistence: seconds }: VirtualService): string[] {
  return seconds === undefined ? [] : ['persistent', String(seconds)]
}

function totals(stats: IpvsStats): string {
  return [stats.conns, stats.inPackets, stats.outPackets, stats.inBytes, stats.outBytes].join(' ')
}
