import { maskSuffix } from '../address.ts'
import { printMatch, printTarget } from '../extensions/registry.ts'
import type { AddressTest, Family, HeaderTests, InterfaceTest, Rule, Table } from '../model.ts'
import { option } from './words.ts'

/**
 * The line of a rule as iptables-save prints it, without counters:
 * `-A INPUT -s 10.0.0.0/8 ! -i eth0 -p tcp -m tcp --dport 80 -j ACCEPT`.
 *
 * Where tools differ it is the text of iptables-legacy-save 1.8.9.
 */
export function printRule(rule: Rule, family: Family): string {
  const words = ['-A', rule.chain, ...printHeader(rule.ip, family)]
  for (const match of rule.matches) words.push(...printMatch(match, family))
  words.push(...printTarget(rule.target, family))
  return words.join(' ')
}

/** Words for the tests of the packet's header and interfaces, in iptables' order. */
export function printHeader(ip: HeaderTests, family: Family): string[] {
  const { protocol, fragment } = ip
  return [
    ...printAddress('-s', ip.source, family),
    ...printAddress('-d', ip.destination, family),
    ...printInterface('-i', ip.inInterface),
    ...printInterface('-o', ip.outInterface),
    ...(protocol ? option('-p', protocol.invert, protocol.name) : []),
    ...(fragment ? option('-f', fragment.invert) : []),
  ]
}

function printAddress(name: string, test: AddressTest | undefined, family: Family): string[] {
  return test ? option(name, test.invert, test.address + maskSuffix(test.mask, family)) : []
}

function printInterface(name: string, test: InterfaceTest | undefined): string[] {
  return test ? option(name, test.invert, test.wildcard ? `${test.name}+` : test.name) : []
}

/**
 * A whole table as iptables-save prints it, from `*nat` to `COMMIT`, without the comment lines around it (they hold
 * dates). `counters` puts `[packets:bytes]` before each rule, as `-c` does.
 */
export function printTable(table: Table, { counters = false }: { counters?: boolean } = {}): string {
  const lines = [`*${table.name}`]
  for (const chain of table.chains) {
    lines.push(`:${chain.name} ${chain.policy ?? '-'} [${chain.packets}:${chain.bytes}]`)
  }
  for (const rule of table.rules) {
    const text = printRule(rule, table.family)
    lines.push(counters ? `[${rule.packets}:${rule.bytes}] ${text}` : text)
  }
  lines.push('COMMIT')
  return `${lines.join('\n')}\n`
}
