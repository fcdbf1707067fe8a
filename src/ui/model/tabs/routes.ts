import type { PolicyRule, Route } from '../../../snapshot/index.ts'
import { policyRuleKey, routeKey, uniqueKeys } from '../../../snapshot/row-keys.ts'
import { naturalOrder } from '../../../util/natural-order.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { cellRow, lineRow, type Row, worldCell } from '../table.ts'
import type { Tab } from './tab.ts'

export const routes: Tab = {
  id: 'routes',
  title: 'Routes',
  short: 'Route',
  sources: ['rtnl.routes', 'rtnl.rules'],
  sortable: ['dst', 'via', 'dev', 'table'],
  noun: 'routes',
  count: namespace => namespace.routes.length,
  table: ({ namespace }) => {
    const unique = uniqueKeys()
    return {
      columns: [
        { id: 'dst', title: 'DESTINATION', grow: true },
        { id: 'via', title: 'VIA' },
        { id: 'dev', title: 'DEV', max: 16 },
        { id: 'src', title: 'SRC', hide: 2 },
        { id: 'metric', title: 'METRIC', align: 'right', hide: 4 },
        { id: 'proto', title: 'PROTO', hide: 5 },
        { id: 'scope', title: 'SCOPE', hide: 6 },
        { id: 'table', title: 'TABLE', hide: 1 },
        { id: 'flags', title: 'FLAGS', hide: 3 },
      ],
      rows: [
        ...tables(namespace.routes).flatMap(([name, members]) => [
          lineRow(`table ${name}`, 0, [{ text: `table ${sanitise(name)}`, tone: 'title' }], members),
          ...members.flatMap(route => routeRows(route, unique)),
        ]),
        ...policyRows(namespace.rules, unique),
      ],
    }
  },
}

/** Tables in the order of interest: main, others by name, then what the kernel fills in by itself. */
function tables(all: readonly Route[]): [string, Route[]][] {
  const byName = Map.groupBy(all, route => route.table ?? 'main')
  const rank = (name: string): number => ({ main: 0, default: 2, local: 3 })[name] ?? 1
  return [...byName].sort(([a], [b]) => rank(a) - rank(b) || naturalOrder(a, b))
}

function routeRows(route: Route, unique: (id: string) => string): Row[] {
  const isQuiet = route.table === 'local'
  const isDead = route.flags.some(flag => flag === 'dead' || flag === 'linkdown')
  const type = route.type === 'unicast' ? '' : `${route.type} `
  const via =
    route.gateway ?? route.via?.host ?? (route.nhid === undefined ? undefined : `nhid ${route.nhid}`)
  const id = unique(routeKey(route))
  const row = cellRow(
    id,
    [
      worldCell(
        type + route.dst + (route.from === undefined ? '' : ` from ${route.from}`),
        isQuiet ? 'dim' : 'accent',
      ),
      worldCell(via),
      worldCell(route.dev, isQuiet ? 'dim' : 'strong'),
      worldCell(route.prefsrc, isQuiet ? 'dim' : 'plain'),
      worldCell(route.metric, 'dim'),
      worldCell(route.protocol, 'dim'),
      worldCell(route.scope, 'dim'),
      worldCell(route.table ?? 'main', 'dim'),
      worldCell(route.flags.join(' '), isDead ? 'bad' : 'dim'),
    ],
    route,
    isDead,
  )
  const hops = (route.nexthops ?? []).map((hop, index) =>
    lineRow(
      `${id} nexthop ${index}`,
      2,
      [
        { text: '    nexthop ', tone: 'dim' },
        {
          text: sanitise(
            [hop.gateway ?? hop.via?.host, hop.dev && `dev ${hop.dev}`].filter(Boolean).join(' '),
          ),
        },
        { text: sanitise(` weight ${hop.weight ?? 1} ${hop.flags.join(' ')}`), tone: 'dim' },
      ],
      hop,
    ),
  )
  return [row, ...hops]
}

function policyRows(rules: readonly PolicyRule[], unique: (id: string) => string): Row[] {
  if (rules.length === 0) return []
  return [
    lineRow('policy rules', 0, [{ text: 'policy rules', tone: 'title' }], rules),
    ...rules.map(rule => {
      const text = sanitise(policyText(rule))
      const line = [{ text: `${String(rule.priority).padStart(5)}: `, tone: 'dim' as const }, { text }]
      return lineRow(unique(policyRuleKey(rule)), 1, line, rule)
    }),
  ]
}

/** A rule as `ip rule` words it. */
export function policyText(rule: PolicyRule): string {
  const prefix = (address: string, length: number | undefined): string =>
    length === undefined ? address : `${address}/${length}`
  const words: (string | false | undefined)[] = [
    rule.not === null && 'not',
    `from ${prefix(rule.src, rule.srclen)}`,
    rule.dst !== undefined && `to ${prefix(rule.dst, rule.dstlen)}`,
    rule.tos !== undefined && `tos ${rule.tos}`,
    rule.fwmark !== undefined && `fwmark ${rule.fwmark}${rule.fwmask === undefined ? '' : `/${rule.fwmask}`}`,
    rule.iif !== undefined && `iif ${rule.iif}`,
    rule.iif_detached === null && '[detached]',
    rule.oif !== undefined && `oif ${rule.oif}`,
    rule.oif_detached === null && '[detached]',
    rule.uid_start !== undefined && `uidrange ${rule.uid_start}-${rule.uid_end}`,
    rule.ipproto !== undefined && `ipproto ${rule.ipproto}`,
    ports('sport', rule.sport, rule.sport_start, rule.sport_end),
    ports('dport', rule.dport, rule.dport_start, rule.dport_end),
    rule.table !== undefined && `lookup ${rule.table}`,
    rule.l3mdev === null && 'lookup [l3mdev-table]',
    rule.suppress_prefixlen !== undefined && `suppress_prefixlength ${rule.suppress_prefixlen}`,
    rule.suppress_ifgroup !== undefined && `suppress_ifgroup ${rule.suppress_ifgroup}`,
    rule.goto !== undefined && `goto ${rule.goto}`,
    rule.unresolved === null && '[unresolved]',
    rule.action,
    rule.family === 'inet6' && '(inet6)',
  ]
  return words.filter(Boolean).join(' ')
}

function ports(
  word: string,
  one: number | undefined,
  from: number | undefined,
  to: number | undefined,
): string | false {
  if (one !== undefined) return `${word} ${one}`
  return from !== undefined && `${word} ${from}-${to}`
}
