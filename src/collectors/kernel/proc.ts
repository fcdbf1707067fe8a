import type { Conntrack } from '../../snapshot/index.ts'
import type { SysctlTree } from './sysctl-tree.ts'

/** What is read in every namespace: the settings that break or explain container networks, and no more. */
const everywhere: Readonly<Record<string, readonly string[]>> = {
  ipv4: [
    'ip_forward',
    'ip_default_ttl',
    'icmp_echo_ignore_all',
    'conf/all/rp_filter',
    'conf/all/arp_ignore',
    'conf/all/arp_announce',
    'conf/all/arp_filter',
    'conf/all/proxy_arp',
    'conf/all/route_localnet',
    'ip_local_port_range',
    'ip_local_reserved_ports',
    'ip_unprivileged_port_start',
    'tcp_keepalive_time',
    'tcp_keepalive_intvl',
    'tcp_keepalive_probes',
  ],
  ipv6: ['conf/all/disable_ipv6', 'conf/all/forwarding', 'conf/default/disable_ipv6', 'icmp/echo_ignore_all'],
  netfilter: ['nf_conntrack_max'],
  bridge: ['bridge-nf-call-iptables', 'bridge-nf-call-ip6tables', 'bridge-nf-call-arptables'],
}

const ofIpvs = ['conntrack', 'conn_reuse_mode', 'expire_nodest_conn', 'expire_quiescent_template']

/**
 * Settings that the first namespace alone has, and that count for all of them; and some that each has and sandboxes leave as they are:
 * a file more to read in each costs more than it tells (docs/adr/0008).
 */
const ofTheHost: Readonly<Record<string, readonly string[]>> = {
  core: ['netdev_max_backlog'],
  ipv4: [
    'neigh/default/gc_thresh1',
    'neigh/default/gc_thresh2',
    'neigh/default/gc_thresh3',
    'conf/all/accept_local',
    'conf/all/src_valid_mark',
    'vs/pmtu_disc',
  ],
  ipv6: ['neigh/default/gc_thresh1', 'neigh/default/gc_thresh2', 'neigh/default/gc_thresh3'],
}

/** What decides about frames that have a VLAN tag: asked for where there may be some. */
const ofVlans = ['bridge-nf-filter-vlan-tagged', 'bridge-nf-pass-vlan-input-dev']

export type SysctlOptions = {
  /** IPVS is loaded, so its settings exist in every namespace. */
  readonly hasIpvs: boolean
  /** The namespace is the node's own. */
  readonly isHost: boolean
  /** It has a VLAN device, or a bridge that filters by VLAN. */
  readonly hasVlans: boolean
}

/**
 * Sysctls by the name that sysctl(8) gives them (`net.ipv4.ip_forward`). What this kernel does not have is left out;
 * those of single interfaces come with the links (rtnl/link-sysctls.ts).
 *
 * @throws SystemCallError when a value may not be read
 */
export function readSysctls(
  tree: SysctlTree,
  { hasIpvs, isHost, hasVlans }: SysctlOptions,
): Record<string, string> {
  const values: Record<string, string> = {}
  for (const directory in everywhere) addValues(values, tree, directory, everywhere[directory]!)
  if (hasIpvs) addValues(values, tree, 'ipv4/vs', ofIpvs)
  if (hasVlans) addValues(values, tree, 'bridge', ofVlans)
  if (isHost) {
    for (const directory in ofTheHost) addValues(values, tree, directory, ofTheHost[directory]!)
  }
  return values
}

/** Entries of the namespace's connection table, and the limit; undefined without connection tracking. */
export function readConntrack(tree: SysctlTree): Conntrack | undefined {
  const count = tree.read('netfilter', 'nf_conntrack_count')
  const max = tree.read('netfilter', 'nf_conntrack_max')
  if (count === undefined || max === undefined) return undefined
  return { count: Number(count), max: Number(max) }
}

function addValues(
  values: Record<string, string>,
  tree: SysctlTree,
  directory: string,
  names: readonly string[],
): void {
  for (const name of names) {
    const value = tree.read(directory, name)
    if (value !== undefined) values[`net.${directory}.${name}`.replaceAll('/', '.')] = value
  }
}
