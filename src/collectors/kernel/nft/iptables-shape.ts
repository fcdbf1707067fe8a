import type { Family } from 'node-iptables'
import { hookNumber, type NftChainObject } from 'node-iptables/nft'

/** A base chain as iptables-nft makes it. */
type BaseChain = { readonly type: string; readonly priorities: readonly number[] }

const chainsOf = (
  names: readonly string[],
  priorities: (name: string) => readonly number[],
  type: (name: string) => string,
): Readonly<Record<string, BaseChain>> =>
  Object.fromEntries(names.map(name => [name, { type: type(name), priorities: priorities(name) }]))

/**
 * NF_IP_PRI_* of the tables (linux/netfilter_ipv4.h); `xtables_ipv4` of iptables' nft.c has the same, but for
 * security, which iptables-nft puts at 150.
 */
const builtinTables: Readonly<Record<string, Readonly<Record<string, BaseChain>>>> = {
  filter: chainsOf(
    ['INPUT', 'FORWARD', 'OUTPUT'],
    () => [0],
    () => 'filter',
  ),
  nat: chainsOf(
    ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
    name => (name === 'PREROUTING' || name === 'OUTPUT' ? [-100] : [100]),
    () => 'nat',
  ),
  mangle: chainsOf(
    ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
    () => [-150],
    name => (name === 'OUTPUT' ? 'route' : 'filter'),
  ),
  raw: chainsOf(
    ['PREROUTING', 'OUTPUT'],
    () => [-300],
    () => 'filter',
  ),
  security: chainsOf(
    ['INPUT', 'FORWARD', 'OUTPUT'],
    () => [50, 150],
    () => 'filter',
  ),
}

/** Hooks in the order of enum nf_inet_hooks. */
const hookNames = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']

/**
 * True when iptables-nft could have made the table: family ip or ip6, one of iptables' five names, and every base chain
 * with the name, hook, type and priority that iptables gives it. What its rules hold is another question.
 */
export function hasIptablesChains(family: string, name: string, chains: readonly NftChainObject[]): boolean {
  const builtin = builtinTables[name]
  if (!builtin || (family !== 'ip' && family !== 'ip6')) return false
  return chains.every(chain => {
    if (!chain.hook) return true
    const wanted = builtin[chain.name]
    return (
      wanted !== undefined &&
      wanted.type === chain.type &&
      wanted.priorities.includes(chain.hook.priority) &&
      hookNumber(family, chain.name.toLowerCase()) === chain.hook.number
    )
  })
}

/** Base chains in hook order, then user chains by name: as iptables-save and iptables-nft-save list them. */
export function inIptablesOrder(chains: readonly NftChainObject[]): NftChainObject[] {
  const rank = (chain: NftChainObject) => (chain.hook ? hookNames.indexOf(chain.name) : hookNames.length)
  return [...chains].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

export function familyOf(chainOrTable: { readonly family: string }): Family {
  return chainOrTable.family === 'ip6' ? 'ip6' : 'ip'
}
