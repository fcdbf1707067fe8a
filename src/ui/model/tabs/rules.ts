import type { Namespace, NetfilterTable, NftTable } from '../../../snapshot/index.ts'
import { netfilterRuleKeys, nftRuleKey } from '../../../snapshot/row-keys.ts'
import { formatBytes, formatCount, formatRate } from '../../../util/format.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { rate, type Sample } from '../rates.ts'
import type { Span } from '../span.ts'
import { type Cell, cellRow, lineRow, type Row, type Table, worldCell } from '../table.ts'
import type { Tab, TabInput } from './tab.ts'

export const rules: Tab = {
  id: 'rules',
  title: 'Rules',
  short: 'Rules',
  sources: ['nft', 'xtables'],
  sortable: ['pkts', 'bytes', 'pps', 'rule'],
  noun: 'netfilter rules',
  count: countRules,
  table,
}

const counts = new WeakMap<Namespace, number>()

/** Rules of all tables, of iptables' shape or not. */
export function countRules(namespace: Namespace): number {
  let count = counts.get(namespace)
  if (count === undefined) {
    count = 0
    for (const { rules: list } of namespace.netfilter) count += list.length
    for (const { rules: list } of namespace.nft) count += list.length
    counts.set(namespace, count)
  }
  return count
}

function table({ namespace, history }: TabInput): Table {
  const before = beforeOf(history?.samples.netfilter, legacyCounters)
  const beforeNft = beforeOf(history?.samples.nft, nftCounters)
  return {
    columns: [
      { id: 'pkts', title: 'PKTS', align: 'right', isCounter: true },
      { id: 'bytes', title: 'BYTES', align: 'right', hide: 1, isCounter: true },
      { id: 'pps', title: 'PKT/S', align: 'right', hide: 2, isCounter: true },
      { id: 'rule', title: 'RULE', grow: true },
      { id: 'chain', title: 'CHAIN', hide: 3, onlySorted: true },
    ],
    rows: [
      ...[...namespace.netfilter].sort(byInterest).flatMap(member => tableRows(member, before)),
      ...namespace.nft.flatMap(member => nftRows(member, beforeNft)),
    ],
  }
}

const order = ['nat', 'mangle', 'filter', 'raw', 'security']

function byInterest(a: NetfilterTable, b: NetfilterTable): number {
  return order.indexOf(a.table) - order.indexOf(b.table) || a.family.localeCompare(b.family)
}

/** Packets of each rule the time before, by the rule's id. */
type Before = { readonly packets: ReadonlyMap<string, string>; readonly elapsed: number }

function beforeOf<Value>(
  sample: Sample<Value> | undefined,
  counters: (value: Value) => ReadonlyMap<string, string>,
): Before | undefined {
  return sample?.before && { packets: counters(sample.before.value), elapsed: sample.at - sample.before.at }
}

function legacyCounters(tables: readonly NetfilterTable[]): ReadonlyMap<string, string> {
  const packets = new Map<string, string>()
  for (const member of tables) {
    const idOf = netfilterRuleKeys(member)
    for (const rule of member.rules) packets.set(idOf(rule), rule.packets)
  }
  return packets
}

function nftCounters(tables: readonly NftTable[]): ReadonlyMap<string, string> {
  const packets = new Map<string, string>()
  for (const member of tables) {
    for (const rule of member.rules) packets.set(nftRuleKey(member, rule), rule.packets ?? '0')
  }
  return packets
}

function tableRows(member: NetfilterTable, before: Before | undefined): Row[] {
  const { backend, family, table: name } = member
  const idOf = netfilterRuleKeys(member)
  const heading: Span[] = [
    { text: `*${sanitise(name)}`, tone: 'title' },
    { text: `  ${family === 'ip' ? 'iptables' : 'ip6tables'} (${backend})`, tone: 'dim' },
  ]
  const rows = [lineRow(`${backend} ${family} ${name}`, 0, heading, member)]
  const byChain = Map.groupBy(member.rules, rule => rule.chain)
  for (const chain of member.chains) {
    rows.push(chainRow(`${backend} ${family} ${name} :${chain.name}`, chain))
    for (const rule of byChain.get(chain.name) ?? []) {
      const id = idOf(rule)
      // The heading above says which chain it is appended to.
      const text = rule.text.replace(`-A ${rule.chain} `, '')
      rows.push(ruleRow(id, rule.packets, rule.bytes, text, `${name} ${rule.chain}`, before, rule))
    }
  }
  return rows
}

function chainRow(id: string, chain: NetfilterTable['chains'][number]): Row {
  const line: Span[] = [
    { text: `:${sanitise(chain.name)} `, tone: 'strong' },
    { text: chain.policy ?? '-', tone: chain.policy === 'DROP' ? 'warn' : 'dim' },
  ]
  if (chain.policy !== null) line.push({ text: ` [${chain.packets}:${chain.bytes}]`, tone: 'dim' })
  return lineRow(id, 1, line, chain)
}

function ruleRow(
  id: string,
  packets: string | undefined,
  bytes: string | undefined,
  text: string,
  where: string,
  before: Before | undefined,
  datum: unknown,
): Row {
  const isIdle = packets === undefined || packets === '0'
  const count = (value: string | undefined, format: (value: string) => string): Cell =>
    value === undefined
      ? { text: '-', tone: 'dim' }
      : { text: format(value), tone: isIdle ? 'dim' : 'plain', value: Number(value) }
  const row = cellRow(
    id,
    [
      count(packets, formatCount),
      count(bytes, formatBytes),
      rateCell(before?.packets.get(id), packets, before?.elapsed ?? 0),
      worldCell(text, verdictTone(text)),
      worldCell(where, 'dim'),
    ],
    datum,
  )
  return { ...row, level: 2 }
}

function rateCell(before: string | undefined, now: string | undefined, elapsed: number): Cell {
  const perSecond = before === undefined || now === undefined ? undefined : rate(before, now, elapsed)
  if (perSecond === undefined) return { text: '-', tone: 'dim' }
  return { text: formatRate(perSecond), tone: perSecond > 0 ? 'ok' : 'dim', value: perSecond }
}

function verdictTone(text: string): 'warn' | 'plain' {
  return /-j (?:DROP|REJECT)\b|\b(?:drop|reject)\b/.test(text) ? 'warn' : 'plain'
}

function nftRows(member: NftTable, before: Before | undefined): Row[] {
  const { family, table: name, flags } = member
  const id = `nft ${family} ${name}`
  const heading: Span[] = [
    { text: `table ${sanitise(`${family} ${name}`)}`, tone: 'title' },
    { text: `  nft ${sanitise(flags.join(' '))}`, tone: 'dim' },
  ]
  const rows = [lineRow(id, 0, heading, member)]
  for (const set of member.sets) {
    const text = `${set.map ? 'map' : 'set'} ${set.name} { ${set.elements.join(', ')} }`
    rows.push(lineRow(`${id} set ${set.name}`, 1, [{ text: sanitise(text), tone: 'dim' }], set))
  }
  for (const chain of member.chains) {
    const line: Span[] = [
      { text: `chain ${sanitise(chain.name)}`, tone: 'strong' },
      { text: sanitise(hookText(chain)), tone: 'dim' },
    ]
    rows.push(lineRow(`${id} :${chain.name}`, 1, line, chain))
    for (const rule of member.rules) {
      if (rule.chain !== chain.name) continue
      const ruleId = nftRuleKey(member, rule)
      rows.push(ruleRow(ruleId, rule.packets, rule.bytes, rule.text, `${name} ${rule.chain}`, before, rule))
    }
  }
  return rows
}

function hookText(chain: NftTable['chains'][number]): string {
  if (chain.hook === undefined) return ''
  const device = chain.device === undefined ? '' : ` device ${chain.device}`
  const policy = chain.policy === undefined ? '' : `; policy ${chain.policy}`
  return `  type ${chain.type} hook ${chain.hook}${device} priority ${chain.priority}${policy}`
}
