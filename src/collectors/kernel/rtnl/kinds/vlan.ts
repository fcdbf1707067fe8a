import { ethernetProtocol } from '../link-protocol.ts'
import { kindFields, u16, type WriteField } from './kind.ts'

/** VLAN_FLAG_* (linux/if_vlan.h). */
const flagWords = ['REORDER_HDR', 'GVRP', 'LOOSE_BINDING', 'MVRP', 'BRIDGE_BINDING']
const IFLA_VLAN_QOS_MAPPING = 1

const protocol: WriteField = (attributes, type, data) => {
  data['protocol'] = ethernetProtocol(attributes.be16(type)!)
}

/** struct ifla_vlan_flags: flags, then a mask that only a request needs. */
const flags: WriteField = (attributes, type, data) => {
  const bits = attributes.u32(type)!
  const words = flagWords.filter((_, bit) => (bits & (1 << bit)) !== 0)
  const rest = bits >>> flagWords.length
  if (rest !== 0) words.push(((rest << flagWords.length) >>> 0).toString(16))
  data['flags'] = words
}

/** Priorities of frames and packets: a list of struct ifla_vlan_qos_mapping. */
const qosMap =
  (key: string): WriteField =>
  (attributes, type, data) => {
    const { reader } = attributes
    const mappings: { from: number; to: number }[] = []
    attributes.each(type, (nested, at) => {
      if (nested === IFLA_VLAN_QOS_MAPPING) mappings.push({ from: reader.u32(at), to: reader.u32(at + 4) })
    })
    data[key] = mappings
  }

/** IFLA_VLAN_* (linux/if_link.h). */
export const vlan = kindFields([
  [5, protocol],
  [1, u16('id')],
  [2, flags],
  [4, qosMap('ingress_qos')],
  [3, qosMap('egress_qos')],
])
