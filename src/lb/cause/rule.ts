import type { NetfilterRule } from '../../snapshot/index.ts'
import { endpoint, type Packet, protocolText } from '../packet.ts'
import type { Cause } from '../trace.ts'
import type { View } from '../view.ts'
import { causeIn, chainRef, tableOf } from './cause.ts'

const RESOLVER = '127.0.0.11'

/** Nobody listens: a rule that should have led elsewhere may be missing. */
export function causeOfNoListener(view: View, packet: Packet): Cause | undefined {
  return unmarked(view, packet) ?? noResolver(view, packet)
}

/** Where IPVS takes by marks, what has none was not marked. */
function unmarked(view: View, packet: Packet): Cause | undefined {
  const isMarked = packet.mark !== 0 || packet.ipvs !== null
  if (isMarked || !view.namespace.ipvs.services.some(({ fwmark }) => fwmark !== undefined)) return undefined
  const chain = chainOfMarks(view, packet.family)
  const to = endpoint(packet.destination, packet.destinationPort)
  const detail = `no rule of mangle ${chain} marks what is for ${protocolText(packet.protocol)} ${to}, so IPVS lets it pass`
  return causeIn(view, detail, [chainRef(view, 'mangle', chain, packet.family)])
}

/** The chain in which this namespace marks: ingress_sbox does it on PREROUTING, the balancer of a network on INPUT. */
function chainOfMarks(view: View, family: Packet['family']): string {
  const marking = tableOf(view, 'mangle', family)?.rules.find(({ target }) => target.name === 'MARK')
  return marking?.chain ?? (view.namespace.kind === 'load-balancer' ? 'INPUT' : 'PREROUTING')
}

function noResolver(view: View, packet: Packet): Cause | undefined {
  if (packet.destination !== RESOLVER) return undefined
  const word = protocolText(packet.protocol)
  const resolver = view.namespace.sockets.find(
    ({ protocol, address }) => protocol === word && address === RESOLVER,
  )
  if (!resolver) return undefined
  const detail = `the resolver is on ${word} ${RESOLVER}:${resolver.port}, and no rule of nat DOCKER_OUTPUT leads there`
  return causeIn(view, detail, [chainRef(view, 'nat', 'DOCKER_OUTPUT'), view.ref('sockets', resolver.inode)])
}

/** dockerd holds a port that it publishes through the mesh: a rule takes what comes for it before. */
export function causeOfReservedPort(
  view: View,
  { protocol, destinationPort, family, inDevice }: Packet,
): Cause {
  const isTranslated = tableOf(view, 'nat', family)?.rules.some(
    ({ chain, target, matches }) =>
      chain === 'DOCKER-INGRESS' &&
      target.name === 'DNAT' &&
      matches.some(match => isForPort(match, destinationPort)),
  )
  if (isTranslated) {
    // What came over lo was sent here.
    const chain = inDevice === 'lo' ? 'OUTPUT' : 'PREROUTING'
    const detail = `no rule of nat ${chain} leads to DOCKER-INGRESS, which has one for port ${destinationPort}`
    const fix = `iptables -t nat -I ${chain} -m addrtype --dst-type LOCAL -j DOCKER-INGRESS`
    return causeIn(view, detail, [chainRef(view, 'nat', chain, family)], fix)
  }
  const detail = `no rule of nat DOCKER-INGRESS leads ${protocolText(protocol)} port ${destinationPort} to ingress_sbox`
  return causeIn(view, detail, [chainRef(view, 'nat', 'DOCKER-INGRESS', family)])
}

type Match = NetfilterRule['matches'][number]

function isForPort(match: Match, port: number | null | undefined): boolean {
  if (match.name !== 'tcp' && match.name !== 'udp') return false
  return match.destinationPorts?.first === port && match.destinationPorts?.last === port
}

/** Dropped at a port that the sandbox does not open, though others of this address are turned into such a one. */
export function causeOfClosedPort(view: View, packet: Packet): Cause | undefined {
  const { destination, destinationPort, protocol } = packet
  const asked = packet.connection?.original.destinationPort
  const redirects = (tableOf(view, 'nat')?.rules ?? []).filter(
    ({ chain, target, ip }) =>
      chain === 'PREROUTING' && target.name === 'REDIRECT' && ip.destination?.address === destination,
  )
  const isTurned = redirects.some(({ matches }) => matches.some(match => isForPort(match, asked)))
  if (redirects.length === 0 || isTurned) return undefined
  const detail = `no rule of nat PREROUTING turns ${protocolText(protocol)} port ${destinationPort} into one that is open`
  return causeIn(view, detail, [chainRef(view, 'nat', 'PREROUTING')])
}
