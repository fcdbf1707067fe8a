import { ipv4Text, ipv6Text } from 'netlink-codec'
import {
  decodeKindData,
  kindFields,
  linkName,
  mac,
  s32,
  u16,
  u32,
  u8,
  word,
  type WriteField,
} from './kind.ts'

/** BOND_MODE_* (linux/if_bonding.h). */
const modes = [
  'balance-rr',
  'active-backup',
  'balance-xor',
  'broadcast',
  '802.3ad',
  'balance-tlb',
  'balance-alb',
]
/** BOND_ARP_VALIDATE_* and BOND_ARP_FILTER_*: none is told as null. */
const arpValidate = ['', 'active', 'backup', 'all', 'filter', 'filter_active', 'filter_backup']
const hashPolicies = ['layer2', 'layer3+4', 'layer2+3', 'encap2+3', 'encap3+4', 'vlan+srcmac']

/** A number of 32 bits that is an index into words; a number without a word is told as `KEY_index`. */
const word32 =
  (key: string, words: readonly string[]): WriteField =>
  (attributes, type, data) => {
    const index = attributes.u32(type)!
    const text = words[index]
    if (text === undefined) data[`${key}_index`] = index
    else data[key] = text === '' ? null : text
  }

/** A nest of addresses: IPv4 or IPv6 by their length; empty slots are not sent. */
const addresses =
  (key: string): WriteField =>
  (attributes, type, data) => {
    const { reader } = attributes
    const list: string[] = []
    attributes.each(type, (_slot, at, length) => {
      list.push(length === 16 ? ipv6Text(reader, at) : ipv4Text(reader, at))
    })
    if (list.length > 0) data[key] = list
  }

/** IFLA_BOND_AD_INFO_*: the active aggregator of 802.3ad. */
const activeAggregator = kindFields([
  [1, u16('aggregator')],
  [2, u16('num_ports')],
  [3, u16('actor_key')],
  [4, u16('partner_key')],
  [5, mac('partner_mac')],
])

const aggregator: WriteField = (attributes, type, data, references) => {
  data['ad_info'] = decodeKindData(activeAggregator, attributes.nested(type)!, references)
}

/** IFLA_BOND_* (linux/if_link.h). */
export const bond = kindFields([
  [1, word('mode', modes)],
  [2, linkName('active_slave')],
  [3, u32('miimon')],
  [4, u32('updelay')],
  [5, u32('downdelay')],
  [28, u32('peer_notify_delay')],
  [6, u8('use_carrier')],
  [7, u32('arp_interval')],
  [30, u8('arp_missed_max')],
  [8, addresses('arp_ip_target')],
  [31, addresses('ns_ip6_target')],
  [9, word32('arp_validate', arpValidate)],
  [10, word32('arp_all_targets', ['any', 'all'])],
  [11, linkName('primary')],
  [12, word('primary_reselect', ['always', 'better', 'failure'])],
  [13, word('fail_over_mac', ['none', 'active', 'follow'])],
  [14, word('xmit_hash_policy', hashPolicies)],
  [15, u32('resend_igmp')],
  [16, u8('num_peer_notif')],
  [17, u8('all_slaves_active')],
  [18, u32('min_links')],
  [19, u32('lp_interval')],
  [20, u32('packets_per_slave')],
  [29, word('ad_lacp_active', ['off', 'on'])],
  [21, word('ad_lacp_rate', ['slow', 'fast'])],
  [22, word('ad_select', ['stable', 'bandwidth', 'count'])],
  [23, aggregator],
  [24, u16('ad_actor_sys_prio')],
  [25, u16('ad_user_port_key')],
  [26, mac('ad_actor_system')],
  [27, u8('tlb_dynamic_lb')],
])

/** Bits of an 802.3ad port's state (LACP_STATE_* of linux/if_bonding.h). */
const portStates = [
  'active',
  'short_timeout',
  'aggregating',
  'in_sync',
  'collecting',
  'distributing',
  'defaulted',
  'expired',
]

const portState =
  (key: string, read: 'u8' | 'u16'): WriteField =>
  (attributes, type, data) => {
    const bits = attributes[read](type)!
    data[key] = bits
    data[`${key}_str`] = portStates.filter((_, bit) => (bits & (1 << bit)) !== 0)
  }

/** IFLA_BOND_SLAVE_* (linux/if_link.h). */
export const bondPort = kindFields([
  [1, word('state', ['ACTIVE', 'BACKUP'])],
  [2, word('mii_status', ['UP', 'GOING_DOWN', 'DOWN', 'GOING_BACK'])],
  [3, u32('link_failure_count')],
  [4, mac('perm_hwaddr')],
  [5, u16('queue_id')],
  [9, s32('prio')],
  [6, u16('ad_aggregator_id')],
  [7, portState('ad_actor_oper_port_state', 'u8')],
  [8, portState('ad_partner_oper_port_state', 'u16')],
])
