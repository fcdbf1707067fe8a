import { attribute, DecodeError, type Message, messageAttributes, type Transport } from 'netlink-codec'
import type { BridgeVlan, PortVlans } from '../../../snapshot/index.ts'
import { type Dump, dump } from '../dump.ts'
import { IFINFOMSG_LENGTH, IFLA_AF_SPEC, IFLA_EXT_MASK, RTM_GETLINK, RTM_NEWLINK } from './link.ts'
import { AF_BRIDGE, type InterfaceNames, interfaceName } from './names.ts'
import { dumpRequest } from './request.ts'

/** A range is told by its first and its last VLAN (linux/rtnetlink.h). */
const RTEXT_FILTER_BRVLAN_COMPRESSED = 1 << 2

/** IFLA_BRIDGE_VLAN_INFO and struct bridge_vlan_info (linux/if_bridge.h): flags u16, vid u16. */
const IFLA_BRIDGE_VLAN_INFO = 2
const VLAN_INFO_LENGTH = 4
const BRIDGE_VLAN_INFO_RANGE_BEGIN = 1 << 3
const BRIDGE_VLAN_INFO_RANGE_END = 1 << 4

/** In the order that `bridge` prints them. */
const flagNames = [
  [1 << 1, 'PVID'],
  [1 << 2, 'Egress Untagged'],
] as const

/** struct ifinfomsg of the family AF_BRIDGE: index 0 stands for all devices. */
const request = dumpRequest(RTM_GETLINK, writer =>
  attribute(writer.u8(AF_BRIDGE).zeros(IFINFOMSG_LENGTH - 1), IFLA_EXT_MASK, mask =>
    mask.u32(RTEXT_FILTER_BRVLAN_COMPRESSED),
  ),
)

/**
 * The VLANs of bridges and their ports, as `bridge -compressvlans -j vlan show` prints them. A device that has none has no row.
 *
 * @throws NetlinkError when the kernel refuses or the time limit passes
 */
export function readVlans(transport: Transport, names: InterfaceNames): Dump<PortVlans> {
  return dump(transport, 'dump VLANs of bridges', request, message => decodeVlans(message, names))
}

/** Undefined for a message without VLANs. */
export function decodeVlans(message: Message, names: InterfaceNames): PortVlans | undefined {
  const { reader, start } = message
  if (message.type !== RTM_NEWLINK || reader.u8(start) !== AF_BRIDGE) return undefined
  const vlans: BridgeVlan[] = []
  let first = 0
  messageAttributes(message, IFINFOMSG_LENGTH).each(IFLA_AF_SPEC, (type, at, length) => {
    if (type !== IFLA_BRIDGE_VLAN_INFO) return
    if (length < VLAN_INFO_LENGTH) throw new DecodeError(`a VLAN of ${length} bytes`, at)
    const flags = reader.u16(at)
    const vid = reader.u16(at + 2)
    if ((flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) !== 0) {
      first = vid
      return
    }
    const row: BridgeVlan = { vlan: vid }
    if ((flags & BRIDGE_VLAN_INFO_RANGE_END) !== 0) {
      row.vlan = first
      row.vlanEnd = vid
    }
    // As `bridge` does: a range has a list of flags also when it has none of those with a name.
    if (flags !== 0) row.flags = flagNames.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word)
    vlans.push(row)
  })
  if (vlans.length === 0) return undefined
  return { ifname: interfaceName(names, reader.s32(start + 4)), vlans }
}
