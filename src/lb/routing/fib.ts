import type { Namespace, PolicyRule, Route } from '../../snapshot/index.ts'
import { parseIp, parsePrefix, type Ip, type Prefix } from '../../util/prefix.ts'
import type { IpFamily } from '../packet.ts'

/** A route with what a look-up compares, and its place in the snapshot. */
export type FibRoute = { readonly route: Route; readonly prefix: Prefix; readonly index: number }

/** A routing table: prefixes by length, longest first. */
type FibTable = {
  readonly lengths: readonly number[]
  readonly byLength: ReadonlyMap<number, ReadonlyMap<bigint, readonly FibRoute[]>>
}

/** The policy database and the tables of one family in one namespace. */
export type Fib = {
  readonly bits: 32 | 128
  /** By priority, and in the kernel's order where it is equal. */
  readonly rules: readonly PolicyRule[]
  readonly tables: ReadonlyMap<string, FibTable>
}

/** fib_default_rules_init of fib_rules.c: what there is without policy routing. */
const defaultRules: Readonly<Record<IpFamily, readonly PolicyRule[]>> = {
  inet: [
    { family: 'inet', priority: 0, src: 'all', table: 'local' },
    { family: 'inet', priority: 32766, src: 'all', table: 'main' },
    { family: 'inet', priority: 32767, src: 'all', table: 'default' },
  ],
  inet6: [
    { family: 'inet6', priority: 0, src: 'all', table: 'local' },
    { family: 'inet6', priority: 32766, src: 'all', table: 'main' },
  ],
}

export function buildFib(namespace: Namespace, family: IpFamily): Fib {
  const bits = family === 'inet' ? 32 : 128
  const tables = new Map<string, { byLength: Map<number, Map<bigint, FibRoute[]>> }>()
  for (const [index, route] of namespace.routes.entries()) {
    if (route.family !== family) continue
    const prefix = parsePrefix(route.dst, bits)
    if (!prefix) continue
    const name = route.table ?? 'main'
    let table = tables.get(name)
    if (!table) tables.set(name, (table = { byLength: new Map() }))
    let networks = table.byLength.get(prefix.length)
    if (!networks) table.byLength.set(prefix.length, (networks = new Map()))
    const network = prefix.ip.value >> BigInt(bits - prefix.length)
    const routes = networks.get(network)
    if (routes) routes.push({ route, prefix, index })
    else networks.set(network, [{ route, prefix, index }])
  }
  for (const { byLength } of tables.values())
    for (const networks of byLength.values()) for (const routes of networks.values()) routes.sort(byMetric)
  const rules = namespace.rules.filter(rule => rule.family === family)
  return {
    bits,
    rules: rules.length > 0 ? [...rules].sort((a, b) => a.priority - b.priority) : defaultRules[family],
    tables: new Map(
      [...tables].map(([name, { byLength }]) => [
        name,
        { byLength, lengths: [...byLength.keys()].sort((a, b) => b - a) },
      ]),
    ),
  }
}

/** fib_find_alias: a type of service comes before none, then the lower metric. */
function byMetric(a: FibRoute, b: FibRoute): number {
  return (
    Number(b.route.tos !== undefined) - Number(a.route.tos !== undefined) ||
    (a.route.metric ?? 0) - (b.route.metric ?? 0)
  )
}

/** The routes of a table that hold `ip`, the longest prefix first, and by metric within one. */
export function* routesFor(fib: Fib, table: string, ip: Ip): Generator<FibRoute> {
  const found = fib.tables.get(table)
  if (!found || ip.bits !== fib.bits) return
  for (const length of found.lengths) {
    const routes = found.byLength.get(length)?.get(ip.value >> BigInt(fib.bits - length))
    if (routes) yield* routes
  }
}

/** What the local table alone says of an address (inet_addr_type): `unicast` when it says nothing. */
export function addressType(fib: Fib, ip: Ip, dev?: string): string {
  if (fib.bits === 32) {
    if (ip.value >> 24n === 0n || ip.value === 0xffff_ffffn) return 'broadcast'
    if (ip.value >> 28n === 14n) return 'multicast'
  } else if (ip.value >> 120n === 255n) return 'multicast'
  for (const { route } of routesFor(fib, 'local', ip)) {
    return dev === undefined || route.dev === dev ? route.type : 'unicast'
  }
  return 'unicast'
}

/** A prefix of a policy rule: `all`, or an address and how many bits of it count. */
export function rulePrefix(text: string | undefined, length: number | undefined): Prefix | undefined {
  if (text === undefined || text === 'all') return undefined
  const ip = parseIp(text)
  return ip && { ip, length: length ?? ip.bits }
}
