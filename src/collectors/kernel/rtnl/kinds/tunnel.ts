/** What the IP tunnels have in common: IFLA_GRE_*, IFLA_IPTUN_* and IFLA_VTI_* differ in their numbers, not in values. */
import { ipv4Text, ipv6Text } from 'netlink-codec'
import { ignored, type KindFields, type WriteField } from './kind.ts'

/** Address of one end: `any` for the unspecified one. */
export const tunnelIpv4 =
  (key: string): WriteField =>
  (attributes, type, data) => {
    const address = ipv4Text(attributes.reader, attributes.struct(type, 4)!)
    data[key] = address === '0.0.0.0' ? 'any' : address
  }

export const tunnelIpv6 =
  (key: string): WriteField =>
  (attributes, type, data) => {
    const address = ipv6Text(attributes.reader, attributes.struct(type, 16)!)
    data[key] = address === '::' ? 'any' : address
  }

/** 0, which means inherit from the inner packet's, is not told. */
export const tos: WriteField = (attributes, type, data) => {
  const value = attributes.u8(type)!
  if (value !== 0) data['tos'] = `0x${value.toString(16)}`
}

export const fwmark: WriteField = (attributes, type, data) => {
  const value = attributes.u32(type)!
  if (value !== 0) data['fwmark'] = `0x${value.toString(16)}`
}

/** IP6_TNL_F_* (linux/ip6_tunnel.h); the first three replace a value that is told otherwise. */
const IP6_TNL_F_IGN_ENCAP_LIMIT = 0x1
const IP6_TNL_F_USE_ORIG_TCLASS = 0x2
const IP6_TNL_F_USE_ORIG_FLOWLABEL = 0x4
const ip6Flags: readonly (readonly [number, string])[] = [
  [IP6_TNL_F_IGN_ENCAP_LIMIT, 'ip6_tnl_f_ign_encap_limit'],
  [IP6_TNL_F_USE_ORIG_TCLASS, 'ip6_tnl_f_use_orig_tclass'],
  [IP6_TNL_F_USE_ORIG_FLOWLABEL, 'ip6_tnl_f_use_orig_flowlabel'],
  [0x8, 'ip6_tnl_f_mip6_dev'],
  [0x10, 'ip6_tnl_f_rcv_dscp_copy'],
  [0x20, 'ip6_tnl_f_use_orig_fwmark'],
  [0x40, 'ip6_tnl_f_allow_local_remote'],
]

/** Flags of an IPv6 tunnel: only those that are set. */
export const tunnelIp6Flags: WriteField = (attributes, type, data) => {
  const bits = attributes.u32(type)!
  for (const [bit, word] of ip6Flags) {
    if ((bits & bit) !== 0) data[word] = true
  }
}

/** @param flagsType the attribute that holds IP6_TNL_F_* */
export const encapLimit =
  (flagsType: number): WriteField =>
  (attributes, type, data) => {
    if (((attributes.u32(flagsType) ?? 0) & IP6_TNL_F_IGN_ENCAP_LIMIT) === 0) {
      data['encap_limit'] = attributes.u8(type)!
    }
  }

/** Traffic class and flow label, in network order. @param flagsType the attribute that holds IP6_TNL_F_* */
export const flowInfo =
  (flagsType: number): WriteField =>
  (attributes, type, data) => {
    const flags = attributes.u32(flagsType) ?? 0
    const info = attributes.be32(type)!
    if ((flags & IP6_TNL_F_USE_ORIG_TCLASS) === 0) {
      data['tclass'] = `0x${((info >>> 20) & 0xff).toString(16).padStart(2, '0')}`
    }
    if ((flags & IP6_TNL_F_USE_ORIG_FLOWLABEL) === 0) {
      data['flowlabel'] = `0x${(info & 0xfffff).toString(16).padStart(5, '0')}`
    }
  }

/** TUNNEL_ENCAP_* (linux/if_tunnel.h). */
const encapsulations = ['none', 'fou', 'gue', 'mpls']

type EncapTypes = {
  readonly type: number
  readonly flags: number
  readonly sport: number
  readonly dport: number
}

/** UDP around the tunnel, which IFLA_GRE_ENCAP_* or IFLA_IPTUN_ENCAP_* tell; not told when there is none. */
export function encapsulationFields(types: EncapTypes): KindFields['fields'] {
  return [
    [types.type, encapsulation(types)],
    [types.flags, ignored],
    [types.sport, ignored],
    [types.dport, ignored],
  ]
}

const encapsulation =
  (types: EncapTypes): WriteField =>
  (attributes, type, data) => {
    const value = attributes.u16(type)!
    if (value === 0) return
    const flags = attributes.u16(types.flags) ?? 0
    data['encap'] = {
      type: encapsulations[value] ?? String(value),
      sport: attributes.be16(types.sport) ?? 0,
      dport: attributes.be16(types.dport) ?? 0,
      csum: (flags & 0x1) !== 0,
      csum6: (flags & 0x2) !== 0,
      remcsum: (flags & 0x4) !== 0,
    }
  }
