import { ipv4Text } from 'netlink-codec'
import { kindFields, linkName, type WriteField } from './kind.ts'
import { fwmark, tunnelIpv4, tunnelIpv6 } from './tunnel.ts'

/** A key is written as an IPv4 address; 0 is none. */
const key =
  (name: string): WriteField =>
  (attributes, type, data) => {
    const text = ipv4Text(attributes.reader, attributes.struct(type, 4)!)
    if (text !== '0.0.0.0') data[name] = text
  }

const keys = [
  [1, linkName('link')],
  [2, key('ikey')],
  [3, key('okey')],
  [6, fwmark],
] as const

/** IFLA_VTI_* (linux/if_tunnel.h). */
export const vti = kindFields([[5, tunnelIpv4('remote')], [4, tunnelIpv4('local')], ...keys])

export const vti6 = kindFields([[5, tunnelIpv6('remote')], [4, tunnelIpv6('local')], ...keys])
