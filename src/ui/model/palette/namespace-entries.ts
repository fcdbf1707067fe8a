import type { Namespace } from '../../../snapshot/index.ts'
import {
  addressKey,
  linkKey,
  netfilterRuleKeys,
  nftRuleKey,
  virtualServiceKey,
} from '../../../snapshot/row-keys.ts'
import type { TabId } from '../tabs/tab-id.ts'
import { type Entry, entry, type Goal } from './entry.ts'

/** A rule is found by what stands in its beginning. */
const MOST_RULE_TEXT = 240

type Part = 'links' | 'addresses' | 'netfilter' | 'nft' | 'ipvs'

/** The node of a namespace, where there are several. */
type Of = { readonly id: string; readonly name: string } | undefined

/** What a part of a namespace adds; made again only when the part was read again and says something else. */
const cache = new WeakMap<object, { readonly place: string; readonly entries: readonly Entry[] }>()

/** Raw rows of a namespace: interfaces, MACs, addresses, marks, rules. */
export function namespaceEntries(namespace: Namespace, node: Of): readonly Entry[] {
  const { id, name, kind } = namespace
  const where: Where = {
    words: node === undefined ? name : `${name} on ${node.name}`,
    goal: (tab, row) => {
      const target = { view: 'namespaces', id, ...(node && { node: node.id }) }
      return { target: tab === undefined || row === undefined ? target : { ...target, tab, row } }
    },
  }
  const place = `${where.words} ${node?.id}`
  const about = `${kind}${node === undefined ? '' : ` on ${node.name}`} ${id} ${namespace.paths.join(' ')}`
  const own = cached(namespace.paths, place, () => [entry('namespace', name, about, where.goal())])
  return [
    own,
    ...parts.map(part => cached(namespace[part], place, () => makers[part](namespace, where))),
  ].flat()
}

const parts: readonly Part[] = ['links', 'addresses', 'ipvs', 'netfilter', 'nft']

function cached(part: object, place: string, make: () => readonly Entry[]): readonly Entry[] {
  const known = cache.get(part)
  if (known?.place === place) return known.entries
  const entries = make()
  cache.set(part, { place, entries })
  return entries
}

/** Where rows are: in words, and how to go there. */
type Where = { readonly words: string; readonly goal: (tab?: TabId, row?: string) => Goal }

const makers: Readonly<Record<Part, (namespace: Namespace, where: Where) => readonly Entry[]>> = {
  links: ({ links }, { words, goal }) =>
    links.map(link => {
      const kind = link.linkinfo?.info_kind ?? ''
      return entry(
        'link',
        link.ifname,
        `${link.address ?? ''} ${kind} in ${words}`,
        goal('interfaces', linkKey(link)),
      )
    }),
  addresses: ({ addresses }, { words, goal }) =>
    addresses.map(address =>
      entry(
        'address',
        `${address.local}/${address.prefixlen}`,
        `${address.ifname} in ${words}`,
        goal('addresses', addressKey(address)),
      ),
    ),
  ipvs: ({ ipvs }, { words, goal }) =>
    ipvs.services.map(service => {
      const key = virtualServiceKey(service)
      return entry('ipvs', key, `in ${words}`, goal('ipvs', key))
    }),
  netfilter: ({ netfilter }, { words, goal }) =>
    netfilter.flatMap(table => {
      const keyOf = netfilterRuleKeys(table)
      return table.rules.map(rule =>
        entry(
          'rule',
          rule.text.slice(0, MOST_RULE_TEXT),
          `${table.table} in ${words}`,
          goal('rules', keyOf(rule)),
        ),
      )
    }),
  nft: ({ nft }, { words, goal }) =>
    nft.flatMap(table =>
      table.rules.map(rule =>
        entry(
          'rule',
          rule.text.slice(0, MOST_RULE_TEXT),
          `${table.table} ${rule.chain} in ${words}`,
          goal('rules', nftRuleKey(table, rule)),
        ),
      ),
    ),
}
