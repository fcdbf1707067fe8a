import type { NftExpression } from '../expressions/expression.ts'
import type { Ct } from '../expressions/conntrack.ts'
import type { Exthdr, Meta, PayloadLoad } from '../expressions/packet.ts'
import { type Held, dropDependency, type RuleText } from './context.ts'
import { debugText } from './debug.ts'
import { exthdrFieldAt, isIpv6Header, presenceWords } from './exthdr.ts'
import { baseNames, type HeaderField, headers } from './headers.ts'
import { type NftType, types, valueText } from './types.ts'

/** The left side of a test: its words and the type of the other side. */
export type Operand = {
  readonly text: string
  readonly type: NftType
  /** Bits behind the field in the loaded bytes: the other side's value is shifted by them. */
  readonly shift?: number
  /** The loaded bytes are only the beginning of the field: a prefix. */
  readonly prefixBytes?: number
}

/** Keys of `meta` that nft prints without the word (its meta.c, meta_key_is_unqualified). */
const bareMeta = new Set(['iif', 'oif', 'iifname', 'oifname', 'iifgroup', 'oifgroup'])

const metaTypes: Readonly<Record<string, NftType>> = {
  length: types.hostInteger,
  protocol: types.etherType,
  priority: types.classid,
  mark: types.mark,
  iif: types.interfaceIndex,
  oif: types.interfaceIndex,
  iifname: types.ifname,
  oifname: types.ifname,
  iiftype: types.deviceType,
  oiftype: types.deviceType,
  skuid: types.uid,
  skgid: types.gid,
  nftrace: types.hostInteger,
  rtclassid: types.realm,
  secmark: types.hostInteger,
  nfproto: types.nfproto,
  l4proto: types.protocol,
  ibrname: types.ifname,
  obrname: types.ifname,
  pkttype: types.packetType,
  cpu: types.hostInteger,
  iifgroup: types.deviceGroup,
  oifgroup: types.deviceGroup,
  cgroup: types.hostInteger,
  random: types.integer,
  secpath: types.boolean,
  iifkind: types.ifname,
  oifkind: types.ifname,
  ibrpvid: types.hostInteger,
  ibrvproto: types.etherType,
  time: types.timeDate,
  day: types.timeDay,
  hour: types.timeHour,
  sdif: types.interfaceIndex,
  sdifname: types.ifname,
}

const ctTypes: Readonly<Record<string, NftType>> = {
  state: types.ctState,
  direction: types.ctDirection,
  status: types.ctStatus,
  mark: types.mark,
  secmark: types.hostInteger,
  expiration: types.time,
  helper: types.string,
  l3proto: types.nfproto,
  protocol: types.protocol,
  'proto-src': types.port,
  'proto-dst': types.port,
  label: types.ctLabel,
  packets: types.hostInteger,
  bytes: types.hostInteger,
  avgpkt: types.hostInteger,
  zone: types.hostInteger,
  event: types.ctEvent,
  'ip saddr': types.ipv4,
  'ip daddr': types.ipv4,
  'ip6 saddr': types.ipv6,
  'ip6 daddr': types.ipv6,
  id: types.integer,
}

/** The words for what a register holds; a field of a header drops the test that it implies. */
export function operandOf(rule: RuleText, { source }: Held): Operand {
  switch (source.name) {
    case 'meta':
      return metaOperand(source)
    case 'payload':
      return payloadOperand(rule, source)
    case 'ct':
      return ctOperand(rule, source)
    case 'exthdr':
      if (isIpv6Header(source)) dropDependency(rule, 'network')
      // A read of an option implies TCP; a write does not.
      else if (source.operation === 'tcpopt' && source.sreg === undefined) dropDependency(rule, 'transport')
      return exthdrOperand(source)
    case 'text':
      return { text: source.text, type: source.types[0] ?? types.raw }
    case 'constant':
      return { text: valueText(types.raw, source.hex), type: types.raw }
    default:
      return otherOperand(source)
  }
}

function metaOperand({ key }: Meta): Operand {
  const word = key === 'secpath' ? 'ipsec' : key
  return { text: bareMeta.has(key) ? word : `meta ${word}`, type: metaTypes[key] ?? types.hostInteger }
}

function ctOperand(rule: RuleText, { key, direction }: Ct): Operand {
  const addressType = rule.header.network === 'ip6' ? types.ipv6 : types.ipv4
  const type = key === 'saddr' || key === 'daddr' ? addressType : (ctTypes[key] ?? types.hostInteger)
  return { text: direction === undefined ? `ct ${key}` : `ct ${direction} ${key}`, type }
}

/** The field that lies exactly at these bits, of the header that is known to be at the load's base. */
export function fieldAt(
  rule: RuleText,
  load: PayloadLoad,
  offset: number,
  length: number,
): { header: string; field: HeaderField } | undefined {
  for (const header of headersAt(rule, load)) {
    const base = header === 'vlan' ? VLAN_OFFSET : 0
    const field = headers[header]?.find(at => at.offset === offset - base && at.length === length)
    if (field && (field.name !== 'gateway' || rule.statements.includes('icmp type redirect')))
      return { header, field }
  }
  return undefined
}

/** A VLAN tag is behind addresses and EtherType of the Ethernet header. */
const VLAN_OFFSET = 112

export function headersAt(rule: RuleText, { base }: PayloadLoad): string[] {
  switch (base) {
    case 'link':
      return rule.header.link === 'ether' ? ['ether', 'vlan'] : []
    case 'network':
      return rule.header.network === undefined ? [] : [rule.header.network]
    case 'transport':
      return [rule.header.transport ?? 'th']
    default:
      return []
  }
}

function payloadOperand(rule: RuleText, load: PayloadLoad): Operand {
  const offset = load.offset * 8
  const length = load.length * 8
  const exact = fieldAt(rule, load, offset, length)
  if (exact) {
    useHeader(rule, load, exact.header)
    return { text: `${exact.header} ${exact.field.name}`, type: exact.field.type }
  }
  const beginning = prefixField(rule, load)
  if (beginning) {
    useHeader(rule, load, beginning.header)
    const { header, field } = beginning
    return { text: `${header} ${field.name}`, type: field.type, prefixBytes: load.length }
  }
  return { text: `@${baseNames[load.base] ?? load.base},${offset},${length}`, type: types.raw }
}

/** An address of which only the first bytes are loaded: a prefix of 8, 16, 24, … bits. */
function prefixField(rule: RuleText, load: PayloadLoad): { header: string; field: HeaderField } | undefined {
  for (const header of headersAt(rule, load)) {
    const field = headers[header]?.find(
      at => at.type.prefix && at.offset === load.offset * 8 && at.length > load.length * 8,
    )
    if (field) return { header, field }
  }
  return undefined
}

/** Drops the test that a field of `header` implies. ICMP implies its version of IP as well, a VLAN tag its EtherType. */
export function useHeader(rule: RuleText, { base }: PayloadLoad, header: string): void {
  if (base === 'link' || base === 'network' || base === 'transport') dropDependency(rule, base)
  if (header === 'icmp' || header === 'icmpv6' || header === 'vlan') dropDependency(rule, 'network')
}

function exthdrOperand(load: Exthdr): Operand {
  const words = load.flags?.includes('present') ? presenceWords(load) : undefined
  if (words !== undefined) return { text: words, type: types.boolean }
  const found = exthdrFieldAt(load, load.offset * 8, load.length * 8)
  return found
    ? { text: `${found.header} ${found.field.name}`, type: found.field.type }
    : { text: debugText(load), type: types.raw }
}

function otherOperand(source: NftExpression): Operand {
  switch (source.name) {
    case 'fib': {
      const keys = source.flags.filter(flag => flag !== 'present').join(' . ')
      const present = source.flags.includes('present')
      const type = present
        ? types.boolean
        : source.result === 'type'
          ? types.fibType
          : source.result === 'oifname'
            ? types.ifname
            : types.interfaceIndex
      return { text: `fib ${keys} ${source.result}`, type }
    }
    case 'rt':
      return {
        text: `rt ${source.key}`,
        type:
          source.key === 'classid'
            ? types.realm
            : source.key === 'ip nexthop'
              ? types.ipv4
              : source.key === 'ip6 nexthop'
                ? types.ipv6
                : source.key === 'ipsec'
                  ? types.boolean
                  : types.hostInteger,
      }
    case 'socket': {
      const level = source.key === 'cgroupv2' ? ` level ${source.level ?? 0}` : ''
      return {
        text: `socket ${source.key}${level}`,
        type: source.key === 'mark' ? types.mark : { ...types.hostInteger, bytes: 1 },
      }
    }
    case 'xfrm': {
      const index = source.spnum ? ` spnum ${source.spnum}` : ''
      const type = source.key.startsWith('ip6')
        ? types.ipv6
        : source.key.startsWith('ip ')
          ? types.ipv4
          : undefined
      return {
        text: `ipsec ${source.direction ?? 'in'}${index} ${source.key}`,
        type: type ?? (source.key === 'spi' ? types.integer : types.hostInteger),
      }
    }
    case 'numgen': {
      const offset = source.offset ? ` offset ${source.offset}` : ''
      return { text: `numgen ${source.type} mod ${source.modulus}${offset}`, type: types.hostInteger }
    }
    case 'osf':
      return { text: `osf ${source.flags?.includes('version') ? 'version' : 'name'}`, type: types.string }
    case 'tunnel':
      return { text: `tunnel ${source.key}`, type: types.hostInteger }
    default:
      return { text: debugText(source), type: types.raw }
  }
}
