import { describe, expect, it } from 'vitest'
import { type NftExpression, printNftRule } from '../src/nft/index.ts'

const ipv6: NftExpression[] = [
  { name: 'meta', key: 'nfproto', dreg: 1 },
  { name: 'cmp', sreg: 1, op: 'eq', data: '0a' },
]

function fragment(offset: number, length: number, mask: string, data: string): NftExpression[] {
  return [
    { name: 'exthdr', operation: 'ipv6', type: 44, offset, length, dreg: 1 },
    { name: 'bitwise', sreg: 1, dreg: 1, length, mask, xor: '0'.repeat(2 * length) },
    { name: 'cmp', sreg: 1, op: 'eq', data },
  ]
}

function text(...expressions: NftExpression[]): string {
  return printNftRule({ family: 'inet', expressions }, new Map())
}

/** What nft 1.0.6 prints; expressions as the kernel hands them out. */
describe('a rule in the words of nft', () => {
  it('has the bit fields of a fragment header', () => {
    expect(text(...ipv6, ...fragment(2, 2, 'fff8', '0028'))).toBe('frag frag-off 5')
    expect(text(...ipv6, ...fragment(3, 1, '01', '01'))).toBe('frag more-fragments 1')
  })

  it('has ranges of times in seconds', () => {
    const from = '905f010000000000'
    const expiration: NftExpression[] = [
      { name: 'ct', key: 'expiration', dreg: 1 },
      { name: 'range', sreg: 1, op: 'eq', from, to: 'c0d4010000000000' },
    ]
    expect(text(...expiration)).toBe('ct expiration 90s-120s')
    const exact: NftExpression[] = [expiration[0]!, { name: 'cmp', sreg: 1, op: 'eq', data: from }]
    expect(text(...exact)).toBe('ct expiration 1m30s')
  })

  it('has a name for protocol 0, and none of TCP in front of its options', () => {
    const protocol = (data: string): NftExpression[] => [
      { name: 'meta', key: 'l4proto', dreg: 1 },
      { name: 'cmp', sreg: 1, op: 'eq', data },
    ]
    expect(text(...protocol('00'))).toBe('meta l4proto ip')
    const size: NftExpression[] = [
      { name: 'exthdr', operation: 'tcpopt', type: 2, offset: 2, length: 2, dreg: 1 },
      { name: 'cmp', sreg: 1, op: 'eq', data: '05b4' },
    ]
    expect(text(...protocol('06'), ...size)).toBe('tcp option maxseg size 1460')
  })
})
