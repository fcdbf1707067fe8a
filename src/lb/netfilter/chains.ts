import type { NetfilterTable } from '../../snapshot/index.ts'
import type { IpFamily } from '../packet.ts'
import { lazy, type View } from '../view.ts'
import { nativeChains, oddRules } from './nft/table.ts'
import { type Hook, hooks, natPriority, priorities } from './place.ts'
import type { RuleTable } from './traverse.ts'

/** A chain that the kernel calls by itself. */
export type BaseChain = {
  readonly table: RuleTable
  readonly name: string
  readonly hook: Hook
  /** `nat` chains are asked for the first packet of a connection alone; `route` looks the route up again. */
  readonly type: 'filter' | 'nat' | 'route'
  readonly priority: number
  readonly policy: 'accept' | 'drop'
}

/** What happens on a hook, in order. All nat chains together are one thing: the kernel has one NAT hook (nf_nat_register_fn). */
export type HookItem =
  | { readonly kind: 'chains'; readonly priority: number; readonly chains: readonly BaseChain[] }
  | { readonly kind: 'conntrack'; readonly priority: number }
  | { readonly kind: 'nat'; readonly priority: number; readonly chains: readonly BaseChain[] }

type HookTable = Readonly<Record<Hook, readonly HookItem[]>>
const known = new WeakMap<View, Readonly<Record<IpFamily, () => HookTable>>>()

/** Everything on a hook of a family, in the order of priority. */
export function hookItems(view: View, family: IpFamily, hook: Hook): readonly HookItem[] {
  let tables = known.get(view)
  if (!tables) {
    tables = { inet: lazy(() => build(view, 'inet')), inet6: lazy(() => build(view, 'inet6')) }
    known.set(view, tables)
  }
  return tables[family]()[hook]
}

/** Why the rules of a family are not known; undefined when they are. */
export function missingRules(view: View, family: IpFamily): string | undefined {
  const legacy = view.missing(family === 'inet' ? 'xtables.ip' : 'xtables.ip6')
  return view.missing('nft') ?? legacy ?? view.missing('namespace')
}

function build(view: View, family: IpFamily): HookTable {
  const chains = [...iptablesChains(view, family), ...nativeChains(view, family)]
  const of = (hook: Hook) =>
    itemsOf(
      chains.filter(chain => chain.hook === hook),
      hook,
    )
  return {
    PREROUTING: of('PREROUTING'),
    INPUT: of('INPUT'),
    FORWARD: of('FORWARD'),
    OUTPUT: of('OUTPUT'),
    POSTROUTING: of('POSTROUTING'),
  }
}

function itemsOf(chains: readonly BaseChain[], hook: Hook): HookItem[] {
  const byPriority = Map.groupBy(
    chains.filter(chain => chain.type !== 'nat'),
    chain => chain.priority,
  )
  const items: HookItem[] = [...byPriority].map(([priority, group]) => ({
    kind: 'chains',
    priority,
    chains: group,
  }))
  if (hook === 'PREROUTING' || hook === 'OUTPUT')
    items.push({ kind: 'conntrack', priority: priorities.conntrack })
  const nat = natPriority[hook]
  if (nat !== undefined) {
    const natChains = chains.filter(chain => chain.type === 'nat').sort((a, b) => a.priority - b.priority)
    items.push({ kind: 'nat', priority: nat, chains: natChains })
  }
  // Connection tracking registers itself before what needs it, so it comes first among equals.
  return items.sort(
    (a, b) => a.priority - b.priority || Number(a.kind === 'chains') - Number(b.kind === 'chains'),
  )
}

/** Tables of iptables and where their chains stand (NF_IP_PRI_*); iptables-nft puts security at 150. */
const tablePriority: Readonly<Record<string, number>> = {
  raw: priorities.raw,
  mangle: priorities.mangle,
  filter: priorities.filter,
}

function iptablesChains(view: View, family: IpFamily): BaseChain[] {
  const wanted = family === 'inet' ? 'ip' : 'ip6'
  return view.namespace.netfilter
    .filter(table => table.family === wanted)
    .flatMap(table => chainsOf(view, table))
}

function chainsOf(view: View, table: NetfilterTable): BaseChain[] {
  const ruleTable = oddRules(view, table)
  return table.chains.flatMap(({ name, policy }) => {
    const hook = hooks.find(word => word === name)
    if (policy === null || !hook) return []
    const type =
      table.table === 'nat' ? 'nat' : table.table === 'mangle' && hook === 'OUTPUT' ? 'route' : 'filter'
    const priority =
      table.table === 'nat'
        ? (natPriority[hook] ?? 0)
        : (tablePriority[table.table] ?? (table.backend === 'nft' ? 150 : priorities.security))
    return [
      {
        table: ruleTable,
        name,
        hook,
        type,
        priority,
        policy: policy === 'DROP' ? 'drop' : 'accept',
      } as const,
    ]
  })
}
