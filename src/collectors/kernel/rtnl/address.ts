import { DecodeError, type Message, messageAttributes, type Transport } from 'netlink-codec'
import type { Address } from '../../../snapshot/index.ts'
import { type Dump, dump } from '../dump.ts'
import { addressOf, inetFamily, type InterfaceNames, interfaceName, scopeName } from './names.ts'
import { dumpRequest } from './request.ts'

/** linux/rtnetlink.h, linux/if_addr.h */
const RTM_NEWADDR = 20
const RTM_GETADDR = 22
/** struct ifaddrmsg: family u8, prefixlen u8, flags u8, scope u8, index u32. */
const IFADDRMSG_LENGTH = 8
const IFA_ADDRESS = 1
const IFA_LOCAL = 2
const IFA_LABEL = 3
const IFA_BROADCAST = 4
const IFA_ANYCAST = 5
/** struct ifa_cacheinfo: preferred u32, valid u32, created u32, updated u32. */
const IFA_CACHEINFO = 6
const IFA_FLAGS = 8
const IFA_RT_PRIORITY = 9
const IFA_PROTO = 11

const IFA_F_SECONDARY = 0x01
const IFA_F_DEPRECATED = 0x20
const IFA_F_PERMANENT = 0x80

/** The other bits of IFA_FLAGS that have a name. */
const flagNames = [
  [0x02, 'nodad'],
  [0x04, 'optimistic'],
  [0x08, 'dadfailed'],
  [0x10, 'home'],
  [IFA_F_DEPRECATED, 'deprecated'],
  [0x40, 'tentative'],
  [0x100, 'mngtmpaddr'],
  [0x200, 'noprefixroute'],
  [0x400, 'autojoin'],
  [0x800, 'stable-privacy'],
] as const
const NAMED_FLAGS = 0xfff

/** IFAPROT_*: who made an address. */
const addressProtocols = ['unspec', 'kernel_lo', 'kernel_ra', 'kernel_ll']

const request = dumpRequest(RTM_GETADDR, writer => writer.zeros(IFADDRMSG_LENGTH))

/** Every IPv4 and IPv6 address of the namespace, as `addr_info` of `ip -j addr` has them. */
export function readAddresses(transport: Transport, names: InterfaceNames): Dump<Address> {
  return dump(transport, 'dump addresses', request, message => decodeAddress(message, names))
}

/** Undefined for what is no address of IPv4 or IPv6. */
export function decodeAddress(message: Message, names: InterfaceNames): Address | undefined {
  if (message.type !== RTM_NEWADDR) return undefined
  const attributes = messageAttributes(message, IFADDRMSG_LENGTH)
  const { reader, start } = message
  const family = inetFamily(reader.u8(start))
  if (family === undefined) return undefined

  const peer = addressOf(attributes, IFA_ADDRESS)
  const local = addressOf(attributes, IFA_LOCAL) ?? peer
  if (local === undefined) throw new DecodeError('an address message without an address', start)
  const ifindex = reader.u32(start + 4)
  const flags = attributes.u32(IFA_FLAGS) ?? reader.u8(start + 2)

  const row: Address = {
    ifindex,
    ifname: interfaceName(names, ifindex),
    family,
    local,
    prefixlen: reader.u8(start + 1),
    scope: scopeName(reader.u8(start + 3)),
  }
  if (peer !== undefined && peer !== local) row.address = peer
  const metric = attributes.u32(IFA_RT_PRIORITY)
  if (metric !== undefined) row.metric = metric
  const broadcast = addressOf(attributes, IFA_BROADCAST)
  if (broadcast !== undefined) row.broadcast = broadcast
  const anycast = addressOf(attributes, IFA_ANYCAST)
  if (anycast !== undefined) row.anycast = anycast
  setFlags(row, flags)
  const label = attributes.text(IFA_LABEL)
  if (label !== undefined) row.label = label
  const protocol = attributes.u8(IFA_PROTO)
  if (protocol !== undefined) row.protocol = addressProtocols[protocol] ?? String(protocol)
  const lifetimes = attributes.struct(IFA_CACHEINFO, 8)
  if (lifetimes !== undefined) {
    row.valid_life_time = reader.u32(lifetimes + 4)
    const preferred = reader.u32(lifetimes)
    // The kernel lets the preferred lifetime of a deprecated address run below zero.
    row.preferred_life_time =
      (flags & IFA_F_DEPRECATED) !== 0 && preferred !== FOREVER ? preferred | 0 : preferred
  }
  return row
}

const FOREVER = 0xffff_ffff

function setFlags(row: Address, flags: number): void {
  // The bit of an IPv4 secondary is that of an IPv6 privacy address (IFA_F_TEMPORARY).
  if ((flags & IFA_F_SECONDARY) !== 0) row[row.family === 'inet' ? 'secondary' : 'temporary'] = true
  if ((flags & IFA_F_PERMANENT) === 0) row.dynamic = true
  for (const [bit, name] of flagNames) if ((flags & bit) !== 0) row[name] = true
  const rest = flags & ~NAMED_FLAGS
  if (rest !== 0) row.ifa_flags = (rest >>> 0).toString(16).padStart(2, '0')
}
