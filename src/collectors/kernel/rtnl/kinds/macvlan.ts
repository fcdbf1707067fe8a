import { macText } from 'netlink-codec'
import { kindFields, u32, type WriteField } from './kind.ts'

const MACVLAN_MODE_SOURCE = 16

/** MACVLAN_MODE_*: one bit each. */
const modes: Readonly<Record<number, string>> = {
  1: 'private',
  2: 'vepa',
  4: 'bridge',
  8: 'passthru',
  [MACVLAN_MODE_SOURCE]: 'source',
}
const MACVLAN_FLAG_NOPROMISC = 1
const MACVLAN_FLAG_NODST = 2
const IFLA_MACVLAN_MACADDR = 4

const IFLA_MACVLAN_MODE = 1

const mode: WriteField = (attributes, type, data) => {
  const value = attributes.u32(type)!
  data['mode'] = modes[value] ?? '???'
}

const flags: WriteField = (attributes, type, data) => {
  const bits = attributes.u16(type)!
  if ((bits & MACVLAN_FLAG_NOPROMISC) !== 0) data['nopromisc'] = true
  if ((bits & MACVLAN_FLAG_NODST) !== 0) data['nodst'] = true
}

/** Addresses that a macvlan of mode source listens to. */
const sourceAddresses: WriteField = (attributes, type, data) => {
  const addresses: string[] = []
  attributes.each(type, (nested, at, length) => {
    if (nested === IFLA_MACVLAN_MACADDR) addresses.push(macText(attributes.reader, at, length))
  })
  data['macaddr_data'] = addresses
}

const sourceCount: WriteField = (attributes, type, data) => {
  if (attributes.u32(IFLA_MACVLAN_MODE) === MACVLAN_MODE_SOURCE) data['macaddr_count'] = attributes.u32(type)!
}

/** IFLA_MACVLAN_* (linux/if_link.h); also of macvtap. */
export const macvlan = kindFields([
  [IFLA_MACVLAN_MODE, mode],
  [2, flags],
  [7, u32('bcqueuelen')],
  [8, u32('usedbcqueuelen')],
  [6, sourceCount],
  [5, sourceAddresses],
])
