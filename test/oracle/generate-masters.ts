import type { Random } from './random.ts'

/** Options of a bridge (ip-link(8), ip link set type bridge). */
export function bridgeOptions(random: Random): string[] {
  const number = (share: number, key: string, low: number, high: number): string[] =>
    random.maybe(share, `${key} ${random.int(low, high)}`)
  const switches = [
    'stp_state',
    'mcast_snooping',
    'mcast_query_use_ifaddr',
    'mcast_querier',
    'nf_call_iptables',
    'nf_call_ip6tables',
    'nf_call_arptables',
    'mcast_stats_enabled',
    'no_linklocal_learn',
    'mcast_vlan_snooping',
  ]
  // A kernel without CONFIG_BRIDGE_VLAN_FILTERING refuses the whole line.
  const vlan = random.chance(0.2)
    ? [
        `vlan_filtering ${random.int(0, 1)}`,
        ...random.maybe(0.5, `vlan_protocol ${random.pick(['802.1Q', '802.1ad'])}`),
        ...number(0.5, 'vlan_default_pvid', 0, 4094),
        ...number(0.5, 'vlan_stats_enabled', 0, 1),
        ...number(0.5, 'vlan_stats_per_port', 0, 1),
      ]
    : []
  return [
    ...number(0.3, 'forward_delay', 200, 3000),
    ...number(0.3, 'hello_time', 100, 1000),
    ...number(0.3, 'max_age', 600, 4000),
    ...number(0.3, 'ageing_time', 0, 1_000_000),
    ...number(0.3, 'priority', 0, 65_535),
    ...random.maybe(0.3, `group_fwd_mask 0x${(random.int(0, 0xffff) & ~7).toString(16)}`),
    ...switches.flatMap(key => number(0.25, key, 0, 1)),
    ...number(0.3, 'mcast_router', 0, 2),
    ...number(0.3, 'mcast_hash_max', 1, 4096),
    ...number(0.3, 'mcast_last_member_count', 0, 100),
    ...number(0.3, 'mcast_startup_query_count', 0, 100),
    ...number(0.3, 'mcast_last_member_interval', 0, 100_000),
    ...number(0.3, 'mcast_membership_interval', 0, 100_000),
    ...number(0.3, 'mcast_querier_interval', 0, 100_000),
    ...number(0.3, 'mcast_query_interval', 1000, 100_000),
    ...number(0.3, 'mcast_query_response_interval', 0, 100_000),
    ...number(0.3, 'mcast_startup_query_interval', 1000, 100_000),
    ...number(0.3, 'mcast_igmp_version', 2, 3),
    ...number(0.3, 'mcast_mld_version', 1, 2),
    ...vlan,
  ]
}

/** Options of a bridge port, each for a line of its own. @param ports other ports of the same bridge */
export function bridgePortOptions(random: Random, ports: readonly string[]): string[] {
  const switches = [
    'hairpin',
    'guard',
    'root_block',
    'fastleave',
    'learning',
    'flood',
    'proxy_arp',
    'proxy_arp_wifi',
    'mcast_flood',
    'bcast_flood',
    'mcast_to_unicast',
    'neigh_suppress',
    'vlan_tunnel',
    'isolated',
    'locked',
  ]
  return [
    ...random.maybe(0.2, `state ${random.int(0, 4)}`),
    ...random.maybe(0.3, `priority ${random.int(0, 63)}`),
    ...random.maybe(0.3, `cost ${random.int(1, 65_535)}`),
    ...switches.flatMap(key => random.maybe(0.2, `${key} ${random.pick(['on', 'off'])}`)),
    ...random.maybe(0.2, `mcast_router ${random.int(0, 3)}`),
    ...random.maybe(0.3, `group_fwd_mask 0x${(random.int(0, 0xffff) & ~2).toString(16)}`),
    ...(ports.length > 0 ? random.maybe(0.4, `backup_port ${random.pick(ports)}`) : []),
  ]
}

/** Options of a bond (ip-link(8), bond type support). */
export function bondOptions(random: Random): string[] {
  const mode = random.pick([
    'balance-rr',
    'active-backup',
    'balance-xor',
    'broadcast',
    '802.3ad',
    'balance-tlb',
    'balance-alb',
  ])
  const lacp = [
    ...random.maybe(0.4, `lacp_rate ${random.pick(['slow', 'fast'])}`),
    ...random.maybe(0.4, `ad_select ${random.pick(['stable', 'bandwidth', 'count'])}`),
    ...random.maybe(0.3, `ad_user_port_key ${random.int(0, 1023)}`),
    ...random.maybe(0.3, `ad_actor_sys_prio ${random.int(1, 65_535)}`),
    ...random.maybe(0.3, `ad_actor_system 00:11:22:33:44:${random.int(10, 99)}`),
    ...random.maybe(0.3, `lacp_active ${random.pick(['on', 'off'])}`),
  ]
  const arp = [
    `arp_interval ${random.int(50, 1000)}`,
    `arp_ip_target ${random.list(random.int(1, 4), index => `10.9.9.${index + 1}`).join(',')}`,
    ...random.maybe(
      0.5,
      `arp_validate ${random.pick(['none', 'active', 'backup', 'all', 'filter', 'filter_active', 'filter_backup'])}`,
    ),
    ...random.maybe(0.5, `arp_all_targets ${random.pick(['any', 'all'])}`),
    ...random.maybe(0.3, `arp_missed_max ${random.int(1, 255)}`),
    ...random.maybe(0.3, `ns_ip6_target fd00::${random.int(1, 9)}`),
  ]
  const monitor = [
    `miimon ${random.pick([0, 100])}`,
    ...random.maybe(0.3, `updelay ${random.int(0, 9)}00`),
    ...random.maybe(0.3, `downdelay ${random.int(0, 9)}00`),
    ...random.maybe(0.3, `peer_notify_delay ${random.int(0, 9)}00`),
  ]
  return [
    `mode ${mode}`,
    ...(mode === 'active-backup' && random.chance(0.5) ? arp : monitor),
    ...(mode === '802.3ad' ? lacp : []),
    ...random.maybe(0.3, `primary_reselect ${random.pick(['always', 'better', 'failure'])}`),
    ...random.maybe(0.3, `fail_over_mac ${random.pick(['none', 'active', 'follow'])}`),
    ...random.maybe(
      0.3,
      `xmit_hash_policy ${random.pick(['layer2', 'layer2+3', 'layer3+4', 'encap2+3', 'encap3+4', 'vlan+srcmac'])}`,
    ),
    ...random.maybe(0.3, `resend_igmp ${random.int(0, 255)}`),
    ...random.maybe(0.3, `num_grat_arp ${random.int(0, 255)}`),
    ...random.maybe(0.3, `all_slaves_active ${random.int(0, 1)}`),
    ...random.maybe(0.3, `min_links ${random.int(0, 9)}`),
    ...random.maybe(0.3, `lp_interval ${random.int(1, 0x7fff)}`),
  ]
}
