import type { NetfilterRule, NetfilterTable } from '../../snapshot/index.ts'
import { netfilterRuleKeys } from '../../snapshot/row-keys.ts'
import type { KernelRow } from '../evidence.ts'
import { byKey, kernelRow, type NamespaceView } from './world.ts'

/** A netfilter rule with what Docker's rules test for. */
export type SeenRule = {
  readonly table: NetfilterTable
  readonly rule: NetfilterRule
  readonly evidence: KernelRow
  /** `-d` of one whole address. */
  readonly destination: string | undefined
  readonly protocol: string | undefined
  /** `--dport` of one port. */
  readonly port: number | undefined
}

/** The rules of all tables of one name (`nat`, `mangle`), of both back ends and families, that `is` wants. */
export function rulesOf(
  namespace: NamespaceView,
  table: string,
  is: (rule: NetfilterRule) => boolean,
): SeenRule[] {
  const seen: SeenRule[] = []
  const members = namespace.row.netfilter.filter(member => member.table === table)
  for (const member of members.toSorted(byKey(({ backend, family }) => `${backend} ${family}`))) {
    const keyOf = netfilterRuleKeys(member)
    for (const rule of member.rules) {
      const key = keyOf(rule)
      if (is(rule)) seen.push(seenRule(namespace, member, rule, key))
    }
  }
  return seen
}

function seenRule(
  namespace: NamespaceView,
  table: NetfilterTable,
  rule: NetfilterRule,
  key: string,
): SeenRule {
  const { destination, protocol } = rule.ip
  const isWhole = destination && !destination.invert && isFullMask(destination.mask)
  return {
    table,
    rule,
    evidence: kernelRow(namespace, 'netfilter', key),
    destination: isWhole ? destination.address : undefined,
    protocol: protocol && !protocol.invert ? protocol.name : undefined,
    port: destinationPort(rule),
  }
}

function isFullMask(mask: string): boolean {
  return mask === '255.255.255.255' || /^(?:ffff:){7}ffff$/.test(mask)
}

function destinationPort({ matches }: NetfilterRule): number | undefined {
  for (const match of matches) {
    if (match.name !== 'tcp' && match.name !== 'udp' && match.name !== 'sctp') continue
    const ports = match.destinationPorts
    if (ports && !ports.invert && ports.first === ports.last) return ports.first
  }
  return undefined
}
