import type { Masq, Nat, Redir, Tproxy } from '../expressions/nat.ts'
import { registerWord } from '../registers.ts'
import type { Held, RuleText } from './context.ts'
import { prefixRange, valueOrOperand } from './value.ts'
import { type NftType, types } from './types.ts'

/** The words of NF_NAT_RANGE_* behind a statement, comma-separated. */
const printedFlags = ['random', 'fully-random', 'persistent']
const NFPROTO_IPV6 = 10

function flagsText(flags: readonly string[] | undefined): string {
  const words = printedFlags.filter(flag => flags?.includes(flag))
  return words.length > 0 ? ` ${words.join(',')}` : ''
}

/** The register's content as words; undefined when the register is not used. */
function held(rule: RuleText, register: number | undefined): Held | undefined {
  return register === undefined ? undefined : rule.registers[registerWord(register)]
}

/** `low` or `low-high` of two registers. */
function spanText(
  rule: RuleText,
  min: number | undefined,
  max: number | undefined,
  type: NftType,
  bracket: boolean,
): string {
  const low = held(rule, min)
  if (!low) return ''
  const wrap = (text: string) => (bracket ? `[${text}]` : text)
  const high = held(rule, max)
  const from = wrap(valueOrOperand(rule, low, type))
  return high && high !== low ? `${from}-${wrap(valueOrOperand(rule, high, type))}` : from
}

/** `dnat ip to 10.0.0.2:80`. The family is said where the table does not say it. */
export function natText(rule: RuleText, nat: Nat): string {
  const isIpv6 = nat.family === NFPROTO_IPV6
  const family = rule.family === 'ip' || rule.family === 'ip6' ? '' : isIpv6 ? ' ip6' : ' ip'
  const address = held(rule, nat.addressMin)
  // A map may give address and port at once: the ports' register is then a part of what the map gave.
  const joined = address?.source.name === 'text' && address.source.types.length > 1
  const port = joined ? '' : spanText(rule, nat.protoMin, nat.protoMax, types.port, false)
  const type = isIpv6 ? types.ipv6 : types.ipv4
  const prefix = nat.flags?.includes('netmap')
    ? prefixRange(address, held(rule, nat.addressMax), type)
    : undefined
  const to =
    prefix ??
    spanText(rule, nat.addressMin, nat.addressMax, type, isIpv6 && port !== '' && isConstant(address))
  const words = `${nat.type}${family}${prefix === undefined ? '' : ' prefix'} to ${to}`
  return `${words}${port === '' ? '' : `:${port}`}${flagsText(nat.flags)}`
}

function isConstant(value: Held | undefined): boolean {
  return value?.source.name === 'constant'
}

export function masqueradeText(rule: RuleText, masq: Masq): string {
  return `masquerade${toPorts(rule, masq)}${flagsText(masq.flags)}`
}

export function redirectText(rule: RuleText, redir: Redir): string {
  return `redirect${toPorts(rule, redir)}${flagsText(redir.flags)}`
}

function toPorts(rule: RuleText, { protoMin, protoMax }: Masq | Redir): string {
  const port = spanText(rule, protoMin, protoMax, types.port, false)
  return port === '' ? '' : ` to :${port}`
}

export function tproxyText(rule: RuleText, { family, address, port }: Tproxy): string {
  const isIpv6 = family === NFPROTO_IPV6
  const word = rule.family === 'inet' ? (isIpv6 ? ' ip6' : family === 0 ? '' : ' ip') : ''
  const to = spanText(rule, address, address, isIpv6 ? types.ipv6 : types.ipv4, isIpv6)
  const at = spanText(rule, port, port, types.port, false)
  return `tproxy${word} to ${to}${at === '' ? '' : `:${at}`}`
}
