import { kindFields, type WriteField } from './kind.ts'

/** IPVLAN_MODE_* and IPVLAN_F_* (linux/if_link.h). */
const modes = ['l2', 'l3', 'l3s']
const IPVLAN_F_PRIVATE = 1
const IPVLAN_F_VEPA = 2

const mode: WriteField = (attributes, type, data) => {
  data['mode'] = modes[attributes.u16(type)!] ?? 'unknown'
}

/** Neither private nor vepa means bridge. */
const flags: WriteField = (attributes, type, data) => {
  const bits = attributes.u16(type)!
  if ((bits & IPVLAN_F_PRIVATE) !== 0) data['private'] = true
  else if ((bits & IPVLAN_F_VEPA) !== 0) data['vepa'] = true
  else data['bridge'] = true
}

/** IFLA_IPVLAN_* (linux/if_link.h); also of ipvtap. */
export const ipvlan = kindFields([
  [1, mode],
  [2, flags],
])
