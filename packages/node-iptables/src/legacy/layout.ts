import type { Family } from '../model.ts'

/**
 * Offsets of the structs that getsockopt moves: struct ipt_entry of linux/netfilter_ipv4/ip_tables.h and struct
 * ip6t_entry of linux/netfilter_ipv6/ip6_tables.h, on a 64-bit kernel.
 */
export type EntryLayout = {
  readonly source: number
  readonly destination: number
  readonly sourceMask: number
  readonly destinationMask: number
  readonly inInterface: number
  readonly outInterface: number
  readonly inMask: number
  readonly outMask: number
  readonly protocol: number
  readonly flags: number
  readonly invert: number
  readonly targetOffset: number
  readonly nextOffset: number
  readonly packets: number
  readonly bytes: number
  /** Size of the entry without matches and target: the first match lies here. */
  readonly matches: number
  /** IPT_F_GOTO, IP6T_F_GOTO. */
  readonly gotoFlag: number
  /** IPT_F_FRAG; IPv6 has none. */
  readonly fragmentFlag: number
  /** IP6T_F_PROTO, which says that the protocol counts; IPv4 has none. */
  readonly protocolFlag: number
}

export const entryLayouts: Readonly<Record<Family, EntryLayout>> = {
  ip: {
    source: 0,
    destination: 4,
    sourceMask: 8,
    destinationMask: 12,
    inInterface: 16,
    outInterface: 32,
    inMask: 48,
    outMask: 64,
    protocol: 80,
    flags: 82,
    invert: 83,
    targetOffset: 88,
    nextOffset: 90,
    packets: 96,
    bytes: 104,
    matches: 112,
    gotoFlag: 2,
    fragmentFlag: 1,
    protocolFlag: 0,
  },
  ip6: {
    source: 0,
    destination: 16,
    sourceMask: 32,
    destinationMask: 48,
    inInterface: 64,
    outInterface: 80,
    inMask: 96,
    outMask: 112,
    protocol: 128,
    flags: 131,
    invert: 132,
    targetOffset: 140,
    nextOffset: 142,
    packets: 152,
    bytes: 160,
    matches: 168,
    gotoFlag: 4,
    fragmentFlag: 0,
    protocolFlag: 1,
  },
}

/** IPT_INV_*, which IPv6 shares. */
export const INV_VIA_IN = 0x01
export const INV_VIA_OUT = 0x02
export const INV_SRCIP = 0x08
export const INV_DSTIP = 0x10
export const INV_FRAG = 0x20
export const INV_PROTO = 0x40

/** struct xt_entry_match and xt_entry_target of x_tables.h: size u16, name[29], revision u8, then the payload. */
export const EXTENSION_HEADER = 32
export const EXTENSION_NAME = 2
export const EXTENSION_NAME_SIZE = 29
export const EXTENSION_REVISION = 31

/** Errors of struct xt_error_target: a char array behind the header. */
export const ERROR_NAME_SIZE = 30
export const ERROR_TARGET = 'ERROR'

/** struct ipt_getinfo and ip6t_getinfo: name[32], valid_hooks, hook_entry[5], underflow[5], num_entries, size. */
export const TABLE_NAME_SIZE = 32
export const INFO_SIZE = 84
export const INFO_VALID_HOOKS = 32
export const INFO_HOOK_ENTRY = 36
export const INFO_UNDERFLOW = 56
export const INFO_NUM_ENTRIES = 76
export const INFO_TABLE_SIZE = 80

/** struct ipt_get_entries and ip6t_get_entries: name[32], size u32, four bytes of padding, then the entries. */
export const ENTRIES_HEADER = 40

/** enum nf_inet_hooks of netfilter.h. */
export const hookNames = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const

/** A verdict of the standard target is -(NF_* + 1); NF_REPEAT stands for RETURN. */
export const verdictNumbers = { DROP: -1, ACCEPT: -2, QUEUE: -4, RETURN: -5 } as const
