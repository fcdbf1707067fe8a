import type { Address, Link, Namespace } from '../../../snapshot/index.ts'
import { linkKey } from '../../../snapshot/row-keys.ts'
import { formatBytes, formatRate } from '../../../util/format.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { type LinkBefore, rate } from '../rates.ts'
import { sparkline } from '../series.ts'
import type { Span, Tone } from '../span.ts'
import type { Row, Table } from '../table.ts'
import { ifconfigFlags, kindWords, netmask, scopeId } from './link-words.ts'
import type { Tab, TabInput } from './tab.ts'

type Spans = readonly Span[]

const INDENT: Span = { text: '    ' }

export const interfaces: Tab = {
  id: 'interfaces',
  title: 'Interfaces',
  short: 'Iface',
  sources: ['rtnl.links', 'rtnl.addresses', 'rtnl.qdiscs', 'rtnl.filters'],
  sortable: [],
  noun: 'interfaces',
  count: namespace => namespace.links.length,
  table,
}

function table(input: TabInput): Table {
  const { links, addresses } = input.namespace
  const byLink = Map.groupBy(addresses, ({ ifindex }) => ifindex)
  const controls = controlsOf(input.namespace)
  const rows = links.map(link => {
    const rest = { addresses: byLink.get(link.ifindex) ?? [], control: controls.get(link.ifname) ?? '' }
    return interfaceRow(link, rest, input)
  })
  return { columns: [], rows }
}

/** What a row is made of besides its link. */
type Rest = { readonly addresses: readonly Address[]; readonly control: string }

/** What tc and XDP have on a device, where it is more than nothing. */
function controlsOf({ links, qdiscs = [], tcFilters = [] }: Namespace): ReadonlyMap<string, string> {
  const words = new Map<string, string[]>()
  const add = (dev: string, word: string): void => void words.set(dev, [...(words.get(dev) ?? []), word])
  for (const { ifname, xdp } of links) if (xdp) add(ifname, `XDP program ${xdp.prog?.id ?? ''}`.trimEnd())
  // The kernel's own choices have no handle.
  for (const { dev, kind, handle } of qdiscs) if (handle !== '0:') add(dev, kind)
  for (const { dev, parent, kind } of tcFilters) add(dev, `filter ${kind} on ${parent}`)
  return new Map([...words].map(([dev, of]) => [dev, [...new Set(of)].join(', ')]))
}

/** What a row was made of, besides its link. */
type Made = { readonly of: readonly unknown[]; readonly row: Row }

const made = new WeakMap<Link, Made>()

/** A host has thousands of interfaces, and counters of a few move: the rows of the others stay. */
function interfaceRow(link: Link, rest: Rest, input: TabInput): Row {
  const of = [
    input.series?.byKey.get(linkKey(link)),
    input.history?.links.get(link.ifindex),
    link.peer && input.nameOf(link.peer.namespace),
    rest.control,
    ...rest.addresses,
  ]
  const known = made.get(link)
  if (known?.of.length === of.length && known.of.every((part, index) => part === of[index])) return known.row
  const row = buildRow(link, rest, input)
  made.set(link, { of, row })
  return row
}

/** Lines are made when they are needed: a screen shows a few. */
function buildRow(link: Link, { addresses, control }: Rest, input: TabInput): Row {
  let lines: readonly Spans[] | undefined
  const relations = (hasRelations(link) ? 1 : 0) + (control === '' ? 0 : 1)
  return {
    id: String(link.ifindex),
    level: 1,
    block: {
      height: 2 + addresses.length + relations + (link.stats64 ? 4 : 1) + 1,
      lines: () =>
        (lines ??= [
          headLine(link, sparkline(input.series?.byKey.get(linkKey(link)))),
          ...addresses.map(addressLine),
          hardwareLine(link),
          ...(hasRelations(link) ? [relationLine(link, input)] : []),
          ...(control === ''
            ? []
            : [[INDENT, { text: 'tc ', tone: 'dim' }, { text: sanitise(control) }] as const]),
          ...counterLines(link, input.history?.links.get(link.ifindex)),
          [],
        ]),
    },
    says: [
      link.ifname,
      link.address,
      link.mtu,
      link.operstate,
      link.master,
      control,
      ...link.flags,
      ...addresses.map(({ local }) => local),
    ].join(' '),
    isProblem: hasProblem(link),
    datum: link,
  }
}

function hasRelations({ linkinfo, peer, link, link_index: index, master }: Link): boolean {
  const isTied = peer !== undefined || typeof link === 'string' || index !== undefined || master !== undefined
  return isTied || linkinfo?.info_kind !== undefined
}

/** Up but without a carrier (a bridge may have no ports), or with errors. Dropped packets alone are no problem. */
function hasProblem(link: Link): boolean {
  const { stats64: stats, linkinfo } = link
  const errors = stats
    ? [stats.rx.errors, stats.tx.errors, stats.tx.carrier_errors, stats.rx.over_errors]
    : []
  const isCut = link.flags.includes('NO-CARRIER') && linkinfo?.info_kind !== 'bridge'
  return isCut || errors.some(count => count !== '0')
}

function headLine(link: Link, trend: string): Spans {
  const { bits, names } = ifconfigFlags(link.flags)
  const isUp = link.flags.includes('UP')
  const state: Span[] = link.flags.includes('NO-CARRIER')
    ? [{ text: '  no carrier', tone: 'warn' }]
    : isUp
      ? []
      : [{ text: '  down', tone: 'dim' }]
  return [
    { text: `${sanitise(link.ifname)}: `, tone: isUp ? 'strong' : 'dim' },
    { text: 'flags=', tone: 'dim' },
    { text: `${bits}<${names.join(',')}>` },
    ...pair('mtu', link.mtu),
    ...state,
    ...(trend === '' ? [] : [{ text: `  ${trend}`, tone: 'ok' } as const]),
  ]
}

function addressLine(address: Address): Spans {
  const label =
    address.label !== undefined && address.label !== address.ifname ? pair('label', address.label) : []
  const problem: Span[] = address.dadfailed ? [{ text: '  dadfailed', tone: 'bad' }] : []
  if (address.family === 'inet6') {
    return [
      INDENT,
      { text: 'inet6 ', tone: 'dim' },
      { text: sanitise(address.local), tone: 'accent' },
      ...pair('prefixlen', address.prefixlen),
      ...pair('scopeid', scopeId(address.scope)),
      ...problem,
    ]
  }
  return [
    INDENT,
    { text: 'inet ', tone: 'dim' },
    { text: sanitise(address.local), tone: 'accent' },
    ...pair('netmask', netmask(address.prefixlen)),
    ...(address.address === undefined ? [] : pair('destination', address.address)),
    ...(address.broadcast === undefined ? [] : pair('broadcast', address.broadcast)),
    ...label,
  ]
}

function hardwareLine(link: Link): Spans {
  const isLoopback = link.link_type === 'loopback'
  const words: Span[] = isLoopback
    ? [{ text: 'loop', tone: 'dim' }]
    : [
        { text: `${sanitise(link.link_type ?? 'unspec')} `, tone: 'dim' },
        { text: sanitise(link.address ?? '') },
      ]
  const name = isLoopback ? '(Local Loopback)' : link.link_type === 'ether' ? '(Ethernet)' : ''
  return [INDENT, ...words, ...pair('txqueuelen', link.txqlen ?? 0), { text: `  ${name}`, tone: 'dim' }]
}

/** What ifconfig does not tell: kind, peer, parent, master. */
function relationLine(link: Link, { nameOf }: TabInput): Spans {
  const words: Span[] = []
  const add = (label: string, value: string): void => {
    words.push({ text: `${words.length === 0 ? '' : '  '}${label} `, tone: 'dim' }, { text: sanitise(value) })
  }
  const info = link.linkinfo
  if (info?.info_kind !== undefined)
    add('kind', [info.info_kind, ...kindWords(info.info_kind, info.info_data)].join(' '))
  if (link.peer) add('peer', `${link.peer.ifname} in ${nameOf(link.peer.namespace)}`)
  else if (typeof link.link === 'string') add('link', link.link)
  else if (link.link_index !== undefined)
    add('link', `if${link.link_index} in nsid ${link.link_netnsid ?? '?'}`)
  if (link.master !== undefined) {
    const port = kindWords(`${info?.info_slave_kind ?? ''} port`, info?.info_slave_data)
    add('master', [link.master, ...port].join(' '))
  }
  return [INDENT, ...words]
}

function counterLines(link: Link, before: LinkBefore | undefined): Spans[] {
  const stats = link.stats64
  if (!stats) return [[INDENT, { text: 'no counters', tone: 'dim' }]]
  const elapsed = before?.elapsed ?? 0
  const { rx, tx } = stats
  return [
    volumeLine('RX', rx, before?.stats.rx, elapsed),
    errorLine('RX', {
      errors: rx.errors,
      dropped: rx.dropped,
      overruns: rx.over_errors,
      multicast: rx.multicast,
    }),
    volumeLine('TX', tx, before?.stats.tx, elapsed),
    errorLine('TX', {
      errors: tx.errors,
      dropped: tx.dropped,
      carrier: tx.carrier_errors,
      collisions: tx.collisions,
    }),
  ]
}

type Volume = { readonly packets: string; readonly bytes: string }

function volumeLine(way: string, now: Volume, before: Volume | undefined, elapsed: number): Spans {
  const packets = before && rate(before.packets, now.packets, elapsed)
  const bytes = before && rate(before.bytes, now.bytes, elapsed)
  const rates: Span[] =
    packets === undefined || bytes === undefined
      ? []
      : [
          {
            text: `  ${formatRate(packets)} pkt/s  ${formatBytes(bytes)}/s`,
            tone: packets > 0 ? 'ok' : 'dim',
          },
        ]
  return [
    INDENT,
    { text: `${way} packets `, tone: 'dim' },
    { text: now.packets },
    { text: '  bytes ', tone: 'dim' },
    { text: now.bytes },
    { text: ` (${formatBytes(now.bytes)})`, tone: 'dim' },
    ...rates,
  ]
}

function errorLine(way: string, counters: Readonly<Record<string, string>>): Spans {
  const words = Object.entries(counters).flatMap(([label, count], index): Span[] => {
    const tone: Tone = count === '0' || label === 'multicast' ? 'dim' : label === 'dropped' ? 'warn' : 'bad'
    return [
      { text: `${index === 0 ? ' ' : '  '}${label} `, tone: 'dim' },
      { text: count, tone },
    ]
  })
  return [INDENT, { text: way, tone: 'dim' }, ...words]
}

function pair(label: string, value: string | number): Span[] {
  return [{ text: `  ${label} `, tone: 'dim' }, { text: sanitise(String(value)) }]
}
