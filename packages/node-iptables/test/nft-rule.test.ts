import { describe, expect, it } from 'vitest'
import { type Family, printRule } from '../src/index.ts'
import { type NftExpression, ruleFromNft } from '../src/nft/index.ts'

const counter: NftExpression = { name: 'counter', packets: '12', bytes: '720' }
const accept: NftExpression = { name: 'immediate', dreg: 0, data: { code: 'accept' } }
const tcpProtocol: NftExpression[] = [
  { name: 'meta', key: 'l4proto', dreg: 1 },
  { name: 'cmp', sreg: 1, op: 'eq', data: '06' },
]

function network(offset: number, length: number, dreg = 1): NftExpression {
  return { name: 'payload', base: 'network', offset, length, dreg }
}

function transport(offset: number, length: number, dreg = 1): NftExpression {
  return { name: 'payload', base: 'transport', offset, length, dreg }
}

function is(data: string, op = 'eq', sreg = 1): NftExpression {
  return { name: 'cmp', sreg, op, data }
}

function load(data: string, dreg: number): NftExpression {
  return { name: 'immediate', dreg, data }
}

function bitwise(mask: string, xor = '0'.repeat(mask.length)): NftExpression {
  return { name: 'bitwise', sreg: 1, dreg: 1, length: mask.length / 2, mask, xor }
}

function text(expressions: NftExpression[], family: Family = 'ip', userdata?: string): string | undefined {
  const rule = ruleFromNft({ chain: 'X', expressions, userdata }, family)
  return rule && printRule(rule, family).slice('-A X'.length).trim()
}

describe('a rule of nf_tables in the words of iptables', () => {
  it('carries its counter', () => {
    const rule = ruleFromNft({ chain: 'X', expressions: [counter, accept] }, 'ip')
    expect(rule).toMatchObject({ packets: '12', bytes: '720', target: { name: 'ACCEPT' } })
    expect(ruleFromNft({ chain: 'X', expressions: [] }, 'ip')).toMatchObject({
      packets: '0',
      target: { name: 'none' },
    })
  })

  it('has its protocol from the header, as iptables-nft 1.8.2 writes it', () => {
    expect(text([network(9, 1), is('06'), counter])).toBe('-p tcp')
    expect(text([network(6, 1), is('3a', 'neq'), counter], 'ip6')).toBe('! -p ipv6-icmp')
    const first = (expressions: NftExpression[]) =>
      ruleFromNft({ chain: 'X', expressions }, 'ip6')?.ip.protocol?.firstHeader
    expect(first([network(6, 1), is('06')])).toBe(true)
    expect(first([network(6, 1), is('06'), ...tcpProtocol])).toBe(true)
    expect(first(tcpProtocol)).toBeUndefined()
  })

  it('has prefixes as masks (before 1.8.6) and as shorter loads', () => {
    expect(text([network(12, 4), bitwise('ffff0000'), is('ac110000')])).toBe('-s 172.17.0.0/16')
    expect(text([network(12, 2), is('ac11')])).toBe('-s 172.17.0.0/16')
    expect(text([network(16, 3), is('0a0001', 'neq')])).toBe('! -d 10.0.1.0/24')
    expect(text([network(24, 8), is('fd00000000000001')], 'ip6')).toBe('-d fd00:0:0:1::/64')
  })

  it('has interfaces by their whole name, by a beginning, or by none that can be', () => {
    const iifname: NftExpression = { name: 'meta', key: 'iifname', dreg: 1 }
    expect(text([iifname, is('6574683000')])).toBe('-i eth0')
    expect(text([iifname, is('65746830'.padEnd(32, '0'))])).toBe('-i eth0')
    expect(text([iifname, is('657468', 'neq')])).toBe('! -i eth+')
    expect(text([iifname, is('494e56414c2f4400')])).toBe('! -i +')
    expect(text([iifname])).toBe('')
  })

  it('has ports as native tests of one or both, ranges, and pairs of bounds', () => {
    expect(text([...tcpProtocol, transport(2, 2), is('0050')])).toBe('-p tcp -m tcp --dport 80')
    expect(text([...tcpProtocol, transport(0, 4), is('00010050')])).toBe('-p tcp -m tcp --sport 1 --dport 80')
    const differs: NftExpression = { name: 'cmp', sreg: 1, op: 'neq', data: '00010050' }
    expect(text([...tcpProtocol, transport(0, 4), differs])).toBe('-p tcp -m tcp ! --sport 1 ! --dport 80')
    const both = ruleFromNft({ chain: 'X', expressions: [...tcpProtocol, transport(0, 4), differs] }, 'ip')
    expect(both?.matches).toMatchObject([{ name: 'tcp', either: true }])
    const two = [...tcpProtocol, transport(0, 2), is('0001', 'neq'), transport(2, 2), is('0050', 'neq')]
    const apart = ruleFromNft({ chain: 'X', expressions: two }, 'ip')
    expect(printRule(apart!, 'ip')).toBe(printRule(both!, 'ip'))
    expect(apart?.matches[0]).not.toHaveProperty('either')
    const range: NftExpression = { name: 'range', sreg: 1, op: 'neq', from: '0001', to: '0005' }
    expect(text([...tcpProtocol, transport(0, 2), range])).toBe('-p tcp -m tcp ! --sport 1:5')
    const bounds = [is('0050', 'gte'), is('005a', 'lte')]
    expect(text([...tcpProtocol, transport(2, 2), ...bounds])).toBe('-p tcp -m tcp --dport 80:90')
  })

  it('takes the protocol wherever it stands', () => {
    expect(text([transport(2, 2, 9), is('0035', 'eq', 9), network(9, 1), is('11'), counter, accept])).toBe(
      '-p udp -m udp --dport 53 -j ACCEPT',
    )
  })

  it('has flags of TCP, fragments and marks', () => {
    expect(text([...tcpProtocol, transport(13, 1), bitwise('17'), is('02')])).toBe(
      '-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN',
    )
    expect(text([network(6, 2), bitwise('1fff'), is('0000', 'neq')])).toBe('-f')
    const mark: NftExpression = { name: 'meta', key: 'mark', dreg: 1 }
    expect(text([mark, is('14010000')])).toBe('-m mark --mark 0x114')
    expect(text([mark, bitwise('ff000000'), is('01000000', 'neq')])).toBe('-m mark ! --mark 0x1/0xff')
  })

  it('has matches and targets of xtables', () => {
    const addrtype: NftExpression = {
      name: 'match',
      extension: 'addrtype',
      revision: 1,
      info: '0000040000000000',
    }
    const set: NftExpression = { name: 'target', extension: 'MARK', revision: 2, info: '14010000ffffffff' }
    expect(text([addrtype, counter, set])).toBe(
      '-m addrtype --dst-type LOCAL -j MARK --set-xmark 0x114/0xffffffff',
    )
  })

  it('keeps matches that nobody knows', () => {
    const rule = ruleFromNft(
      { chain: 'X', expressions: [{ name: 'match', extension: 'quantum', revision: 3, info: 'cafe' }] },
      'ip',
    )
    expect(rule?.matches).toEqual([{ name: 'unknown', extension: 'quantum', revision: 3, hex: 'cafe' }])
  })

  it('has the comment that old versions keep beside the expressions', () => {
    expect(text([counter, accept], 'ip', '000668656c6c6f00')).toBe('-m comment --comment hello -j ACCEPT')
  })

  it('has native targets, with values from registers', () => {
    const dnat: NftExpression = {
      name: 'nat',
      type: 'dnat',
      family: 2,
      addressMin: 1,
      addressMax: 1,
      protoMin: 2,
      protoMax: 2,
      flags: ['map-ips', 'proto-specified'],
    }
    expect(text([counter, load('ac120002', 1), load('1f90', 2), dnat])).toBe(
      '-j DNAT --to-destination 172.18.0.2:8080',
    )
    expect(text([{ name: 'masq', flags: ['fully-random'] }])).toBe('-j MASQUERADE --random-fully')
    expect(text([load('0050', 1), { name: 'redir', protoMin: 1 }])).toBe('-j REDIRECT --to-ports 80')
    expect(text([{ name: 'reject', type: 'icmp', code: 3 }])).toBe(
      '-j REJECT --reject-with icmp-port-unreachable',
    )
    expect(text([{ name: 'reject', type: 'tcp-reset' }], 'ip6')).toBe('-j REJECT --reject-with tcp-reset')
    expect(text([{ name: 'log', group: 5, prefix: 'a b' }])).toBe(
      '-j NFLOG --nflog-prefix "a b" --nflog-group 5',
    )
    expect(text([{ name: 'log', group: 0, snaplen: 0, queueThreshold: 1 }])).toBe(
      '-j NFLOG --nflog-size 0 --nflog-threshold 1',
    )
    expect(text([{ name: 'notrack' }])).toBe('-j CT --notrack')
    expect(text([load('05000000', 1), { name: 'meta', key: 'mark', sreg: 1 }])).toBe(
      '-j MARK --set-xmark 0x5/0xffffffff',
    )
    expect(text([load('01', 1), { name: 'meta', key: 'nftrace', sreg: 1 }])).toBe('-j TRACE')
  })

  it.each<[string, NftExpression[]]>([
    ['a lookup in a set', [network(12, 4), { name: 'lookup', set: 's', sreg: 1 }]],
    ['a test behind the counter', [counter, network(12, 4), is('0a000001'), accept]],
    ['two targets', [counter, { name: 'notrack' }, accept]],
    ['a port without a protocol', [transport(2, 2), is('0050')]],
    ['a header field that iptables has no test for', [network(8, 1), is('40')]],
    [
      'two tests of one address',
      [network(12, 4), is('0a000001', 'neq'), network(12, 4), is('0a000002', 'neq')],
    ],
    ['a comparison of addresses', [network(12, 4), is('0a000001', 'gt')]],
    [
      'an address that only a packet knows',
      [network(12, 4), { name: 'nat', type: 'dnat', family: 2, addressMin: 1 }],
    ],
    ['an expression without a name', [{ name: 'unknown', expression: 'quantum', hex: '' }]],
  ])('is undefined with %s', (_, expressions) => {
    expect(text(expressions)).toBeUndefined()
  })
})
