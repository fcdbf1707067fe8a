import { hexName } from '../names.ts'
import { bridgeId } from './bridge.ts'
import {
  bool,
  ignored,
  kindFields,
  linkName,
  onlyTrue,
  seconds,
  u16,
  u32,
  u8,
  word,
  type WriteField,
} from './kind.ts'

/** BR_STATE_* (linux/if_bridge.h). */
const portStates = ['disabled', 'listening', 'learning', 'forwarding', 'blocking']

/** Link-local groups 01:80:c2:00:00:0X by the protocol that uses them. */
const forwardedGroups: Readonly<Record<number, string>> = { 0x1: 'stp', 0x4: 'lacp', 0x4000: 'lldp' }

const hexNumber =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = `0x${attributes.u16(type)!.toString(16)}`
  }

const groupForwardMask: WriteField = (attributes, type, data) => {
  const mask = attributes.u16(type)!
  const groups: string[] = []
  for (let bit = 1; bit <= mask; bit <<= 1) {
    if ((mask & bit) !== 0) groups.push(forwardedGroups[bit] ?? hexName(bit))
  }
  data['group_fwd_mask'] = hexName(mask)
  data['group_fwd_mask_str'] = groups.length === 0 ? '0x0' : groups.join(',')
}

/** IFLA_BRPORT_* (linux/if_link.h). */
export const bridgePort = kindFields([
  [1, word('state', portStates)],
  [2, u16('priority')],
  [3, u32('cost')],
  [4, bool('hairpin')],
  [5, bool('guard')],
  [6, bool('root_block')],
  [7, bool('fastleave')],
  [8, bool('learning')],
  [9, bool('flood')],
  [17, hexNumber('id')],
  [18, hexNumber('no')],
  [15, u16('designated_port')],
  [16, u16('designated_cost')],
  [14, bridgeId('bridge_id')],
  [13, bridgeId('root_id')],
  [23, seconds('hold_timer')],
  [21, seconds('message_age_timer')],
  [22, seconds('forward_delay_timer')],
  [19, u8('topology_change_ack')],
  [20, u8('config_pending')],
  [10, bool('proxy_arp')],
  [12, bool('proxy_arp_wifi')],
  [25, u8('multicast_router')],
  [27, bool('mcast_flood')],
  [30, bool('bcast_flood')],
  [28, bool('mcast_to_unicast')],
  [32, bool('neigh_suppress')],
  [31, groupForwardMask],
  [29, bool('vlan_tunnel')],
  [33, bool('isolated')],
  [39, bool('locked')],
  [34, linkName('backup_port')],
  [11, ignored],
  [26, ignored],
  [35, onlyTrue('mrp_ring_open')],
  [36, onlyTrue('mrp_in_open')],
  [37, u32('mcast_eht_hosts_limit')],
  [38, u32('mcast_eht_hosts_cnt')],
  [40, bool('mab')],
  [41, u32('mcast_n_groups')],
  [42, u32('mcast_max_groups')],
  [43, bool('neigh_vlan_suppress')],
  [44, u32('backup_nhid')],
])
