import { ipv4Text, ipv6Text } from 'netlink-codec'
import {
  be16,
  bool,
  flag,
  flowLabel,
  ignored,
  kindFields,
  linkName,
  onlyTrue,
  u32,
  u8Unless,
  word,
  type WriteField,
} from './kind.ts'
import { tos } from './tunnel.ts'

const IFLA_VXLAN_TTL_INHERIT = 28

/** The remote: `group` when it is a multicast address, `remote` when it is not; 0.0.0.0 is none. */
const group: WriteField = (attributes, type, data) => {
  const address = ipv4Text(attributes.reader, attributes.struct(type, 4)!)
  if (address === '0.0.0.0') return
  data[(attributes.u8(type)! & 0xf0) === 0xe0 ? 'group' : 'remote'] = address
}

const group6: WriteField = (attributes, type, data) => {
  const address = ipv6Text(attributes.reader, attributes.struct(type, 16)!)
  if (address === '::') return
  data[attributes.u8(type) === 0xff ? 'group6' : 'remote6'] = address
}

const local: WriteField = (attributes, type, data) => {
  const address = ipv4Text(attributes.reader, attributes.struct(type, 4)!)
  if (address !== '0.0.0.0') data['local'] = address
}

const local6: WriteField = (attributes, type, data) => {
  const address = ipv6Text(attributes.reader, attributes.struct(type, 16)!)
  if (address !== '::') data['local6'] = address
}

/** struct ifla_vxlan_port_range: two be16. */
const portRange: WriteField = (attributes, type, data) => {
  const bounds = attributes.be32(type)!
  data['port_range'] = { low: bounds >>> 16, high: bounds & 0xffff }
}

const onlyPositive =
  (key: string): WriteField =>
  (attributes, type, data) => {
    const value = attributes.u32(type)!
    if (value !== 0) data[key] = value
  }

/** VXLAN_LABEL_INHERIT: the flow label of the inner packet is taken over. */
const labelPolicy: WriteField = (attributes, type, data) => {
  if (attributes.u32(type) === 1) data['label'] = 'inherit'
}

/** The VXLAN header with a bit for each that must be zero. */
const reservedBits: WriteField = (attributes, type, data) => {
  data['reserved_bits'] = `0x${attributes.hex(type)!}`
}

/** IFLA_VXLAN_* (linux/if_link.h). */
export const vxlan = kindFields([
  [25, onlyTrue('external')],
  [30, onlyTrue('vnifilter')],
  [1, u32('id')],
  [2, group],
  [16, group6],
  [4, local],
  [17, local6],
  [3, linkName('link')],
  [10, portRange],
  [15, be16('port')],
  [7, bool('learning')],
  [11, onlyTrue('proxy')],
  [12, onlyTrue('rsc')],
  [13, onlyTrue('l2miss')],
  [14, onlyTrue('l3miss')],
  [6, tos],
  [5, u8Unless(IFLA_VXLAN_TTL_INHERIT, 'ttl')],
  [IFLA_VXLAN_TTL_INHERIT, ignored],
  [29, word('df', ['unset', 'set', 'inherit'])],
  [26, flowLabel],
  [8, onlyPositive('ageing')],
  [9, onlyPositive('limit')],
  [18, bool('udp_csum')],
  [19, bool('udp_zero_csum6_tx')],
  [20, bool('udp_zero_csum6_rx')],
  [21, onlyTrue('remcsum_tx')],
  [22, onlyTrue('remcsum_rx')],
  [23, flag('gbp')],
  [27, flag('gpe')],
  [24, flag('remcsum_nopartial')],
  [31, bool('localbypass')],
  [32, labelPolicy],
  [33, reservedBits],
  [34, onlyTrue('mcroute')],
])
