import type { TestNetns } from '../support/netns.ts'
import { bondOptions, bridgeOptions } from './generate-masters.ts'
import type { Random } from './random.ts'

export type Kind = {
  readonly kind: string
  /** Needs a lower device. */
  readonly lower?: boolean
  readonly options: (random: Random, name: string, others: readonly string[]) => string[]
}

const none = (): string[] => []

/** Kinds with their options, from the ranges that ip(8) gives. */
export const kinds: readonly Kind[] = [
  { kind: 'veth', options: none },
  { kind: 'veth', options: none },
  { kind: 'bridge', options: bridgeOptions },
  { kind: 'bridge', options: bridgeOptions },
  { kind: 'vxlan', options: vxlanOptions },
  { kind: 'vxlan', options: vxlanOptions },
  { kind: 'macvlan', lower: true, options: macvlanOptions },
  { kind: 'macvtap', lower: true, options: macvlanOptions },
  { kind: 'ipvlan', lower: true, options: ipvlanOptions },
  { kind: 'ipvtap', lower: true, options: ipvlanOptions },
  { kind: 'vlan', lower: true, options: vlanOptions },
  { kind: 'dummy', options: none },
  { kind: 'ifb', options: none },
  { kind: 'tun', options: none },
  { kind: 'bond', options: bondOptions },
  { kind: 'vrf', options: random => ['table', `${random.int(1, 0xffff_fffe)}`] },
  { kind: 'wireguard', options: none },
  { kind: 'gre', options: greOptions },
  { kind: 'gretap', options: greOptions },
  { kind: 'erspan', options: erspanOptions },
  { kind: 'ip6gre', options: ip6greOptions },
  { kind: 'ip6gretap', options: ip6greOptions },
  { kind: 'ip6erspan', options: erspanOptions },
  {
    kind: 'ipip',
    options: random => [
      ...ipOptions(random),
      ...random.maybe(0.5, `mode ${random.pick(['ipip', 'mplsip', 'any'])}`),
    ],
  },
  { kind: 'sit', options: sitOptions },
  {
    kind: 'ip6tnl',
    options: random => [...ip6Options(random), `mode ${random.pick(['ip6ip6', 'ipip6', 'any'])}`],
  },
  { kind: 'vti', options: vtiOptions },
  { kind: 'vti6', options: vtiOptions },
  { kind: 'geneve', options: geneveOptions },
]

/** The kinds that the kernel of this machine can make: each is tried in `netns`, an empty namespace that is spoilt by it. */
export function supportedKinds(netns: TestNetns): ReadonlySet<string> {
  netns.batch(['link add name lower type veth peer name other'])
  const makes = (lines: readonly string[]): boolean => netns.batch(lines).length === 0
  const tried = new Set(kinds.map(({ kind }) => kind))
  return new Set(
    [...tried].filter(kind => {
      if (kind === 'tun') return makes(['tuntap add dev probe mode tap', 'link del dev probe'])
      const lower = kinds.find(entry => entry.kind === kind)?.lower ? 'link lower ' : ''
      const options = probeOptions[kind] ?? ''
      return makes([`link add ${lower}name probe type ${kind} ${options}`, 'link del dev probe'])
    }),
  )
}

/** What a kind cannot do without. */
const probeOptions: Readonly<Record<string, string>> = {
  vxlan: 'id 1 dstport 4789',
  vlan: 'id 1',
  vrf: 'table 1',
  gretap: 'remote 10.0.0.1',
  erspan: 'remote 10.0.0.1 seq key 1',
  ip6gretap: 'remote fd00::1',
  ip6erspan: 'remote fd00::1 seq key 1',
  geneve: 'id 1 remote 10.0.0.1',
}

export function macAddress(random: Random): string {
  const bytes = [
    random.pick([0x02, 0x06, 0xaa]),
    ...random.list(5, () => random.pick([0, random.int(0, 255)])),
  ]
  return bytes.map(byte => byte.toString(16).padStart(2, '0')).join(':')
}

function hexByte(random: Random): string {
  return `0x${random.int(1, 255).toString(16)}`
}

function ipv4Address(random: Random): string {
  return `10.${random.int(0, 255)}.${random.int(0, 255)}.${random.int(1, 254)}`
}

function ipv6Address(random: Random): string {
  return `fd00:${random.int(0, 0xffff).toString(16)}::${random.int(1, 0xffff).toString(16)}`
}

function vxlanOptions(random: Random, _name: string, others: readonly string[]): string[] {
  const v6 = random.chance(0.3)
  const address = (): string => (v6 ? ipv6Address(random) : ipv4Address(random))
  const device = others.length > 0 && random.chance(0.4) ? [`dev ${random.pick(others)}`] : []
  const remote =
    device.length > 0 && random.chance(0.5)
      ? `group ${v6 ? 'ff05::100' : '239.1.1.1'}`
      : `remote ${address()}`
  const either = (option: string): string[] => random.maybe(0.3, random.pick(['', 'no']) + option)
  return [
    ...(random.chance(0.15)
      ? ['external', ...random.maybe(0.4, 'vnifilter'), ...random.maybe(0.3, 'gpe')]
      : [`id ${random.int(0, 0xff_ffff)}`]),
    ...random.maybe(0.6, remote),
    ...random.maybe(0.5, `local ${address()}`),
    ...device,
    `dstport ${random.pick([4789, 0, random.int(1, 65_535)])}`,
    ...random.maybe(0.2, `srcport ${random.int(1, 30_000)} ${random.int(30_001, 65_535)}`),
    ...random.maybe(0.4, `ttl ${random.pick(['inherit', 'auto', random.int(1, 255)])}`),
    ...random.maybe(0.4, `tos ${random.pick(['inherit', hexByte(random)])}`),
    ...random.maybe(0.3, `df ${random.pick(['set', 'unset', 'inherit'])}`),
    ...random.maybe(v6 ? 0.5 : 0, `flowlabel ${random.int(0, 0xf_ffff)}`),
    ...random.maybe(0.3, `ageing ${random.int(0, 100_000)}`),
    ...random.maybe(0.3, `maxaddress ${random.int(0, 100_000)}`),
    ...[
      'learning',
      'proxy',
      'rsc',
      'l2miss',
      'l3miss',
      'udpcsum',
      'udp6zerocsumtx',
      'udp6zerocsumrx',
      'remcsumtx',
      'remcsumrx',
    ].flatMap(either),
    ...random.maybe(0.2, 'gbp'),
  ]
}

function macvlanOptions(random: Random): string[] {
  const mode = random.pick([
    'private',
    'vepa',
    'bridge',
    'bridge',
    'passthru',
    'passthru nopromisc',
    'source',
    'source nodst',
  ])
  return [`mode ${mode}`, ...random.maybe(0.4, `bcqueuelen ${random.int(0, 100_000)}`)]
}

function ipvlanOptions(random: Random): string[] {
  return [
    `mode ${random.pick(['l2', 'l3', 'l3s'])}`,
    ...random.maybe(0.5, random.pick(['bridge', 'private', 'vepa'])),
  ]
}

function vlanOptions(random: Random): string[] {
  const onOff = (option: string): string[] => random.maybe(0.3, `${option} ${random.pick(['on', 'off'])}`)
  const maps = (): string =>
    random.list(random.int(1, 3), () => `${random.int(0, 7)}:${random.int(0, 7)}`).join(' ')
  return [
    ...random.maybe(0.4, `protocol ${random.pick(['802.1Q', '802.1ad'])}`),
    `id ${random.int(0, 4094)}`,
    ...['reorder_hdr', 'gvrp', 'mvrp', 'loose_binding', 'bridge_binding'].flatMap(onOff),
    ...random.maybe(0.3, `ingress-qos-map ${maps()}`),
    ...random.maybe(0.3, `egress-qos-map ${maps()}`),
  ]
}

/** Ids without a name in /etc/passwd or /etc/group, which ip would print in place of the number. */
export function tunOptions(random: Random): string[] {
  return [
    `mode ${random.pick(['tun', 'tap'])}`,
    ...random.maybe(0.3, `user ${random.int(70_000, 80_000)}`),
    ...random.maybe(0.3, `group ${random.int(70_000, 80_000)}`),
    ...random.maybe(0.3, 'pi'),
    ...random.maybe(0.3, 'vnet_hdr'),
    ...random.maybe(0.3, 'multi_queue'),
  ]
}

function ipOptions(random: Random): string[] {
  return [
    ...random.maybe(0.6, `remote ${ipv4Address(random)}`),
    ...random.maybe(0.6, `local ${ipv4Address(random)}`),
    ...random.maybe(0.4, `tos ${random.pick(['inherit', hexByte(random)])}`),
    ...(random.chance(0.5) ? [`ttl ${random.int(1, 255)}`] : random.maybe(0.3, 'nopmtudisc')),
    ...random.maybe(0.3, `fwmark 0x${random.int(0, 0xffff_ffff).toString(16)}`),
    ...random.maybe(0.1, 'external'),
  ]
}

function ip6Options(random: Random): string[] {
  return [
    ...random.maybe(0.7, `remote ${ipv6Address(random)}`),
    ...random.maybe(0.7, `local ${ipv6Address(random)}`),
    ...random.maybe(0.4, `hoplimit ${random.int(0, 255)}`),
    ...random.maybe(0.4, `encaplimit ${random.pick(['none', random.int(0, 255)])}`),
    ...random.maybe(0.4, `tclass ${random.pick(['inherit', `0x${random.int(0, 255).toString(16)}`])}`),
    ...random.maybe(
      0.4,
      `flowlabel ${random.pick(['inherit', `0x${random.int(0, 0xf_ffff).toString(16)}`])}`,
    ),
    ...random.maybe(0.2, 'dscp inherit'),
    ...random.maybe(0.2, 'allow-localremote'),
    ...random.maybe(0.3, `fwmark 0x${random.int(0, 0xffff_ffff).toString(16)}`),
    ...random.maybe(0.1, 'external'),
  ]
}

function greKeys(random: Random): string[] {
  return [
    ...random.maybe(0.4, `ikey ${random.int(0, 0xffff_ffff)}`),
    ...random.maybe(0.4, `okey ${ipv4Address(random)}`),
    ...['iseq', 'oseq', 'icsum', 'ocsum'].flatMap(option => random.maybe(0.3, option)),
  ]
}

function greOptions(random: Random): string[] {
  return [...ipOptions(random), ...greKeys(random), ...random.maybe(0.1, 'ignore-df')]
}

function ip6greOptions(random: Random): string[] {
  return [...ip6Options(random), ...greKeys(random)]
}

function erspanOptions(random: Random): string[] {
  const version = random.pick([
    `erspan_ver 1 erspan ${random.int(0, 0xf_ffff)}`,
    `erspan_ver 2 erspan_dir ${random.pick(['ingress', 'egress'])} erspan_hwid ${random.int(0, 63)}`,
  ])
  return ['seq', `key ${random.int(1, 1023)}`, version]
}

function sitOptions(random: Random): string[] {
  return [
    ...ipOptions(random),
    ...random.maybe(0.2, 'isatap'),
    ...random.maybe(0.4, `mode ${random.pick(['ip6ip', 'ipip', 'mplsip', 'any'])}`),
  ]
}

function vtiOptions(random: Random): string[] {
  return [
    ...random.maybe(0.5, `ikey ${random.int(0, 0xffff_ffff)}`),
    ...random.maybe(0.5, `okey ${random.int(0, 0xffff_ffff)}`),
    ...random.maybe(0.3, `fwmark 0x${random.int(0, 0xffff_ffff).toString(16)}`),
  ]
}

function geneveOptions(random: Random): string[] {
  if (random.chance(0.1)) return ['external']
  const v6 = random.chance(0.4)
  return [
    `id ${random.int(0, 0xff_ffff)} remote ${v6 ? ipv6Address(random) : ipv4Address(random)}`,
    ...random.maybe(0.4, `ttl ${random.pick(['inherit', 'auto', random.int(1, 255)])}`),
    ...random.maybe(0.4, `tos ${random.pick(['inherit', hexByte(random)])}`),
    ...random.maybe(0.3, `df ${random.pick(['set', 'unset', 'inherit'])}`),
    ...random.maybe(v6 ? 0.5 : 0, `flowlabel ${random.int(0, 0xf_ffff)}`),
    ...random.maybe(0.4, `dstport ${random.int(1, 65_535)}`),
    ...random.maybe(0.3, v6 ? 'udp6zerocsumtx' : 'udpcsum'),
  ]
}
