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

/** What a part of a namespace adds; made again only when the part was read again and says something else. */
const cache = new WeakMap<object, { readonly name: string; readonly entries: readonly Entry[] }>()

/** Raw rows of a namespace: interfaces, MACs, addresses, marks, rules. */
export function namespaceEntries(namespace: Namespace): readonly Entry[] {
  const { id, name, kind } = namespace
  const own = cached(namespace.paths, name, () => [
    entry('namespace', name, `${kind} ${id} ${namespace.paths.join(' ')}`, goalOf(id)),
  ])
  return [own, ...parts.map(part => cached(namespace[part], name, () => makers[part](namespace)))].flat()
}

const parts: readonly Part[] = ['links', 'addresses', 'ipvs', 'netfilter', 'nft']

function cached(part: object, name: string, make: () => readonly Entry[]): readonly Entry[] {
  const known = cache.get(part)
  if (known?.name === name) return known.entries
  const entries = make()
  cache.set(part, { name, entries })
  return entries
}

function goalOf(id: string, tab?: TabId, row?: string): Goal {
  const place = { view: 'namespaces', id }
  return { target: tab === undefined || row === undefined ? place : { ...place, tab, row } }
}

const makers: Readonly<Record<Part, (namespace: Namespace) => readonly Entry[]>> = {
  links: ({ id, name, links }) =>
    links.map(link => {
      const kind = link.linkinfo?.info_kind ?? ''
      return entry(
        'link',
        link.ifname,
        `${link.address ?? ''} ${kind} in ${name}`,
        goalOf(id, 'interfaces', linkKey(link)),
      )
    }),
  addresses: ({ id, name, addresses }) =>
    addresses.map(address =>
      entry(
        'address',
        `${address.local}/${address.prefixlen}`,
        `${address.ifname} in ${name}`,
        goalOf(id, 'addresses', addressKey(address)),
      ),
    ),
  ipvs: ({ id, name, ipvs }) =>
    ipvs.services.map(service => {
      const key = virtualServiceKey(service)
      return entry('ipvs', key, `in ${name}`, goalOf(id, 'ipvs', key))
    }),
  netfilter: ({ id, name, netfilter }) =>
    netfilter.flatMap(table => {
      const keyOf = netfilterRuleKeys(table)
      return table.rules.map(rule =>
        entry(
          'rule',
          rule.text.slice(0, MOST_RULE_TEXT),
          `${table.table} in ${name}`,
          goalOf(id, 'rules', keyOf(rule)),
        ),
      )
    }),
  nft: ({ id, name, nft }) =>
    nft.flatMap(table =>
      table.rules.map(rule =>
        entry(
          'rule',
          rule.text.slice(0, MOST_RULE_TEXT),
          `${table.table} ${rule.chain} in ${name}`,
          goalOf(id, 'rules', nftRuleKey(table, rule)),
        ),
      ),
    ),
}
