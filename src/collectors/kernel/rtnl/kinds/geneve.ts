import { be16, bool, flag, flowLabel, ignored, ipv4, ipv6, kindFields, u32, u8Unless, word } from './kind.ts'
import { tos } from './tunnel.ts'

const IFLA_GENEVE_TTL_INHERIT = 12

/** IFLA_GENEVE_* (linux/if_link.h). */
export const geneve = kindFields([
  [6, flag('external')],
  [1, u32('id')],
  [2, ipv4('remote')],
  [7, ipv6('remote6')],
  [3, u8Unless(IFLA_GENEVE_TTL_INHERIT, 'ttl')],
  [IFLA_GENEVE_TTL_INHERIT, ignored],
  [4, tos],
  [13, word('df', ['unset', 'set', 'inherit'])],
  [11, flowLabel],
  [5, be16('port')],
  [8, bool('udp_csum')],
  [9, bool('udp_zero_csum6_tx')],
  [10, bool('udp_zero_csum6_rx')],
  [14, flag('inner_proto_inherit')],
])
