import type { Ct, Synproxy } from '../expressions/conntrack.ts'
import type { Exthdr, Meta, PayloadLoad } from '../expressions/packet.ts'
import type { Dup, Fwd, Log, Objref, Queue, Reject } from '../expressions/statement.ts'
import { registerWord } from '../registers.ts'
import { dropDependency, type Held, type RuleText } from './context.ts'
import { debugText } from './debug.ts'
import { maskedField } from './compare.ts'
import { operandOf } from './operand.ts'
import { objectKinds } from './sets.ts'
import { icmpCodes, icmpv6Codes, icmpxCodes } from './symbols.ts'
import { numberOf, types } from './types.ts'
import { valueOrOperand } from './value.ts'

/** `meta mark set …`, `ct mark set …`, `ip ttl set …`, `tcp option maxseg size set …`. */
export function assignmentText(rule: RuleText, expression: Meta | Ct | PayloadLoad | Exthdr): string {
  const value = held(rule, expression.sreg)
  if (!value) return debugText(expression)
  const bits = expression.name === 'payload' ? fieldAssignment(rule, expression, value) : undefined
  if (bits !== undefined) return bits
  const target = operandOf(rule, { source: expression, bitwise: [], swapped: false })
  return `${target.text} set ${valueOrOperand(rule, value, target.type)}`
}

/** A field that is no whole word is set by loading the words around it, changing its bits and writing them back. */
function fieldAssignment(rule: RuleText, target: PayloadLoad, { source, bitwise }: Held): string | undefined {
  const [step, more] = bitwise
  if (source.name !== 'payload' || !step || more) return undefined
  if (source.offset !== target.offset || source.length !== target.length) return undefined
  const all = (1n << BigInt(8 * target.length)) - 1n
  const changed = all ^ numberOf(step.mask ?? '', 'network')
  const bits = maskedField(rule, target, changed.toString(16).padStart(2 * target.length, '0'))
  return bits && `${bits.text} set ${bits.print(numberOf(step.xor ?? '', 'network'))}`
}

function held(rule: RuleText, register: number | undefined): Held | undefined {
  return register === undefined ? undefined : rule.registers[registerWord(register)]
}

const ICMP_PORT_UNREACH = 3
const ICMPV6_PORT_UNREACH = 4
const ICMPX_PORT_UNREACH = 1

/** Port unreachable is what nft takes when nothing is said. */
export function rejectText(rule: RuleText, { type, code = 0 }: Reject): string {
  if (type === 'tcp-reset') return 'reject with tcp reset'
  if (type === 'icmpx') return withCode('icmpx', code, icmpxCodes, ICMPX_PORT_UNREACH, true)
  const isIpv6 = rule.header.network === 'ip6'
  const isDefault = rule.family === 'ip' || rule.family === 'ip6'
  dropDependency(rule, 'network')
  return isIpv6
    ? withCode('icmpv6', code, icmpv6Codes, ICMPV6_PORT_UNREACH, isDefault)
    : withCode('icmp', code, icmpCodes, ICMP_PORT_UNREACH, isDefault)
}

function withCode(
  type: string,
  code: number,
  names: Readonly<Record<number, string>>,
  usual: number,
  mayOmit: boolean,
): string {
  return code === usual && mayOmit ? 'reject' : `reject with ${type} ${names[code] ?? code}`
}

const DEFAULT_LEVEL = 'warn'
const allLogFlags = ['tcp sequence', 'tcp options', 'ip options', 'skuid', 'ether']

export function logText({ prefix, group, snaplen, queueThreshold, level, flags = [] }: Log): string {
  const words = ['log']
  if (prefix) words.push(`prefix "${prefix}"`)
  if (group !== undefined) words.push(`group ${group}`)
  if (snaplen !== undefined) words.push(`snaplen ${snaplen}`)
  if (queueThreshold) words.push(`queue-threshold ${queueThreshold}`)
  if (group === undefined && level !== undefined && level !== DEFAULT_LEVEL) words.push(`level ${level}`)
  if (allLogFlags.every(flag => flags.includes(flag))) return `${words.join(' ')} flags all`
  const tcp = ['sequence', 'options'].filter(word => flags.includes(`tcp ${word}`))
  if (tcp.length > 0) words.push(`flags tcp ${tcp.join(',')}`)
  for (const flag of ['ip options', 'skuid', 'ether']) if (flags.includes(flag)) words.push(`flags ${flag}`)
  return words.join(' ')
}

/** NFT_QUEUE_FLAG_* (linux/netfilter/nf_tables.h). */
const queueFlags = ['bypass', 'fanout']

export function queueText(rule: RuleText, { number = 0, total = 1, flags = 0, sreg }: Queue): string {
  const names = queueFlags.filter((_, bit) => flags & (1 << bit))
  const words = names.length > 0 ? `queue flags ${names.join(',')}` : 'queue'
  const value = held(rule, sreg)
  if (value) return `${words} to ${valueOrOperand(rule, value, types.hostInteger)}`
  return `${words} to ${total > 1 ? `${number}-${number + total - 1}` : number}`
}

export function dupText(rule: RuleText, { address, device }: Dup): string {
  const to = held(rule, address)
  const through = held(rule, device)
  const deviceWord = through && valueOrOperand(rule, through, types.interfaceIndex)
  if (!to) return `dup to ${deviceWord ?? ''}`
  const type = rule.family === 'ip6' ? types.ipv6 : types.ipv4
  const words = `dup to ${valueOrOperand(rule, to, type)}`
  return deviceWord === undefined ? words : `${words} device ${deviceWord}`
}

const NFPROTO_IPV6 = 10

export function fwdText(rule: RuleText, { address, device, family }: Fwd): string {
  const to = held(rule, address)
  const through = held(rule, device)
  const deviceWord = through ? valueOrOperand(rule, through, types.interfaceIndex) : ''
  if (!to) return `fwd to ${deviceWord}`
  const isIpv6 = family === NFPROTO_IPV6
  const text = valueOrOperand(rule, to, isIpv6 ? types.ipv6 : types.ipv4)
  return `fwd ${isIpv6 ? 'ip6' : 'ip'} to ${text} device ${deviceWord}`
}

export function synproxyText({ mss, wscale, flags = [] }: Synproxy): string {
  const words = ['synproxy']
  if (flags.includes('mss')) words.push(`mss ${mss ?? 0}`)
  if (flags.includes('wscale')) words.push(`wscale ${wscale ?? 0}`)
  for (const flag of ['timestamp', 'sack-perm']) if (flags.includes(flag)) words.push(flag)
  return words.join(' ')
}

/** `counter name "x"`, `ct helper set "x"`; by a map: `counter name ip saddr map @m`. */
export function objrefText(rule: RuleText, objref: Objref): string {
  const { type, object, set, sreg } = objref
  if (object !== undefined) return `${objectVerb(type ?? 0)} "${object}"`
  const contents = set === undefined ? undefined : rule.sets.get(set)
  const key = held(rule, sreg)
  if (!contents || !key) return debugText(objref)
  return `${objectVerb(contents.set.objectType ?? 0)} ${operandOf(rule, key).text} map @${set}`
}

function objectVerb(type: number): string {
  const kind = objectKinds[type] ?? `object-${type}`
  if (kind === 'secmark') return 'meta secmark set'
  return kind.startsWith('ct ') ? `${kind} set` : `${kind} name`
}
