import type { VirtualService } from '../../snapshot/index.ts'
import { realServerKey, virtualServiceKey } from '../../snapshot/row-keys.ts'
import {
  endpoint,
  hex,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  type Packet,
  TCP_ACK,
  TCP_SYN,
} from '../packet.ts'
import type { View } from '../view.ts'
import { type InHook, send, untrack } from './ipvs-send.ts'
import { end, type Next } from './next.ts'
import { addStep, changed, type Walk } from './walk.ts'

/** Protocols that IPVS balances by connection. */
const balanced = new Set<number | undefined>([IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP])

/**
 * ip_vs_in of ip_vs_core.c: the first packet of a connection to a virtual service goes to one of its real servers. Undefined:
 * IPVS lets the packet pass.
 */
export function ipvsIn(walk: Walk, view: View, packet: Packet, hook: InHook): Next | undefined {
  if (packet.ipvs || !balanced.has(packet.protocol)) return undefined
  const missing = view.missing('ipvs')
  if (missing !== undefined) return withoutIpvs(walk, view, packet, missing)
  const service = findService(view, packet)
  if (!service || (packet.protocol === IPPROTO_TCP && !isFirst(packet))) return undefined
  return balance(walk, view, packet, hook, service)
}

/** Whether there is no IPVS, or it may not be read, is a difference where a mark is waiting for it. */
function withoutIpvs(walk: Walk, view: View, packet: Packet, missing: string): Next | undefined {
  const report = view.namespace.sources.find(({ source }) => source === 'ipvs')
  if (report?.status === 'unavailable') return undefined
  if (packet.mark === 0) return undefined
  const detail = `the virtual services of ${view.namespace.name} were not read: ${missing}`
  addStep(walk, view, { kind: 'ipvs', action: 'unknown', detail, evidence: [view.ref('ipvs', '')] })
  return end(view, packet, 'insufficient-info', detail, [view.ref('ipvs', '')])
}

/** tcp_conn_schedule: only a SYN begins a connection (sloppy_tcp is off unless somebody turns it on). */
function isFirst({ tcpFlags }: Packet): boolean {
  return typeof tcpFlags === 'number' && (tcpFlags & TCP_SYN) !== 0 && (tcpFlags & TCP_ACK) === 0
}

/** ip_vs_service_find: by mark, then by address and port, then the persistent service of port 0. */
function findService(view: View, packet: Packet): VirtualService | undefined {
  const services = view.namespace.ipvs.services.filter(({ family }) => family === packet.family)
  if (packet.mark !== 0 && packet.mark !== undefined) {
    const marked = services.find(({ fwmark }) => fwmark === packet.mark)
    if (marked) return marked
  }
  const word = packet.protocol === IPPROTO_TCP ? 'tcp' : packet.protocol === IPPROTO_UDP ? 'udp' : 'sctp'
  const here = services.filter(
    ({ protocol, address }) => protocol?.toLowerCase() === word && address === packet.destination,
  )
  return here.find(({ port }) => port === packet.destinationPort) ?? here.find(({ port }) => port === 0)
}

/** ip_vs_schedule. Any of those with a weight may be next; ip_vs_leave when there is none. */
function balance(walk: Walk, view: View, packet: Packet, hook: InHook, service: VirtualService): Next {
  const name = virtualServiceKey(service)
  const proof = [view.ref('ipvs', name)]
  const able = service.realServers.filter(({ weight }) => weight > 0)
  if (able.length === 0) {
    const why = service.realServers.length === 0 ? 'has no real server' : 'has only real servers of weight 0'
    addStep(walk, view, { kind: 'ipvs', action: 'rejected', detail: `${name} ${why}`, evidence: proof })
    return end(view, packet, 'no-real-server', `virtual service ${name} ${why}`, proof)
  }
  const detail = `${name} ${service.scheduler}: ${able.length} of ${service.realServers.length} real servers take new connections`
  addStep(walk, view, { kind: 'ipvs', action: 'balanced', hook, detail, evidence: proof })
  return {
    at: 'fork',
    reason: 'real-server',
    packet,
    branches: able.map(server => ({
      // Port 0: the one that was asked for.
      label: `${server.port === 0 ? server.address : endpoint(server.address, server.port)} ${server.forwarding} weight ${server.weight}`,
      evidence: [view.ref('ipvs', realServerKey(service, server))],
      view,
      steps: [],
      next: {
        at: 'resume',
        packet,
        goOn: (branch, start) => send(branch, view, start, { service, server, hook }),
      },
    })),
  }
}

/** ip_vs_out of ip_vs_core.c: a real server's answer gets the address of the virtual service back. */
export function ipvsOut(walk: Walk, view: View, packet: Packet, hook: InHook | 'FORWARD'): Packet {
  if (packet.ipvs || walk.ipvsConnections.length === 0) return packet
  const found = walk.ipvsConnections.find(
    connection =>
      connection.view === view &&
      connection.protocol === packet.protocol &&
      connection.realServer === packet.source &&
      connection.realPort === packet.sourcePort &&
      connection.client === packet.destination &&
      connection.clientPort === packet.destinationPort,
  )
  if (found?.method !== 'masq') return packet
  const answered: Packet = {
    ...packet,
    source: found.virtualAddress,
    sourcePort: found.virtualPort,
    ipvs: {
      protocol: found.protocol,
      virtualAddress: found.virtualAddress,
      virtualPort: found.virtualPort,
      method: found.method,
      direction: 'reply',
    },
  }
  const after = found.isTracked ? answered : untrack(answered)
  const detail = `the answer of ${endpoint(found.realServer, found.realPort)}`
  addStep(walk, view, { kind: 'ipvs', action: 'snat', hook, detail, evidence: [], ...changed(packet, after) })
  return after
}

/** A mark that no virtual service waits for: what a socket look-up then fails to find was meant for IPVS. */
export function unservedMark(view: View, packet: Packet): string | undefined {
  const { mark } = packet
  if (mark === undefined || mark === 0 || packet.ipvs) return undefined
  if (view.namespace.kind !== 'ingress' && view.namespace.kind !== 'load-balancer' && !hasServices(view)) {
    return undefined
  }
  const missing = view.missing('ipvs')
  const why = missing ?? `there is no virtual service FWM ${mark}`
  return `mark ${hex(mark)} (${mark}) is set, and ${why}`
}

const hasServices = (view: View) => view.namespace.ipvs.services.length > 0
