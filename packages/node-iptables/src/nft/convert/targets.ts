import { ByteReader, ipv4Text, ipv6Text } from 'netlink-codec'
import type { Family, Target } from '../../model.ts'
import type { Log, Queue, Reject } from '../expressions/statement.ts'
import type { Masq, Nat, Redir } from '../expressions/nat.ts'
import type { Loaded, PlainSource, RegisterFile } from '../registers.ts'
import { hexBytes, type NftVerdict } from '../verdict.ts'
import { targetOfWords } from './draft.ts'

type Registers = RegisterFile<PlainSource>

/** Undefined for a verdict that iptables has no target for. */
export function verdictTarget({ code, chain }: NftVerdict): Target | undefined {
  switch (code) {
    case 'accept':
      return { name: 'ACCEPT' }
    case 'drop':
      return { name: 'DROP' }
    case 'return':
      return { name: 'RETURN' }
    case 'queue':
      return { name: 'QUEUE' }
    case 'jump':
    case 'goto':
      return chain === undefined ? undefined : { name: code, chain }
    default:
      return undefined
  }
}

/** `nat`: DNAT or SNAT, when its registers hold plain values. */
export function natTarget(expression: Nat, registers: Registers, family: Family): Target | undefined {
  const address = span(expression.addressMin, expression.addressMax, registers, hex =>
    addressText(hex, family),
  )
  const port = span(expression.protoMin, expression.protoMax, registers, portText)
  const flags = flagWords(expression.flags)
  if (address === undefined || port === undefined || !flags) return undefined
  const bracketed =
    family === 'ip6' && port !== '' && address !== '' ? `[${address.replace('-', ']-[')}]` : address
  const to = port === '' ? address : `${bracketed}:${port}`
  return expression.type === 'dnat'
    ? targetOfWords('DNAT', ['--to-destination', to, ...flags], family)
    : targetOfWords('SNAT', ['--to-source', to, ...flags], family)
}

export function masqueradeTarget(expression: Masq, registers: Registers, family: Family): Target | undefined {
  return portsTarget('MASQUERADE', expression, registers, family)
}

export function redirectTarget(expression: Redir, registers: Registers, family: Family): Target | undefined {
  return portsTarget('REDIRECT', expression, registers, family)
}

function portsTarget(
  name: 'MASQUERADE' | 'REDIRECT',
  expression: Masq | Redir,
  registers: Registers,
  family: Family,
): Target | undefined {
  const port = span(expression.protoMin, expression.protoMax, registers, portText)
  const flags = flagWords(expression.flags)
  if (port === undefined || !flags) return undefined
  return targetOfWords(name, port === '' ? flags : ['--to-ports', port, ...flags], family)
}

/** `low`, `low-high` or nothing; undefined when a register holds what only a running packet knows. */
function span(
  min: number | undefined,
  max: number | undefined,
  registers: Registers,
  print: (hex: string) => string,
): string | undefined {
  if (min === undefined) return ''
  const low = plainValue(registers.at(min))
  const high = max === undefined ? low : plainValue(registers.at(max))
  if (low === undefined || high === undefined) return undefined
  return low === high ? print(low) : `${print(low)}-${print(high)}`
}

function plainValue(loaded: Loaded<PlainSource> | undefined): string | undefined {
  return loaded?.source.name === 'immediate' && loaded.bitwise.length === 0 ? loaded.source.hex : undefined
}

const portText = (hex: string) => String(Number.parseInt(hex.slice(0, 4), 16))

function addressText(hex: string, family: Family): string {
  const reader = new ByteReader(hexBytes(hex.padEnd(family === 'ip' ? 8 : 32, '0')))
  return family === 'ip' ? ipv4Text(reader, 0) : ipv6Text(reader, 0)
}

/** Undefined when there is a flag that iptables has no option for. */
function flagWords(flags: readonly string[] = []): string[] | undefined {
  const words: string[] = []
  for (const flag of flags) {
    switch (flag) {
      case 'map-ips':
      case 'proto-specified':
        break
      case 'random':
      case 'persistent':
        words.push(`--${flag}`)
        break
      case 'fully-random':
        words.push('--random-fully')
        break
      default:
        return undefined
    }
  }
  return words
}

/** Codes of ICMP and ICMPv6 destination unreachable by iptables' names. */
const rejectNames: Readonly<Record<Family, Readonly<Record<number, string>>>> = {
  ip: {
    0: 'icmp-net-unreachable',
    1: 'icmp-host-unreachable',
    2: 'icmp-proto-unreachable',
    3: 'icmp-port-unreachable',
    9: 'icmp-net-prohibited',
    10: 'icmp-host-prohibited',
    13: 'icmp-admin-prohibited',
  },
  ip6: {
    0: 'icmp6-no-route',
    1: 'icmp6-adm-prohibited',
    3: 'icmp6-addr-unreachable',
    4: 'icmp6-port-unreachable',
    5: 'icmp6-policy-fail',
    6: 'icmp6-reject-route',
  },
}

export function rejectTarget({ type, code = 0 }: Reject, family: Family): Target | undefined {
  const name = type === 'icmp' ? rejectNames[family][code] : type === 'tcp-reset' ? 'tcp-reset' : undefined
  return name === undefined ? undefined : targetOfWords('REJECT', ['--reject-with', name], family)
}

/** With a group the packet goes to nfnetlink_log (NFLOG), else to the kernel's log (LOG). */
export function logTarget(log: Log, family: Family): Target | undefined {
  return log.group === undefined ? kernelLogTarget(log, family) : netlinkLogTarget(log, family)
}

function netlinkLogTarget(log: Log, family: Family): Target {
  const words: string[] = []
  if (log.prefix) words.push('--nflog-prefix', log.prefix)
  if (log.group) words.push('--nflog-group', String(log.group))
  // 0 is a size too: the kernel tells one only when it was given (NF_LOG_F_COPY_LEN, nft_log_dump).
  if (log.snaplen !== undefined) words.push('--nflog-size', String(log.snaplen))
  if (log.queueThreshold) words.push('--nflog-threshold', String(log.queueThreshold))
  return targetOfWords('NFLOG', words, family)
}

const syslogLevels = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug']
const logFlagWords: Readonly<Record<string, string>> = {
  'tcp sequence': '--log-tcp-sequence',
  'tcp options': '--log-tcp-options',
  'ip options': '--log-ip-options',
  skuid: '--log-uid',
  ether: '--log-macdecode',
}

function kernelLogTarget({ prefix, level, flags = [] }: Log, family: Family): Target | undefined {
  const words = prefix ? ['--log-prefix', prefix] : []
  if (level !== undefined) {
    const number = syslogLevels.indexOf(level)
    if (number < 0) return undefined
    words.push('--log-level', String(number))
  }
  for (const flag of flags) {
    const word = logFlagWords[flag]
    if (!word) return undefined
    words.push(word)
  }
  return targetOfWords('LOG', words, family)
}

/** NFT_QUEUE_FLAG_* (linux/netfilter/nf_tables.h). */
const QUEUE_BYPASS = 1
const QUEUE_CPU_FANOUT = 2

export function queueTarget(queue: Queue, family: Family): Target | undefined {
  const { number = 0, total = 1, flags = 0 } = queue
  if (queue.sreg !== undefined) return undefined
  const words =
    total > 1 ? ['--queue-balance', `${number}:${number + total - 1}`] : ['--queue-num', String(number)]
  if (flags & QUEUE_BYPASS) words.push('--queue-bypass')
  if (flags & QUEUE_CPU_FANOUT) words.push('--queue-cpu-fanout')
  return targetOfWords('NFQUEUE', words, family)
}
