import type { Family } from '../../model.ts'
import { type OptionTable, option, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'

type IcmpTest<N extends string> = {
  readonly name: N
  /** 255 is any type for `icmp`. */
  readonly type: number
  /** Codes from `first` to `last`; 0 to 255 is any. */
  readonly codes: { readonly first: number; readonly last: number }
  readonly invert: boolean
}

/** `-m icmp`, of IPv4. */
export type Icmp = IcmpTest<'icmp'>
/** `-m icmp6`, of IPv6. */
export type Icmp6 = IcmpTest<'icmp6'>

/** Names that iptables takes and never prints, for the types that rule writers use: RFC 792 and RFC 4443. */
const icmpNames: Readonly<Record<string, readonly [type: number, code?: number]>> = {
  any: [255],
  'echo-reply': [0],
  pong: [0],
  'destination-unreachable': [3],
  'network-unreachable': [3, 0],
  'host-unreachable': [3, 1],
  'protocol-unreachable': [3, 2],
  'port-unreachable': [3, 3],
  'fragmentation-needed': [3, 4],
  redirect: [5],
  'echo-request': [8],
  ping: [8],
  'router-advertisement': [9],
  'router-solicitation': [10],
  'time-exceeded': [11],
  'ttl-exceeded': [11],
  'parameter-problem': [12],
  'timestamp-request': [13],
  'timestamp-reply': [14],
}

const icmp6Names: typeof icmpNames = {
  'destination-unreachable': [1],
  'no-route': [1, 0],
  'communication-prohibited': [1, 1],
  'address-unreachable': [1, 3],
  'port-unreachable': [1, 4],
  'packet-too-big': [2],
  'time-exceeded': [3],
  'ttl-exceeded': [3],
  'parameter-problem': [4],
  'echo-request': [128],
  ping: [128],
  'echo-reply': [129],
  pong: [129],
  'router-solicitation': [133],
  'router-advertisement': [134],
  'neighbour-solicitation': [135],
  'neighbor-solicitation': [135],
  'neighbour-advertisement': [136],
  'neighbor-advertisement': [136],
  redirect: [137],
}

/** struct ipt_icmp of ip_tables.h and ip6t_icmp of ip6_tables.h, which are the same. */
function icmpTest<N extends string>(fields: {
  readonly name: N
  readonly family: Family
  readonly option: string
  readonly names: typeof icmpNames
}): Extension<IcmpTest<N>> {
  const options: OptionTable<IcmpTest<N>> = {
    [fields.option]: {
      values: 1,
      read([text = ''], invert) {
        const test = parseType(text, fields.names)
        return test && { ...test, invert }
      },
    },
  }
  return {
    name: fields.name,
    revision: 0,
    size: (revision, family) => (revision === 0 && family === fields.family ? 4 : undefined),
    decode: ({ reader, at }) => ({
      name: fields.name,
      type: reader.u8(at),
      codes: { first: reader.u8(at + 1), last: reader.u8(at + 2) },
      invert: (reader.u8(at + 3) & 1) !== 0,
    }),
    encode({ type, codes, invert }, writer) {
      writer
        .u8(type)
        .u8(codes.first)
        .u8(codes.last)
        .u8(invert ? 1 : 0)
    },
    print({ type, codes, invert }) {
      const any = fields.family === 'ip' && type === 255
      const code = codes.first === 0 && codes.last === 255 ? '' : `/${codes.first}`
      return option(fields.option, invert, any ? 'any' : `${type}${code}`)
    },
    parse: words =>
      words.length === 0
        ? undefined
        : parseOptions(
            { name: fields.name, type: 255, codes: { first: 0, last: 255 }, invert: false },
            words,
            options,
          ),
  }
}

function parseType(text: string, names: typeof icmpNames): Pick<Icmp, 'type' | 'codes'> | undefined {
  const named = Object.hasOwn(names, text) ? names[text] : undefined
  const [typeText, codeText] = text.split('/')
  const type = named ? named[0] : parseNumber(typeText, 255)
  const code = named ? named[1] : parseNumber(codeText, 255)
  if (type === undefined || (!named && codeText !== undefined && code === undefined)) return undefined
  return { type, codes: code === undefined ? { first: 0, last: 255 } : { first: code, last: code } }
}

export const icmp: Extension<Icmp> = icmpTest({
  name: 'icmp',
  family: 'ip',
  option: '--icmp-type',
  names: icmpNames,
})

export const icmp6: Extension<Icmp6> = icmpTest({
  name: 'icmp6',
  family: 'ip6',
  option: '--icmpv6-type',
  names: icmp6Names,
})
