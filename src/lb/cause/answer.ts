import { endpoint, type Packet } from '../packet.ts'
import type { Cause } from '../trace.ts'
import type { View } from '../view.ts'
import type { Walk } from '../walk/walk.ts'
import { causeIn, chainRef } from './cause.ts'

/** An answer to an address that nobody knows, or one that did not come past the namespace whose IPVS had rewritten what it answers. */
export function causeOfStrayAnswer(walk: Walk): Cause | undefined {
  const { ipvsConnections, hops, direction, unmasked } = walk
  if (direction !== 'reply') return undefined
  if (unmasked) return unmasked
  const bridged = bridgedPast(walk)
  if (bridged) return bridged
  const missed = ipvsConnections.find(
    ({ method, view }) => method === 'masq' && !hops.some(hop => hop.view === view),
  )
  if (!missed) return undefined
  const { view, realServer, realPort, client } = missed
  const { name } = view.namespace
  const server = endpoint(realServer, realPort)
  if (!missed.isTracked) {
    const setting = 'net.ipv4.vs.conntrack'
    const detail = `${setting} is 0, so what IPVS sends to ${server} gets no address of ${name}: it answers ${client} itself`
    return causeIn(view, detail, [view.ref('sysctls', setting)], `sysctl -w ${setting}=1`)
  }
  const detail = `no rule of nat POSTROUTING gives what IPVS sends to ${server} an address of ${name}: it answers ${client} itself`
  return causeIn(view, detail, [chainRef(view, 'nat', 'POSTROUTING')])
}

/** What comes in clear and is refused: who sent it would encrypt it, had it the mark. */
export function causeOfClearText({ hops }: Walk, view: View, packet: Packet): Cause | undefined {
  const sender = hops.findLast(hop => hop.view.node !== view.node)?.view
  if (!sender || packet.secpath.length > 0) return undefined
  for (const policy of sender.namespace.xfrm.policies) {
    if (policy.dir !== 'out' || policy.mark === undefined) continue
    if (policy.dst.split('/')[0] !== packet.destination || policy.dport !== packet.destinationPort) continue
    const [mark = ''] = policy.mark.split('/')
    const to = endpoint(packet.destination, packet.destinationPort)
    const detail = `what is for ${to} is encrypted when it has mark ${mark}, and no rule of mangle OUTPUT sets it`
    return causeIn(sender, detail, [chainRef(sender, 'mangle', 'OUTPUT'), sender.ref('xfrm', '')])
  }
  return withoutPolicy(sender, packet)
}

/** The sender encrypts for other nodes, and has no policy for this one. */
function withoutPolicy(sender: View, { destination, destinationPort }: Packet): Cause | undefined {
  const others = sender.namespace.xfrm.policies.filter(
    ({ dir, dport }) => dir === 'out' && dport !== undefined && dport === destinationPort,
  )
  if (others.length === 0) return undefined
  const to = endpoint(destination, destinationPort)
  const detail = `no IPsec policy encrypts what is for ${to}, as others do for other nodes`
  return causeIn(sender, detail, [sender.ref('xfrm', '')])
}

/** A VTEP that is not the one which other nodes were told. */
export function causeOfWrongSource(
  { hops }: Walk,
  view: View,
  source: string,
  wanted: string,
): Cause | undefined {
  const sender = hops.findLast(hop => hop.view.node !== view.node)?.view
  const own = sender?.addressRows(source)[0]
  if (!sender || !own) return undefined
  const detail = `it sends VXLAN from ${source}, and others know it by ${wanted}`
  return causeIn(sender, detail, [
    sender.ref('addresses', `${own.ifindex} ${own.local}/${own.prefixlen}`),
    sender.ref('addresses', ''),
  ])
}

/** A bridge has handed the answer on without asking connection tracking, which had translated what it answers. */
function bridgedPast({ hops, connections }: Walk): Cause | undefined {
  const setting = 'net.bridge.bridge-nf-call-iptables'
  const hop = hops.find(
    ({ view, steps }) =>
      view.sysctl(setting) === 0 &&
      steps.some(({ kind }) => kind === 'bridge') &&
      connections.some(({ namespace, isDestinationNat }) => namespace === view.key && isDestinationNat),
  )
  if (!hop) return undefined
  const detail = `${setting} is 0, so an answer that stays on a bridge is not translated back`
  return causeIn(hop.view, detail, [hop.view.ref('sysctls', setting)], `sysctl -w ${setting}=1`)
}
