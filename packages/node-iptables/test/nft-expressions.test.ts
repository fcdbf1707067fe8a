import fc from 'fast-check'
import { ByteReader, ByteWriter, DecodeError, eachMessage } from 'netlink-codec'
import {
  encodeNftChain,
  encodeNftElements,
  encodeNftRule,
  encodeNftSet,
  encodeNftTable,
} from 'node-iptables/testing'
import { describe, expect, it } from 'vitest'
import {
  completeRule,
  decodeChain,
  decodeElements,
  decodeNamedObject,
  decodeRuleFrame,
  decodeSet,
  decodeTable,
  type NftExpression,
  type NftRuleObject,
  type NftSetObject,
  nftKeyType,
  printNftElements,
  printNftRule,
  readExpressions,
  ruleFromNft,
  writeExpressions,
} from '../src/nft/index.ts'

/** One of each kind, with every field that it has. */
const expressions: NftExpression[] = [
  { name: 'meta', key: 'iifname', dreg: 1 },
  { name: 'meta', key: '99', sreg: 9 },
  { name: 'payload', base: 'network', offset: 12, length: 4, dreg: 1 },
  {
    name: 'payload',
    base: 'transport',
    offset: 2,
    length: 2,
    sreg: 1,
    checksumType: 1,
    checksumOffset: 6,
    checksumFlags: 1,
  },
  { name: 'cmp', sreg: 1, op: 'neq', data: '0a000001' },
  { name: 'range', sreg: 8, op: 'eq', from: '0050', to: '005a' },
  { name: 'bitwise', sreg: 1, dreg: 1, length: 4, mask: 'ff000000', xor: '00000000', op: 'mask-xor' },
  { name: 'bitwise', sreg: 1, dreg: 1, length: 4, op: 'lshift', data: '02000000' },
  { name: 'byteorder', sreg: 1, dreg: 1, op: 'hton', length: 4, size: 4 },
  { name: 'lookup', set: '__set0', sreg: 1, dreg: 0, flags: ['inv'] },
  { name: 'immediate', dreg: 1, data: '7f00000b' },
  { name: 'immediate', dreg: 0, data: { code: 'jump', chain: 'DOCKER' } },
  { name: 'immediate', dreg: 0, data: { code: 'queue', queue: 7 } },
  { name: 'counter', bytes: '18446744073709551615', packets: '9007199254740993' },
  { name: 'limit', rate: '5', unit: '60', burst: 7, type: 'packets', flags: ['inv'] },
  { name: 'quota', bytes: '100', flags: ['inv', 'depleted'], consumed: '5' },
  { name: 'last', set: 1, milliseconds: '1500' },
  { name: 'ct', key: 'state', dreg: 1 },
  { name: 'ct', key: 'ip saddr', direction: 'reply', dreg: 1 },
  { name: 'connlimit', count: 20, flags: ['inv'] },
  { name: 'notrack' },
  { name: 'synproxy', mss: 1460, wscale: 7, flags: ['mss', 'wscale'] },
  { name: 'flow_offload', table: 'ft' },
  { name: 'fib', dreg: 1, result: 'type', flags: ['daddr', 'iif'] },
  { name: 'rt', dreg: 1, key: 'ip nexthop' },
  { name: 'socket', key: 'cgroupv2', dreg: 1, level: 2 },
  { name: 'xfrm', dreg: 1, key: 'reqid', direction: 'out', spnum: 1 },
  { name: 'osf', dreg: 1, ttl: 1, flags: ['version'] },
  { name: 'tunnel', key: 'id', dreg: 1, mode: 'rx' },
  { name: 'numgen', dreg: 1, modulus: 2, type: 'random', offset: 1 },
  { name: 'hash', sreg: 2, dreg: 1, length: 4, modulus: 2, seed: 3, offset: 1, type: 'jhash' },
  {
    name: 'nat',
    type: 'dnat',
    family: 2,
    addressMin: 1,
    addressMax: 2,
    protoMin: 3,
    protoMax: 4,
    flags: ['map-ips', 'random'],
  },
  { name: 'masq', flags: ['fully-random'], protoMin: 1, protoMax: 2 },
  { name: 'redir', protoMin: 1, protoMax: 2, flags: ['proto-specified'] },
  { name: 'tproxy', family: 2, address: 1, port: 2 },
  { name: 'reject', type: 'icmpx', code: 1 },
  { name: 'log', group: 1, prefix: 'a b', snaplen: 40, queueThreshold: 3, level: 'warn', flags: ['skuid'] },
  { name: 'queue', number: 1, total: 3, flags: 1, sreg: 1 },
  { name: 'dup', address: 1, device: 2 },
  { name: 'fwd', device: 1, address: 2, family: 2 },
  { name: 'objref', type: 1, object: 'cnt', sreg: 1, set: 'm' },
  { name: 'match', extension: 'comment', revision: 0, info: '61'.padEnd(512, '0') },
  { name: 'target', extension: 'MARK', revision: 2, info: '01000000ffffffff' },
  {
    name: 'exthdr',
    dreg: 1,
    type: 2,
    offset: 2,
    length: 2,
    flags: ['present'],
    operation: 'tcpopt',
    sreg: 1,
  },
  {
    name: 'dynset',
    set: 's',
    op: 'update',
    keySreg: 1,
    dataSreg: 2,
    timeout: '1000',
    flags: ['expr'],
    expressions: [{ name: 'notrack' }],
  },
  { name: 'dynset', set: 's', op: 'add', keySreg: 1, expression: { name: 'notrack' } },
  { name: 'inner', number: 0, type: 'vxlan', flags: 1, headerSize: 8, expression: { name: 'notrack' } },
  { name: 'cmp', sreg: 1, op: '7', data: '', unknown: [{ type: 99, hex: '0102' }] },
  { name: 'unknown', expression: 'quantum', hex: 'cafe' },
]

function bytesOf(list: readonly NftExpression[]): Uint8Array {
  const writer = new ByteWriter()
  writeExpressions(writer, list)
  return writer.finish()
}

const rule: NftRuleObject = {
  family: 'ip',
  table: 'filter',
  chain: 'INPUT',
  handle: 7,
  expressions,
  userdata: '00026100',
}
const set: NftSetObject = {
  family: 'ip',
  table: 't',
  name: 's',
  flags: ['interval'],
  keyType: 7,
  keyLength: 4,
}
const messages = [
  encodeNftTable({ family: 'ip', name: 'filter', flags: ['dormant'], use: 3, handle: '1' }),
  encodeNftChain({
    family: 'netdev',
    table: 't',
    name: 'c',
    hook: { number: 0, priority: -5, devices: ['eth0', 'eth1'] },
    policy: 1,
    use: 2,
    type: 'filter',
    counters: { bytes: '1', packets: '2' },
    flags: ['base'],
  }),
  encodeNftRule(rule),
  encodeNftSet(set),
  encodeNftElements(set, [{ key: '0a000000' }, { key: '0b000000', flags: ['interval-end'] }]),
]

/** Runs every decoder over a message, and what is built on them. */
function decodeAll(bytes: Uint8Array): unknown[] {
  const found: unknown[] = []
  eachMessage(bytes, bytes.length, message => {
    for (const decode of [decodeTable, decodeChain, decodeSet, decodeElements, decodeNamedObject]) {
      found.push(decode(message))
    }
    const damagedSet = decodeSet(message)
    const elements = decodeElements(message)
    for (const of of [set, damagedSet])
      if (of) found.push(nftKeyType(of), printNftElements({ set: of, elements }))
    const frame = decodeRuleFrame(message)
    if (!frame) return
    const whole = completeRule(frame)
    found.push(whole, ruleFromNft(whole, 'ip'), ruleFromNft(whole, 'ip6'), printNftRule(whole, new Map()))
  })
  return found
}

describe('nf_tables expressions', () => {
  it('come back from their bytes, each with all its fields', () => {
    const bytes = bytesOf(expressions)
    expect(readExpressions(new ByteReader(bytes), 0, bytes.length)).toEqual(expressions)
  })

  it('are printed in brackets when nft has no words for them', () => {
    const text = printNftRule({ family: 'inet', expressions: expressions.slice(-2) }, new Map())
    expect(text).toBe('[ reg 1 ] 7 0x0 [ unknown expression quantum hex cafe ]')
  })

  it('keep what lacks a field that it needs', () => {
    const writer = new ByteWriter()
    writeExpressions(writer, [{ name: 'unknown', expression: 'cmp', hex: '0800010000000001' }])
    const bytes = writer.finish()
    expect(readExpressions(new ByteReader(bytes), 0, bytes.length)).toEqual([
      { name: 'unknown', expression: 'cmp', hex: '0800010000000001' },
    ])
  })
})

/** Found by the property below: the second key becomes the first, so an interval ends before it begins. */
const twoElementsOfOneKey: [Uint8Array, [number, number][]] = [
  messages.find(bytes => bytes[4] === 12 && bytes.length === 80)!,
  [
    [661154254, 0],
    [690641826, 0],
    [729302010, 0],
    [775840366, 0],
  ],
]

describe('nf_tables messages', () => {
  it('decode to what was encoded', () => {
    eachMessage(messages[2]!, messages[2]!.length, message => {
      const frame = decodeRuleFrame(message)!
      expect(frame).toMatchObject({ packets: '9007199254740993', bytes: '18446744073709551615' })
      expect(completeRule(frame)).toEqual(rule)
    })
    eachMessage(messages[1]!, messages[1]!.length, message => {
      expect(decodeChain(message)).toMatchObject({
        name: 'c',
        hook: { priority: -5, devices: ['eth0', 'eth1'] },
      })
    })
  })

  it('give DecodeError and nothing else when they are cut or overwritten', () => {
    let damaged = 0
    const read = (bytes: Uint8Array): void => {
      try {
        decodeAll(bytes)
      } catch (error) {
        damaged++
        expect(error).toBeInstanceOf(DecodeError)
      }
    }
    for (const whole of messages) {
      for (let length = 1; length < whole.length; length++) {
        const cut = whole.slice(0, length)
        // The header's length fits the cut, so that decoders see it, and not eachMessage alone.
        if (length >= 16) new DataView(cut.buffer).setUint32(0, length, true)
        read(cut)
      }
    }
    expect(damaged).toBeGreaterThan(500)
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        (whole, changes) => {
          const bytes = whole.slice()
          for (const [at, value] of changes) bytes[16 + (at % (bytes.length - 16))] = value
          read(bytes)
        },
      ),
      { numRuns: 3000, examples: [twoElementsOfOneKey] },
    )
  })
})
