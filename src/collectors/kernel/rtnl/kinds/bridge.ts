import { ethernetProtocol } from '../link-protocol.ts'
import { hexName } from '../names.ts'
import { ignored, kindFields, mac, seconds, u16, u32, u64, u8, type WriteField } from './kind.ts'

/** BR_BOOLOPT_* (linux/if_bridge.h), bits of struct br_boolopt_multi. */
const BR_BOOLOPT_NO_LL_LEARN = 1 << 0
const BR_BOOLOPT_MCAST_VLAN_SNOOPING = 1 << 1

/**
 * struct ifla_bridge_id: priority in network order, then the address: `8000.2:42:a:0:0:1`. iproute2 does not pad the
 * bytes of this address.
 */
export const bridgeId =
  (key: string): WriteField =>
  (attributes, type, data) => {
    const { reader } = attributes
    const at = attributes.struct(type, 8)!
    let text = `${reader.hex(at, 2)}.${reader.u8(at + 2).toString(16)}`
    for (let i = at + 3; i < at + 8; i++) text += `:${reader.u8(i).toString(16)}`
    data[key] = text
  }

const groupForwardMask: WriteField = (attributes, type, data) => {
  data['group_fwd_mask'] = hexName(attributes.u16(type)!)
}

const vlanProtocol: WriteField = (attributes, type, data) => {
  data['vlan_protocol'] = ethernetProtocol(attributes.be16(type)!)
}

/** struct br_boolopt_multi: values, then which of them the kernel knows. */
const booleanOptions: WriteField = (attributes, type, data) => {
  const options = attributes.u32(type)!
  data['no_linklocal_learn'] = (options & BR_BOOLOPT_NO_LL_LEARN) === 0 ? 0 : 1
  data['mcast_vlan_snooping'] = (options & BR_BOOLOPT_MCAST_VLAN_SNOOPING) === 0 ? 0 : 1
}

/** IFLA_BR_* (linux/if_link.h). */
export const bridge = kindFields([
  [1, u32('forward_delay')],
  [2, u32('hello_time')],
  [3, u32('max_age')],
  [4, u32('ageing_time')],
  [5, u32('stp_state')],
  [6, u16('priority')],
  [7, u8('vlan_filtering')],
  [8, vlanProtocol],
  [11, bridgeId('bridge_id')],
  [10, bridgeId('root_id')],
  [12, u16('root_port')],
  [13, u32('root_path_cost')],
  [14, u8('topology_change')],
  [15, u8('topology_change_detected')],
  [16, seconds('hello_timer')],
  [17, seconds('tcn_timer')],
  [18, seconds('topology_change_timer')],
  [19, seconds('gc_timer')],
  [48, u32('fdb_n_learned')],
  [49, u32('fdb_max_learned')],
  [39, u16('vlan_default_pvid')],
  [41, u8('vlan_stats_enabled')],
  [45, u8('vlan_stats_per_port')],
  [9, groupForwardMask],
  [20, mac('group_addr')],
  [23, u8('mcast_snooping')],
  [46, booleanOptions],
  [22, u8('mcast_router')],
  [24, u8('mcast_query_use_ifaddr')],
  [25, u8('mcast_querier')],
  [47, ignored],
  [26, u32('mcast_hash_elasticity')],
  [27, u32('mcast_hash_max')],
  [28, u32('mcast_last_member_cnt')],
  [29, u32('mcast_startup_query_cnt')],
  [30, u64('mcast_last_member_intvl')],
  [31, u64('mcast_membership_intvl')],
  [32, u64('mcast_querier_intvl')],
  [33, u64('mcast_query_intvl')],
  [34, u64('mcast_query_response_intvl')],
  [35, u64('mcast_startup_query_intvl')],
  [42, u8('mcast_stats_enabled')],
  [43, u8('mcast_igmp_version')],
  [44, u8('mcast_mld_version')],
  [36, u8('nf_call_iptables')],
  [37, u8('nf_call_ip6tables')],
  [38, u8('nf_call_arptables')],
  [40, ignored],
])
