import { macOf, type PlaceName } from './bed.ts'

/** A state of the bridge of the bed. */
export type VlanCase = {
  readonly name: string
  /** Of the bridge, when it is made. */
  readonly options?: string
  /** Lines of `bridge` in `sw`. */
  readonly bridge?: readonly string[]
  /** Lines of `ip`, before those of `bridge`. */
  readonly ip?: readonly (readonly [PlaceName, string])[]
  readonly set?: readonly (readonly [PlaceName, string])[]
  readonly undo?: readonly (readonly [PlaceName, string])[]
  /** Something in it is not followed, and the trace says so: nothing else may be unknown. */
  readonly isUnknown?: true
  /** Who asks; else all do. */
  readonly only?: readonly PlaceName[]
  /** Everybody has asked everybody before: neighbours and forwarding entries are known. */
  readonly isWarm?: true
}

/** The only VLAN of a port, which knows of none. */
const access = (port: string, vlan: number): readonly string[] => [
  `vlan del dev ${port} vid 1`,
  `vlan add dev ${port} vid ${vlan} pvid untagged`,
]
const trunk = (...vlans: readonly (number | string)[]): readonly string[] =>
  vlans.map(vlan => `vlan add dev pt vid ${vlan}`)
const self = (vlan: number, flags = ''): string => `vlan add dev br0 vid ${vlan} self${flags}`
const twoVlans = [...access('pa', 10), ...access('pb', 10), ...access('pc', 20), ...trunk(10, 20)]

/** The address of `sw` moves to a VLAN device on the bridge. */
const above: VlanCase['ip'] = [
  ['sw', 'link add link br0 name br0.10 type vlan id 10'],
  ['sw', 'link set br0.10 up'],
  ['sw', 'addr del 10.7.0.254/24 dev br0'],
  ['sw', 'addr add 10.7.0.254/24 dev br0.10'],
]
/** Nobody has to be asked: the packet itself shows how far it comes. */
const known: VlanCase['ip'] = [
  ['a', `neigh replace 10.7.0.2 lladdr ${macOf('b')} dev eth0 nud permanent`],
  ['b', `neigh replace 10.7.0.1 lladdr ${macOf('a')} dev eth0 nud permanent`],
]
const forgotten: VlanCase['undo'] = [
  ['a', 'ip neigh del 10.7.0.2 dev eth0'],
  ['b', 'ip neigh del 10.7.0.1 dev eth0'],
]
const drop = '-p icmp -m physdev --physdev-in pa --physdev-out pb -j DROP'
const dropAll = '-p icmp -m physdev --physdev-is-bridged -j DROP'
const filterTagged = (value: 0 | 1): readonly [PlaceName, string] => [
  'sw',
  `sysctl -qw net.bridge.bridge-nf-filter-vlan-tagged=${value}`,
]
const passDevice = (value: 0 | 1): readonly [PlaceName, string] => [
  'sw',
  `sysctl -qw net.bridge.bridge-nf-pass-vlan-input-dev=${value}`,
]

export const vlanCases: readonly VlanCase[] = [
  { name: 'all ports are in VLAN 1, as they come' },
  { name: 'two VLANs with access ports and a trunk', bridge: twoVlans },
  { name: 'two VLANs, when everybody was heard', bridge: twoVlans, isWarm: true },
  { name: 'the trunk lacks a VLAN', bridge: [...twoVlans, 'vlan del dev pt vid 20'] },
  { name: 'the trunk has a range', bridge: [...access('pa', 10), ...access('pc', 20), ...trunk('2-30')] },
  {
    name: 'a container is in another VLAN',
    bridge: [...access('pa', 10), ...access('pb', 20), ...trunk(10, 20)],
  },
  {
    name: 'a port has the wrong PVID',
    bridge: [...access('pa', 10), 'vlan add dev pb vid 10 untagged', 'vlan add dev pb vid 20 pvid untagged'],
  },
  {
    name: 'a port has the wrong PVID, and MACs are known',
    ip: known,
    undo: forgotten,
    bridge: [...access('pa', 10), 'vlan add dev pb vid 10 untagged', 'vlan add dev pb vid 20 pvid untagged'],
  },
  {
    name: 'a port has no PVID',
    bridge: [...twoVlans, 'vlan add dev pa vid 10 untagged'],
  },
  {
    name: 'the way out is not in the VLAN, and MACs are known',
    ip: known,
    undo: forgotten,
    bridge: [...access('pa', 10), ...access('pb', 20)],
  },
  {
    name: 'the bridge is in the VLAN without a tag',
    bridge: [...twoVlans, 'vlan del dev br0 vid 1 self', self(10, ' pvid untagged')],
  },
  { name: 'a VLAN device is on the bridge', ip: above, bridge: [...twoVlans, self(10)] },
  { name: 'a VLAN device is on the bridge, which is not in the VLAN', ip: above, bridge: twoVlans },
  {
    name: 'a VLAN device is on the bridge, which takes the tag off',
    ip: above,
    bridge: [...twoVlans, self(10, ' untagged')],
    // Who asks by the device is known from then on, though nothing that is answered comes to it.
    isWarm: true,
  },
  {
    name: 'a VLAN device is on the bridge, which is in no VLAN and listens to everything',
    ip: [...above, ['sw', 'link set br0 promisc on']],
    bridge: twoVlans,
  },
  {
    name: 'a tag is expected, and there is none',
    bridge: [...access('pa', 10), 'vlan add dev pb vid 10', ...trunk(10)],
  },
  { name: 'no tag is expected, and there is one', bridge: [...access('pa', 10), ...access('pt', 10)] },
  {
    name: 'entries of another VLAN, and wrong ones of this VLAN',
    ip: known,
    undo: forgotten,
    bridge: [
      ...twoVlans,
      `fdb add ${macOf('b')} dev pc master static vlan 20`,
      `fdb add ${macOf('a')} dev pt master static sticky vlan 10`,
    ],
  },
  {
    name: 'a wrong entry that moves when it is used',
    ip: known,
    undo: forgotten,
    bridge: [...twoVlans, `fdb add ${macOf('a')} dev pt master static vlan 10`],
    only: ['a'],
  },
  { name: 'ports are in no VLAN', options: 'vlan_default_pvid 0' },
  { name: 'ports are in another VLAN from the start', options: 'vlan_default_pvid 10' },
  { name: 'the bridge goes by 802.1ad', options: 'vlan_protocol 802.1ad', bridge: twoVlans, isUnknown: true },
  {
    name: 'the bridge does not filter',
    options: 'vlan_filtering 0',
    ip: above,
    bridge: twoVlans,
  },
  {
    name: 'iptables drops between two ports',
    bridge: twoVlans,
    set: [['sw', `iptables -I FORWARD ${drop}`]],
    undo: [['sw', `iptables -D FORWARD ${drop}`]],
  },
  {
    name: 'iptables drops what is bridged, and is not asked about what has a tag',
    bridge: twoVlans,
    set: [['sw', `iptables -I FORWARD ${dropAll}`]],
    undo: [['sw', `iptables -D FORWARD ${dropAll}`]],
  },
  {
    name: 'iptables drops what is bridged, also with a tag',
    bridge: twoVlans,
    set: [filterTagged(1), ['sw', `iptables -I FORWARD ${dropAll}`]],
    undo: [filterTagged(0), ['sw', `iptables -D FORWARD ${dropAll}`]],
  },
  {
    name: 'iptables drops by the VLAN device on the bridge',
    ip: above,
    bridge: [...twoVlans, self(10)],
    set: [filterTagged(1), passDevice(1), ['sw', 'iptables -t raw -I PREROUTING -i br0.10 -p icmp -j DROP']],
    undo: [filterTagged(0), passDevice(0), ['sw', 'iptables -t raw -D PREROUTING -i br0.10 -p icmp -j DROP']],
  },
]
