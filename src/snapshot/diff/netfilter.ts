import type { Namespace, NetfilterTable, NftTable } from '../index.ts'
import { uniqueKeys } from '../row-keys.ts'
import { type Change, diffRows, type Kind, without } from './rows.ts'

/** A chain, or a rule, called by its table: the same name may be in several. */
type Named<Row> = { readonly name: string; readonly row: Row }

const named = <Row>(type: string, state: (row: Row) => object): Kind<Named<Row>> => ({
  type,
  key: ({ name }) => name,
  state: ({ row }) => state(row),
})

const chain = named<NetfilterTable['chains'][number]>('chain', ({ policy }) => ({ policy }))
const nftChain = named<NftTable['chains'][number]>('nft chain', row => without(row, 'name'))
const nftSet = named<NftTable['sets'][number]>('nft set', row => without(row, 'name'))
/** A rule is its text: another text is another rule. */
const rule = (type: string): Kind<Named<string>> => named(type, () => ({}))

export function diffNetfilter(before: Namespace, after: Namespace): Change[] {
  const [old, now] = [contentsOf(before), contentsOf(after)]
  return [
    ...diffRows(chain, old.chains, now.chains),
    ...diffRows(rule('rule'), old.rules, now.rules),
    ...reordered('chain', old.rules, now.rules),
    ...diffRows(nftChain, old.nftChains, now.nftChains),
    ...diffRows(nftSet, old.nftSets, now.nftSets),
    ...diffRows(rule('nft rule'), old.nftRules, now.nftRules),
    ...reordered('nft chain', old.nftRules, now.nftRules),
  ]
}

type Contents = {
  readonly chains: readonly Named<NetfilterTable['chains'][number]>[]
  /** `row` is the chain. */
  readonly rules: readonly Named<string>[]
  readonly nftChains: readonly Named<NftTable['chains'][number]>[]
  readonly nftSets: readonly Named<NftTable['sets'][number]>[]
  readonly nftRules: readonly Named<string>[]
}

function contentsOf({ netfilter, nft }: Namespace): Contents {
  return {
    chains: netfilter.flatMap(table =>
      table.chains.map(row => ({ name: `${tableName(table)} ${row.name}`, row })),
    ),
    rules: netfilter.flatMap(table =>
      table.rules.map(({ chain: of, text }) => ({
        name: `${tableName(table)} ${text}`,
        row: `${tableName(table)} ${of}`,
      })),
    ),
    nftChains: nft.flatMap(table => table.chains.map(row => ({ name: nftName(table, row.name), row }))),
    nftSets: nft.flatMap(table => table.sets.map(row => ({ name: nftName(table, row.name), row }))),
    nftRules: nft.flatMap(table =>
      table.rules.map(({ chain: of, text }) => ({
        name: nftName(table, `${of} ${text.replaceAll(/counter packets \d+ bytes \d+/g, 'counter')}`),
        row: nftName(table, of),
      })),
    ),
  }
}

/** The back end is left out: the same rules do the same in both, and a change of it shows in neither. */
function tableName({ family, table }: NetfilterTable): string {
  return `${family === 'ip6' ? 'ip6tables' : 'iptables'} ${table}`
}

function nftName({ family, table }: NftTable, name: string): string {
  return `${family} ${table} ${name}`
}

/** Chains in which the rules that both have stand in another order: the first that matches decides. */
function reordered(
  type: string,
  before: readonly Named<string>[],
  after: readonly Named<string>[],
): Change[] {
  const [old, now] = [byChain(before), byChain(after)]
  return [...old].flatMap(([name, was]): Change[] => {
    const is = now.get(name) ?? []
    const [inBoth, alsoInBoth] = [
      was.filter(text => is.includes(text)),
      is.filter(text => was.includes(text)),
    ]
    if (inBoth.every((text, index) => text === alsoInBoth[index])) return []
    return [
      { change: 'changed', type, name, fields: [{ field: 'order', before: inBoth, after: alsoInBoth }] },
    ]
  })
}

function byChain(rules: readonly Named<string>[]): Map<string, string[]> {
  const chains = new Map<string, string[]>()
  const unique = uniqueKeys()
  for (const { name, row } of rules) {
    const texts = chains.get(row)
    if (texts) texts.push(unique(name))
    else chains.set(row, [unique(name)])
  }
  return chains
}
