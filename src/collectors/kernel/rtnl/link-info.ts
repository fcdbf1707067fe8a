import type { Attributes } from 'netlink-codec'
import type { LinkInfo, LinkInfoData } from '../../../snapshot/index.ts'
import { bond, bondPort } from './kinds/bond.ts'
import { bridge } from './kinds/bridge.ts'
import { bridgePort } from './kinds/bridge-port.ts'
import { geneve } from './kinds/geneve.ts'
import { gre, ip6gre } from './kinds/gre.ts'
import { ip6Tunnel, ipTunnel } from './kinds/ip-tunnel.ts'
import { ipvlan } from './kinds/ipvlan.ts'
import { decodeKindData, type KindFields } from './kinds/kind.ts'
import { macvlan } from './kinds/macvlan.ts'
import { tun } from './kinds/tun.ts'
import { vlan } from './kinds/vlan.ts'
import { vrf } from './kinds/vrf.ts'
import { vti, vti6 } from './kinds/vti.ts'
import { vxlan } from './kinds/vxlan.ts'
import type { LinkReferences } from './link-names.ts'

/** IFLA_INFO_* (linux/if_link.h). */
const IFLA_INFO_KIND = 1
const IFLA_INFO_DATA = 2
const IFLA_INFO_SLAVE_KIND = 4
const IFLA_INFO_SLAVE_DATA = 5

/** What links tell of themselves, by IFLA_INFO_KIND. Kinds without data of their own, such as veth, dummy, ifb and wireguard, have no entry. */
const kinds: ReadonlyMap<string, KindFields> = new Map([
  ['bond', bond],
  ['bridge', bridge],
  ['erspan', gre],
  ['geneve', geneve],
  ['gre', gre],
  ['gretap', gre],
  ['ip6erspan', ip6gre],
  ['ip6gre', ip6gre],
  ['ip6gretap', ip6gre],
  ['ip6tnl', ip6Tunnel],
  ['ipip', ipTunnel],
  ['ipvlan', ipvlan],
  ['ipvtap', ipvlan],
  ['macvlan', macvlan],
  ['macvtap', macvlan],
  ['sit', ipTunnel],
  ['tun', tun],
  ['vlan', vlan],
  ['vrf', vrf],
  ['vti', vti],
  ['vti6', vti6],
  ['vxlan', vxlan],
])

/** What ports tell of themselves, by IFLA_INFO_SLAVE_KIND: the kind of the master. */
const slaveKinds: ReadonlyMap<string, KindFields> = new Map([
  ['bond', bondPort],
  ['bridge', bridgePort],
  ['vrf', vrf],
])

const nothingKnown: KindFields = { fields: [], known: new Set() }

/** @throws DecodeError */
export function decodeLinkInfo(info: Attributes, references: LinkReferences): LinkInfo {
  const result: LinkInfo = {}
  const kind = info.text(IFLA_INFO_KIND)
  if (kind !== undefined) {
    result.info_kind = kind
    const data = decodeData(kinds.get(kind), info.nested(IFLA_INFO_DATA), references)
    if (data) result.info_data = data
  }
  const slaveKind = info.text(IFLA_INFO_SLAVE_KIND)
  if (slaveKind !== undefined) {
    result.info_slave_kind = slaveKind
    const data = decodeData(slaveKinds.get(slaveKind), info.nested(IFLA_INFO_SLAVE_DATA), references)
    if (data) result.info_slave_data = data
  }
  return result
}

function decodeData(
  kind: KindFields | undefined,
  attributes: Attributes | undefined,
  references: LinkReferences,
): LinkInfoData | undefined {
  if (!attributes) return undefined
  const data = decodeKindData(kind ?? nothingKnown, attributes, references)
  return kind || Object.keys(data).length > 0 ? data : undefined
}
