import type { Link } from '../../../snapshot/index.ts'

/** IFF_* of linux/if.h, in the order in which ifconfig prints them; it knows only the lower 16 bits. */
const flagBits = [
  ['UP', 0x1],
  ['BROADCAST', 0x2],
  ['DEBUG', 0x4],
  ['LOOPBACK', 0x8],
  ['POINTOPOINT', 0x10],
  ['NOTRAILERS', 0x20],
  ['RUNNING', 0x40],
  ['NOARP', 0x80],
  ['PROMISC', 0x100],
  ['ALLMULTI', 0x200],
  ['SLAVE', 0x800],
  ['MASTER', 0x400],
  ['MULTICAST', 0x1000],
  ['PORTSEL', 0x2000],
  ['AUTOMEDIA', 0x4000],
  ['DYNAMIC', 0x8000],
] as const

/**
 * Flags as ifconfig prints them, from iproute2's words. iproute2 leaves RUNNING out, and says NO-CARRIER instead when
 * an interface that is up is not running.
 */
export function ifconfigFlags(words: readonly string[]): { bits: number; names: string[] } {
  const set = new Set(words)
  if (set.has('UP') && !set.has('NO-CARRIER')) set.add('RUNNING')
  let bits = 0
  const names: string[] = []
  for (const [name, bit] of flagBits) {
    if (!set.has(name)) continue
    bits |= bit
    names.push(name)
  }
  return { bits, names }
}

/** 24 is `255.255.255.0`. */
export function netmask(prefixlen: number): string {
  const ones = Math.max(0, Math.min(32, prefixlen))
  return [0, 8, 16, 24].map(shift => 256 - 2 ** (8 - Math.max(0, Math.min(8, ones - shift)))).join('.')
}

/** IPV6_ADDR_* scopes of net/ipv6.h, as ifconfig prints them. */
const scopeIds: Readonly<Record<string, string>> = { global: '0x0', host: '0x10', link: '0x20', site: '0x40' }

export function scopeId(scope: string): string {
  return `${scopeIds[scope] ?? '0x0'}<${scope}>`
}

type Data = NonNullable<Link['linkinfo']>['info_data']

/** The keys of `info_data` that tell interfaces of a kind apart; the whole of it is in the row's JSON. */
const tellingKeys: Readonly<Record<string, readonly string[]>> = {
  vxlan: ['id', 'group', 'remote', 'local', 'link', 'port', 'learning', 'proxy', 'rsc', 'l2miss', 'l3miss'],
  bridge: ['stp_state', 'vlan_filtering', 'nf_call_iptables'],
  'bridge port': ['state', 'hairpin', 'learning'],
  vlan: ['protocol', 'id'],
  macvlan: ['mode'],
  macvtap: ['mode'],
  ipvlan: ['mode', 'flags'],
  bond: ['mode', 'active_slave'],
  tun: ['type', 'pi', 'vnet_hdr'],
}

/** `id 4097 port 4789 nolearning`: iproute2's words for what it prints as JSON. */
export function kindWords(kind: string, data: Data): string[] {
  if (!data) return []
  return (tellingKeys[kind] ?? []).flatMap(key => {
    const value = data[key]
    if (value === undefined || value === null) return []
    if (value === true) return [key]
    if (value === false) return [`no${key}`]
    return [`${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`]
  })
}
