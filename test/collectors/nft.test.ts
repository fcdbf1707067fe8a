import { NetlinkError } from 'netlink-codec'
import { type FakeReply, fakeTransport } from 'netlink-codec/testing'
import type { NftChainObject, NftExpression, NftRuleObject, NftSetObject } from 'node-iptables/nft'
import {
  encodeNftChain,
  encodeNftElements,
  encodeNftRule,
  encodeNftSet,
  encodeNftTable,
} from 'node-iptables/testing'
import { describe, expect, it } from 'vitest'
import { createRuleConverter } from '../../src/collectors/kernel/nft/rule-cache.ts'
import { readNft } from '../../src/collectors/kernel/nft.ts'

const at = { family: 'ip', table: 'filter' }
const counter: NftExpression = { name: 'counter', packets: '1', bytes: '2' }
const drop: NftExpression = { name: 'immediate', dreg: 0, data: { code: 'drop' } }
const input: NftChainObject = {
  ...at,
  name: 'INPUT',
  use: 1,
  type: 'filter',
  policy: 1,
  hook: { number: 1, priority: 0 },
}
const user: NftChainObject = { ...at, name: 'A', use: 1 }
const odd: NftRuleObject = {
  ...at,
  chain: 'INPUT',
  handle: 9,
  expressions: [
    { name: 'payload', base: 'network', offset: 12, length: 4, dreg: 1 },
    { name: 'lookup', set: 's', sreg: 1 },
    counter,
    drop,
  ],
}
const plain: NftRuleObject = { ...at, chain: 'INPUT', handle: 8, expressions: [counter, drop] }
const set: NftSetObject = { ...at, name: 's', keyType: 7, keyLength: 4 }

/** A kernel that answers each dump with the given messages; `asked` collects the questions. */
function kernel(answers: Readonly<Record<string, FakeReply>>, asked: string[] = []) {
  return fakeTransport((_, op) => {
    asked.push(op)
    return answers[op] ?? []
  })
}

describe('nf_tables of a namespace', () => {
  it('is one question when there is nothing', () => {
    const asked: string[] = []
    expect(readNft(kernel({}, asked)).value).toEqual({ netfilter: [], nft: [] })
    expect(asked).toEqual(['dump nft tables'])
  })

  it('is three questions when iptables alone has written it', () => {
    const asked: string[] = []
    const answers = {
      'dump nft tables': [encodeNftTable({ family: 'ip', name: 'filter', use: 2 })],
      'dump nft chains': [encodeNftChain(user), encodeNftChain(input)],
      'dump nft rules': [encodeNftRule({ ...plain, chain: 'A' }), encodeNftRule(plain)],
    }
    const { value, interrupted, problems } = readNft(kernel(answers, asked))
    expect(asked).toEqual(['dump nft tables', 'dump nft chains', 'dump nft rules'])
    expect({ interrupted, problems, nft: value.nft }).toEqual({ interrupted: false, problems: [], nft: [] })
    expect(value.netfilter).toMatchObject([
      {
        backend: 'nft',
        family: 'ip',
        table: 'filter',
        chains: [
          { name: 'INPUT', policy: 'ACCEPT', packets: '0', bytes: '0' },
          { name: 'A', policy: null },
        ],
        rules: [
          { chain: 'INPUT', text: '-A INPUT -j DROP', packets: '1', bytes: '2' },
          { chain: 'A', text: '-A A -j DROP' },
        ],
      },
    ])
  })

  it('keeps a rule that only nft has words for, in its place and in full', () => {
    const answers = {
      'dump nft tables': [encodeNftTable({ family: 'ip', name: 'filter', use: 2 })],
      'dump nft chains': [encodeNftChain({ ...input, use: 2 })],
      'dump nft rules': [encodeNftRule(odd), encodeNftRule(plain)],
      'dump nft sets': [encodeNftSet(set)],
      'dump nft set s': [encodeNftElements(set, [{ key: '0a000001' }])],
    }
    const { value } = readNft(kernel(answers))
    expect(value.netfilter[0]?.rules.map(({ text, packets, target }) => ({ text, packets, target }))).toEqual(
      [
        {
          text: '-A INPUT -m nft --rule "ip saddr @s counter packets 1 bytes 2 drop" -j DROP',
          packets: '1',
          target: { name: 'DROP' },
        },
        { text: '-A INPUT -j DROP', packets: '1', target: { name: 'DROP' } },
      ],
    )
    expect(value.nft).toMatchObject([
      {
        family: 'ip',
        table: 'filter',
        sets: [{ name: 's', keyType: 'ipv4_addr', elements: ['10.0.0.1'] }],
        rules: [
          { chain: 'INPUT', handle: 9, text: 'ip saddr @s counter packets 1 bytes 2 drop', packets: '1' },
        ],
      },
    ])
  })

  it.each<[string, NftChainObject]>([
    ['another hook', { ...input, hook: { number: 2, priority: 0 } }],
    ['another priority', { ...input, hook: { number: 1, priority: 5 } }],
    ['another name', { ...input, name: 'input' }],
    ['another type', { ...input, type: 'route' }],
  ])('is an nft table when a base chain has %s', (_, chain) => {
    const answers = {
      'dump nft tables': [encodeNftTable({ family: 'ip', name: 'filter', use: 1 })],
      'dump nft chains': [encodeNftChain(chain)],
      'dump nft rules': [encodeNftRule({ ...plain, chain: chain.name })],
    }
    const { value } = readNft(kernel(answers))
    expect(value.netfilter).toEqual([])
    expect(value.nft).toMatchObject([
      { table: 'filter', rules: [{ text: 'counter packets 1 bytes 2 drop' }] },
    ])
  })

  it('says of matches and targets of xtables in an nft table what their bytes say', () => {
    const expressions: NftExpression[] = [
      { name: 'match', extension: 'mark', revision: 1, info: '010000000100000000000000' },
      counter,
      { name: 'target', extension: 'MARK', revision: 2, info: '02000000ffffffff' },
    ]
    const answers = {
      'dump nft tables': [encodeNftTable({ family: 'ip', name: 'filter', use: 1 })],
      'dump nft chains': [encodeNftChain({ ...input, hook: { number: 1, priority: 5 } })],
      'dump nft rules': [encodeNftRule({ ...plain, expressions })],
    }
    const { value } = readNft(kernel(answers))
    expect(value.nft[0]?.rules[0]?.expressions).toMatchObject([
      { name: 'match', extension: 'mark', xt: { name: 'mark', mark: 1, mask: 1, invert: false } },
      { name: 'counter' },
      { name: 'target', extension: 'MARK', xt: { name: 'MARK', mark: 2, mask: 0xffff_ffff } },
    ])
  })

  it('is an nft table when it has no base chain and an odd rule', () => {
    const answers = {
      'dump nft tables': [encodeNftTable({ family: 'ip', name: 'filter', use: 1 })],
      'dump nft chains': [encodeNftChain({ ...user, use: 2 })],
      'dump nft rules': [encodeNftRule({ ...plain, chain: 'A' }), encodeNftRule({ ...odd, chain: 'A' })],
    }
    const { value } = readNft(kernel(answers))
    expect(value.netfilter).toEqual([])
    expect(value.nft[0]?.rules.map(rule => rule.handle)).toEqual([8, 9])
  })

  it('is interrupted when the generation changes between two dumps', () => {
    const answers = {
      'dump nft tables': [encodeNftTable({ family: 'ip', name: 'filter', use: 1 }, 0xffff)],
      'dump nft chains': [encodeNftChain(input, 0)],
    }
    const { interrupted, value } = readNft(kernel(answers))
    expect(interrupted).toBe(true)
    expect(value.netfilter).toHaveLength(1)
  })

  it('is interrupted when a set goes away before its elements are read', () => {
    const gone = new NetlinkError({ op: 'dump', errno: 2, code: 'ENOENT', seq: 1 })
    const answers = {
      'dump nft tables': [encodeNftTable({ family: 'inet', name: 't', use: 1 })],
      'dump nft sets': [encodeNftSet({ ...set, family: 'inet', table: 't' })],
      'dump nft set s': gone,
    }
    const { interrupted, value } = readNft(kernel(answers))
    expect(interrupted).toBe(true)
    expect(value.nft[0]?.sets).toMatchObject([{ name: 's', elements: [] }])
  })

  it('throws what the kernel refuses', () => {
    const refused = new NetlinkError({ op: 'dump', errno: 1, code: 'EPERM', seq: 1 })
    expect(() => readNft(kernel({ 'dump nft tables': refused }))).toThrow('EPERM')
  })

  it('says which rule does not decode, and keeps the others', () => {
    const damaged = encodeNftRule(plain)
    // The length of the first attribute.
    damaged[20] = 0xff
    damaged[21] = 0xff
    const answers = {
      'dump nft tables': [encodeNftTable({ family: 'ip', name: 'filter', use: 1 })],
      'dump nft chains': [encodeNftChain({ ...input, use: 2 })],
      'dump nft rules': [damaged, encodeNftRule(plain)],
    }
    const { problems, value } = readNft(kernel(answers))
    expect(problems).toEqual([expect.stringContaining('dump nft rules: message 2566 does not decode')])
    expect(value.netfilter[0]?.rules).toHaveLength(1)
  })

  it('shares conversions between rules that differ in chain and counter alone', () => {
    const other: NftRuleObject = {
      ...plain,
      chain: 'A',
      expressions: [{ name: 'counter', packets: '7', bytes: '8' }, drop],
    }
    const answers = {
      'dump nft tables': [encodeNftTable({ family: 'ip', name: 'filter', use: 2 })],
      'dump nft chains': [encodeNftChain(input), encodeNftChain(user)],
      'dump nft rules': [encodeNftRule(plain), encodeNftRule(other)],
    }
    for (const capacity of [1, 100]) {
      const [table] = readNft(kernel(answers), undefined, createRuleConverter(capacity)).value.netfilter
      expect(table?.rules.map(({ text, packets }) => `${packets} ${text}`)).toEqual([
        '1 -A INPUT -j DROP',
        '7 -A A -j DROP',
      ])
      expect(table?.rules[0]?.target).toBe(table?.rules[1]?.target)
    }
  })

  it('tells rules apart in whatever order they come', () => {
    const accept: NftRuleObject = {
      ...plain,
      expressions: [
        { name: 'counter', packets: '0', bytes: '0' },
        { name: 'immediate', dreg: 0, data: { code: 'accept' } },
      ],
    }
    const counting: NftRuleObject = { ...plain, expressions: [counter] }
    const text = new Map([
      [plain, '-A INPUT -j DROP'],
      [accept, '-A INPUT -j ACCEPT'],
      [counting, '-A INPUT'],
    ])
    const convert = createRuleConverter()
    for (const order of [
      [plain, accept],
      [plain, accept],
      [plain, plain, accept],
      [accept, plain],
      [plain, plain, counting, plain, counting],
    ]) {
      const answers = {
        'dump nft tables': [encodeNftTable({ family: 'ip', name: 'filter', use: 1 })],
        'dump nft chains': [encodeNftChain({ ...input, use: order.length })],
        'dump nft rules': order.map(rule => encodeNftRule(rule)),
      }
      const [table] = readNft(kernel(answers), undefined, convert).value.netfilter
      expect(table?.rules.map(rule => rule.text)).toEqual(order.map(rule => text.get(rule)))
    }
  })
})
