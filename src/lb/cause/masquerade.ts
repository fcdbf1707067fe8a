import { isInPrefix, parseIp, parsePrefix } from '../../util/prefix.ts'
import type { Packet } from '../packet.ts'
import type { Cause } from '../trace.ts'
import { ownAddress, type View } from '../view.ts'
import { causeIn, chainRef } from './cause.ts'

type Network = NonNullable<NonNullable<View['snapshot']['docker']>['networks']>[number]

/** The bridge network of Docker that a packet's source is of. */
export function bridgeNetworkOf({ snapshot }: View, { source }: Packet): Network | undefined {
  const ip = source === undefined ? undefined : parseIp(source)
  return snapshot.docker?.networks?.find(
    ({ Driver, IPAM }) =>
      Driver === 'bridge' &&
      IPAM.Config.some(({ Subnet }) => {
        const prefix = Subnet === undefined ? undefined : parsePrefix(Subnet)
        return ip !== undefined && prefix !== undefined && isInPrefix(ip, prefix)
      }),
  )
}

/** Bridges are, unless they are told not to be, or are routed (gateway_mode of Docker 27 and later). */
export function isMasqueraded({ Options, Internal }: Network): boolean {
  const mode = Options['com.docker.network.bridge.gateway_mode_ipv4'] ?? 'nat'
  const isOn = Options['com.docker.network.bridge.enable_ip_masquerade'] !== 'false'
  return !Internal && isOn && mode.startsWith('nat')
}

/** A packet leaves the node with an address of a bridge network that Docker masquerades. */
export function causeOfNoMasquerade(view: View, ifname: string, packet: Packet): Cause | undefined {
  const isOwn = packet.source === undefined || ownAddress(view, packet.source) !== undefined
  const network = isOwn ? undefined : bridgeNetworkOf(view, packet)
  if (!network || !isMasqueraded(network)) return undefined
  const detail = `no rule of nat POSTROUTING gives what comes from ${network.Name} (${packet.source}) an address of ${ifname}`
  return causeIn(view, detail, [chainRef(view, 'nat', 'POSTROUTING', packet.family)])
}
