import * as K from './constants.ts'
import { forwardingNumber } from './names.ts'
import type { RealServer, VirtualService, VirtualServiceKey } from './types.ts'

/** What the scheduler flags are called, SCHED1 to SCHED3; `ipvsadm -b` takes the same words. */
const schedulerFlagNames: Readonly<Record<string, readonly string[]>> = {
  sh: ['sh-fallback', 'sh-port'],
  mh: ['mh-fallback', 'mh-port'],
}
const otherFlagNames = ['flag-1', 'flag-2', 'flag-3']
const schedulerFlagBits = [K.IP_VS_SVC_F_SCHED1, K.IP_VS_SVC_F_SCHED2, K.IP_VS_SVC_F_SCHED3]

/** `10.0.0.1:80`, `[fd00::1]:80` */
export function endpointText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** As ipvsadm prints a mark: signed, so those from 2^31 on come out negative. */
export function fwmarkText(key: VirtualServiceKey & { readonly fwmark: number }): number {
  return key.fwmark | 0
}

/** Names of the scheduler flags that are set: `sh-fallback`, `sh-port`. */
export function schedulerFlags(service: VirtualService): string[] {
  const names = schedulerFlagNames[service.scheduler] ?? otherFlagNames
  return names.filter((_, index) => (service.flags & schedulerFlagBits[index]!) !== 0)
}

export function isPersistent(service: VirtualService): boolean {
  return (service.flags & K.IP_VS_SVC_F_PERSISTENT) !== 0
}

export function isOnePacket(service: VirtualService): boolean {
  return (service.flags & K.IP_VS_SVC_F_ONEPACKET) !== 0
}

/** The netmask of persistence when it is not that of a single client, which ipvsadm leaves out. */
export function narrowNetmask(service: VirtualService): string | undefined {
  const single = service.family === 'inet' ? '255.255.255.255' : '128'
  return service.netmask === single ? undefined : service.netmask
}

/**
 * The line of `ipvsadm -Sn` (1.31) for a service: `-A -t 10.0.0.1:80 -s rr -p 300`.
 *
 * Exactly its words, quirks included: marks from 2^31 on are negative numbers.
 */
export function printService(service: VirtualService): string {
  let line = `-A ${keyText(service)} -s ${service.scheduler}`
  if (isPersistent(service)) {
    const netmask = narrowNetmask(service)
    line += ` -p ${service.timeout}${netmask === undefined ? '' : ` -M ${netmask}`}`
  }
  if (service.persistenceEngine) line += ` --pe ${service.persistenceEngine}`
  if (isOnePacket(service)) line += ' -o'
  const flags = schedulerFlags(service)
  return flags.length > 0 ? `${line} -b ${flags.join(',')}` : line
}

/**
 * The line of `ipvsadm -Sn` (1.31) for a real server: `-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 1`.
 *
 * As ipvsadm, it leaves out the thresholds: `-x` and `-y` are read back by nothing that it saves.
 */
export function printDestination(service: VirtualServiceKey, realServer: RealServer): string {
  const target = endpointText(realServer.address, realServer.port)
  const line = `-a ${keyText(service)} -r ${target} ${forwardingSwitch(realServer)} -w ${realServer.weight}`
  return realServer.forwarding === 'tunnel' ? line + tunnelSwitches(realServer) : line
}

function keyText(key: VirtualServiceKey): string {
  if (key.fwmark !== undefined) return `-f ${fwmarkText(key)}${key.family === 'inet6' ? ' -6' : ''}`
  const option = { tcp: '-t', udp: '-u', sctp: '--sctp-service' }[key.protocol as string] ?? key.protocol
  return `${option} ${endpointText(key.address, key.port)}`
}

/** ipvsadm has a switch for three methods; the kernel never reports others for a real server of a table. */
function forwardingSwitch(realServer: RealServer): string {
  const switches = ['-m', '', '-i', '-g']
  return switches[forwardingNumber(realServer.forwarding)] ?? ''
}

function tunnelSwitches({ tunnel }: RealServer): string {
  if (!tunnel) return ''
  const checksum =
    (tunnel.flags & K.IP_VS_TUNNEL_ENCAP_FLAG_CSUM) !== 0
      ? ' --tun-csum'
      : (tunnel.flags & K.IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM) !== 0
        ? ' --tun-remcsum'
        : ' --tun-nocsum'
  switch (tunnel.type) {
    case 'gue':
      return ` --tun-type gue --tun-port ${tunnel.port}${checksum}`
    case 'gre':
      return ` --tun-type gre${checksum}`
    default:
      return ` --tun-type ${tunnel.type}`
  }
}
