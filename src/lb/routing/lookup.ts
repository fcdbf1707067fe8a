import type { Nexthop, PolicyRule, Route } from '../../snapshot/index.ts'
import { type Ip, isInPrefix, isLinkLocal6 } from '../../util/prefix.ts'
import { policyRuleKeys, routeKeyAt, type RowRef } from '../evidence.ts'
import { all, invertIf, known, type Maybe } from '../maybe.ts'
import { protocolText } from '../packet.ts'
import type { View } from '../view.ts'
import { type Fib, type FibRoute, routesFor, rulePrefix } from './fib.ts'

/** What a look-up knows of the packet (struct flowi4). Undefined: not known. */
export type RouteQuery = {
  readonly destination: Ip
  /** Null: none chosen yet, which only a rule without `from` takes. */
  readonly source: Ip | null | undefined
  /** `lo` for packets of this namespace. */
  readonly iif: string
  readonly oif: string | null
  readonly mark: number | undefined
  readonly tos: number | undefined
  readonly protocol: number | undefined
  readonly sourcePort: number | null | undefined
  readonly destinationPort: number | null | undefined
}

/** One way on: a device, and the address to resolve there (none: the destination itself). */
export type Way = { readonly dev: string; readonly gateway: string | undefined; readonly weight: number }

export type RouteAnswer =
  | {
      readonly kind: 'route'
      /** `unicast`, `local`, `broadcast`, `multicast`, `anycast`. */
      readonly type: string
      readonly route: Route
      readonly prefixLength: number
      /** One, or those of a multipath route. */
      readonly ways: readonly Way[]
      readonly evidence: readonly RowRef[]
    }
  | NoRoute

/** What there is in place of a route. */
export type NoRoute =
  /** `unreachable`, `prohibit`, `blackhole` by a route or a rule; `no-route` when nothing fits. */
  | {
      readonly kind: 'none'
      readonly type: string
      readonly detail: string
      readonly evidence: readonly RowRef[]
    }
  | { readonly kind: 'unknown'; readonly reason: string; readonly evidence: readonly RowRef[] }

/** What a route is found by. */
const needed = [
  ['rtnl.routes', 'the routes'],
  ['rtnl.rules', 'the rules of policy routing'],
  ['rtnl.links', 'the interfaces'],
] as const

const refusing = new Set(['unreachable', 'prohibit', 'blackhole'])

/** fib_lookup with policy rules: fib_rules_lookup of fib_rules.c, fib4_rule_action of fib_rules.c (ipv4), fib_table_lookup. */
export function lookUpRoute(view: View, query: RouteQuery): RouteAnswer {
  const family = query.destination.bits === 32 ? 'inet' : 'inet6'
  for (const [source, what] of needed) {
    const missing = view.missing(source)
    if (missing !== undefined)
      return { kind: 'unknown', reason: `${what} could not be read: ${missing}`, evidence: [] }
  }
  return fromRule(view, view.fib(family), query, 0)
}

function fromRule(view: View, fib: Fib, query: RouteQuery, start: number): RouteAnswer {
  for (let i = start; i < fib.rules.length; i++) {
    const rule = fib.rules[i]!
    const fits = matchesRule(view, rule, query)
    if (fits === false) continue
    const answer = byRule(view, fib, rule, query)
    if (fits === true) {
      if (answer) return answer
      continue
    }
    const otherwise = fromRule(view, fib, query, i + 1)
    if (!answer || isSameAnswer(answer, otherwise)) return otherwise
    return {
      kind: 'unknown',
      reason: `not known whether rule '${ruleText(rule)}' takes it`,
      evidence: [ruleProof(view, rule)],
    }
  }
  return { kind: 'none', type: 'no-route', detail: 'no route', evidence: [] }
}

/** What the rule leads to; undefined when the look-up goes on with the next rule. */
function byRule(view: View, fib: Fib, rule: PolicyRule, query: RouteQuery): RouteAnswer | undefined {
  const evidence = rule.priority === 0 || rule.priority >= 32766 ? [] : [ruleProof(view, rule)]
  if (rule.action !== undefined && rule.action !== 'to_tbl') {
    if (rule.action === 'nop') return undefined
    return { kind: 'none', type: rule.action, detail: `rule '${ruleText(rule)}'`, evidence }
  }
  if (rule.nop !== undefined || rule.goto === 'none') return undefined
  if (rule.goto !== undefined) {
    const target = fib.rules.findIndex(({ priority }) => priority >= Number(rule.goto))
    return target < 0 ? undefined : fromRule(view, fib, query, target)
  }
  const answer = byTable(view, fib, rule.table ?? 'main', query, evidence)
  return answer?.kind === 'route' && isSuppressed(view, rule, answer) ? undefined : answer
}

/** fib4_rule_suppress: a route that is too short, or leads out by an interface of the group, does not count. */
function isSuppressed(
  view: View,
  { suppress_prefixlen: length, suppress_ifgroup: group }: PolicyRule,
  { prefixLength, ways }: Extract<RouteAnswer, { kind: 'route' }>,
): boolean {
  if (length !== undefined && prefixLength <= length) return true
  return group !== undefined && ways.some(({ dev }) => view.link(dev)?.group === group)
}

function byTable(
  view: View,
  fib: Fib,
  table: string,
  query: RouteQuery,
  evidence: readonly RowRef[],
): RouteAnswer | undefined {
  for (const candidate of routesFor(fib, table, query.destination)) {
    const { route } = candidate
    if (route.tos !== undefined && Number(route.tos) !== (query.tos ?? 0) && !isZeroTos(route.tos)) continue
    const proof = [...evidence, routeProof(view, candidate)]
    if (refusing.has(route.type)) {
      return { kind: 'none', type: route.type, detail: `route '${routeText(route)}'`, evidence: proof }
    }
    if (route.type === 'throw') return undefined
    const encap = route.encap ?? route.nexthops?.find(hop => hop.encap !== undefined)?.encap
    if (encap !== undefined) {
      const reason = `route '${routeText(route)}' wraps what it takes (encap ${encap}), which is not followed`
      return { kind: 'unknown', reason, evidence: proof }
    }
    const ways = usableWays(view, route, query)
    if (ways.length === 0) continue
    return {
      kind: 'route',
      type: route.type,
      route,
      prefixLength: candidate.prefix.length,
      ways,
      evidence: proof,
    }
  }
  return undefined
}

const isZeroTos = (tos: string) => Number(tos) === 0

/** Next hops that are alive, and on the wanted interface. */
function usableWays(view: View, route: Route, query: RouteQuery): Way[] {
  const oif = query.oif ?? (isLinkLocal6(query.destination) && query.iif !== 'lo' ? query.iif : null)
  const hops: readonly Pick<Nexthop, 'dev' | 'gateway' | 'via' | 'weight' | 'flags'>[] = route.nexthops ?? [
    route,
  ]
  return hops.flatMap(({ dev, gateway, via, flags, ...hop }) => {
    const name = dev ?? 'lo'
    if (flags.includes('dead') || (oif !== null && oif !== name)) return []
    if (!view.link(name) && name !== 'lo') return []
    return [{ dev: name, gateway: gateway ?? via?.host, weight: hop.weight ?? 1 }]
  })
}

function isSameAnswer(a: RouteAnswer, b: RouteAnswer): boolean {
  if (a.kind === 'route') return b.kind === 'route' && a.route === b.route
  return a.kind === 'none' && b.kind === 'none' && a.type === b.type
}

/** fib_rule_match. */
function matchesRule(view: View, rule: PolicyRule, query: RouteQuery): Maybe {
  const fits = all(selectorsOf(view, rule, query))
  return invertIf(fits, rule.not !== undefined)
}

function selectorsOf(view: View, rule: PolicyRule, query: RouteQuery): Maybe[] {
  const source = rulePrefix(rule.src, rule.srclen)
  const destination = rulePrefix(rule.dst, rule.dstlen)
  const tests: Maybe[] = []
  if (source && source.length > 0) {
    tests.push(query.source === null ? false : known(query.source, ip => isInPrefix(ip, source)))
  }
  if (destination) tests.push(isInPrefix(query.destination, destination))
  if (rule.iif !== undefined) tests.push(rule.iif_detached === undefined && rule.iif === query.iif)
  if (rule.oif !== undefined) tests.push(rule.oif_detached === undefined && rule.oif === query.oif)
  if (rule.fwmark !== undefined) {
    const mask = rule.fwmask === undefined ? 0xffff_ffff : Number(rule.fwmask)
    tests.push(known(query.mark, mark => ((mark ^ Number(rule.fwmark)) & mask) === 0))
  }
  if (rule.tos !== undefined) {
    // IPv4 looks at the bits of RFC 1349 alone (IPTOS_RT_MASK), IPv6 at the whole of DSCP.
    const mask = query.destination.bits === 32 ? 0x1c : 0xfc
    tests.push(known(query.tos, tos => (tos & mask) === (Number(rule.tos) & mask)))
  }
  if (rule.ipproto !== undefined)
    tests.push(known(query.protocol, number => isProtocol(rule.ipproto!, number)))
  tests.push(...portTest(rule.sport, rule.sport_start, rule.sport_end, rule.sport_mask, query.sourcePort))
  tests.push(
    ...portTest(rule.dport, rule.dport_start, rule.dport_end, rule.dport_mask, query.destinationPort),
  )
  if (rule.l3mdev !== undefined) {
    tests.push(view.namespace.links.some(link => link.linkinfo?.info_kind === 'vrf') ? undefined : false)
  }
  // Forwarded packets count as root's; who sends from here is not known.
  if (rule.uid_start !== undefined) tests.push(query.iif === 'lo' ? undefined : rule.uid_start === 0)
  if (rule.tun_id !== undefined || rule.unknown !== undefined) tests.push(undefined)
  return tests
}

function isProtocol(text: string, number: number): boolean {
  return text === String(number) || text === protocolText(number) || (text === 'ipv6-icmp' && number === 58)
}

function portTest(
  port: number | undefined,
  first: number | undefined,
  last: number | undefined,
  mask: string | undefined,
  actual: number | null | undefined,
): Maybe[] {
  if (port === undefined && first === undefined) return []
  if (mask !== undefined) return [undefined]
  if (actual === null) return [false]
  return [known(actual, value => value >= (port ?? first!) && value <= (port ?? last!))]
}

/** `ip rule`'s own line, without the table of a goto. */
export function ruleText(rule: PolicyRule): string {
  const words = [`${rule.priority}:`]
  if (rule.not !== undefined) words.push('not')
  words.push('from', rule.src + (rule.srclen === undefined ? '' : `/${rule.srclen}`))
  if (rule.dst !== undefined)
    words.push('to', rule.dst + (rule.dstlen === undefined ? '' : `/${rule.dstlen}`))
  if (rule.fwmark !== undefined)
    words.push('fwmark', rule.fwmark + (rule.fwmask === undefined ? '' : `/${rule.fwmask}`))
  if (rule.iif !== undefined) words.push('iif', rule.iif)
  if (rule.oif !== undefined) words.push('oif', rule.oif)
  if (rule.ipproto !== undefined) words.push('ipproto', rule.ipproto)
  if (rule.action !== undefined) words.push(rule.action)
  else if (rule.goto !== undefined) words.push('goto', String(rule.goto))
  else words.push('lookup', rule.table ?? 'main')
  return words.join(' ')
}

/** `10.0.0.0/8 via 10.1.0.1 dev eth0 table 100`: the words of `ip route` that tell routes apart. */
export function routeText(route: Route): string {
  const words = route.type === 'unicast' ? [route.dst] : [route.type, route.dst]
  const gateway = route.gateway ?? route.via?.host
  if (gateway !== undefined) words.push('via', gateway)
  if (route.dev !== undefined) words.push('dev', route.dev)
  for (const hop of route.nexthops ?? [])
    words.push('nexthop', ...(hop.gateway === undefined ? [] : ['via', hop.gateway]), 'dev', hop.dev ?? '?')
  if (route.table !== undefined && route.table !== 'main') words.push('table', route.table)
  return words.join(' ')
}

function routeProof(view: View, { index }: FibRoute): RowRef {
  return view.ref('routes', routeKeyAt(view.namespace.routes, index))
}

/** The rules that every namespace has are no row when they were not read. */
function ruleProof(view: View, rule: PolicyRule): RowRef {
  const { rules } = view.namespace
  return view.ref('rules', policyRuleKeys(rules)[rules.indexOf(rule)] ?? '')
}
