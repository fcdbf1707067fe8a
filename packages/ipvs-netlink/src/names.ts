import { AF_INET, AF_INET6 } from './constants.ts'
import type { AddressFamily, ForwardingMethod, Protocol, TunnelType, VirtualServiceKey } from './types.ts'

/** IPPROTO_* (linux/in.h) that IPVS balances. */
const protocols: Readonly<Record<number, Protocol>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' }
/** IP_VS_CONN_F_MASQ and following, by number. */
const forwardingMethods: readonly ForwardingMethod[] = ['masq', 'local', 'tunnel', 'droute', 'bypass']
/** IP_VS_CONN_F_TUNNEL_TYPE_*, by number. */
const tunnelTypes: readonly TunnelType[] = ['ipip', 'gue', 'gre']

export function protocolName(number: number): Protocol {
  return protocols[number] ?? `${number}`
}

export function protocolNumber(name: Protocol): number {
  if (name === 'tcp') return 6
  if (name === 'udp') return 17
  return name === 'sctp' ? 132 : Number(name)
}

export function forwardingName(number: number): ForwardingMethod {
  return forwardingMethods[number] ?? `${number}`
}

export function forwardingNumber(name: ForwardingMethod): number {
  const number = forwardingMethods.indexOf(name)
  return number >= 0 ? number : Number(name)
}

export function tunnelTypeName(number: number): TunnelType {
  return tunnelTypes[number] ?? `${number}`
}

export function tunnelTypeNumber(name: TunnelType): number {
  const number = tunnelTypes.indexOf(name)
  return number >= 0 ? number : Number(name)
}

/** AF_*; undefined for a family that IPVS does not balance. */
export function familyName(number: number): AddressFamily | undefined {
  if (number === AF_INET) return 'inet'
  return number === AF_INET6 ? 'inet6' : undefined
}

export function familyNumber(name: AddressFamily): number {
  return name === 'inet' ? AF_INET : AF_INET6
}

/** One string for one key: the same for the same service, whatever its counters say. */
export function serviceId(key: VirtualServiceKey): string {
  if (key.fwmark !== undefined) return `${key.family} fwmark ${key.fwmark}`
  return `${key.protocol} ${key.address} ${key.port}`
}
