import { ByteReader, ByteWriter } from 'netlink-codec'
import { describe, expect, it } from 'vitest'
import { matchExtensions, targetExtensions } from '../src/extensions/registry.ts'
import {
  decodeMatch,
  decodeTarget,
  encodeMatch,
  encodeTarget,
  type Family,
  type KnownMatch,
  type KnownTarget,
  printMatch,
  printTarget,
} from '../src/index.ts'
import { splitWords } from '../src/text/words.ts'
import { matchTexts, targetTexts } from './texts.ts'

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16))

function payload(data: Uint8Array, revision: number, family: Family) {
  return { reader: new ByteReader(data), at: 0, length: data.length, revision, family }
}

describe.each(['ip', 'ip6'] as const)('%s', family => {
  const texts = (table: Readonly<Record<string, readonly string[]>>) => table.both!.concat(table[family]!)

  it.each(texts(matchTexts))('-m %s: text to value, bytes and back', text => {
    const [name, ...words] = splitWords(text).map(word => word.text)
    const value = matchExtensions.get(name!)!.parse(words, family) as KnownMatch
    expect(value).toBeDefined()
    expect(printMatch(value, family).join(' ')).toBe(`-m ${text}`)
    const writer = new ByteWriter()
    const encoded = encodeMatch(value, writer, family)
    writer.align(8)
    expect(decodeMatch(encoded.name, payload(writer.finish(), encoded.revision, family))).toEqual(value)
  })

  it.each(texts(targetTexts))('-j %s: text to value, bytes and back', text => {
    const [name, ...words] = splitWords(text).map(word => word.text)
    const value = targetExtensions.get(name!)!.parse(words, family) as KnownTarget
    expect(value).toBeDefined()
    expect(printTarget(value, family).join(' ')).toBe(`-j ${text}`)
    const writer = new ByteWriter()
    const encoded = encodeTarget(value, writer, family)
    writer.align(8)
    expect(decodeTarget(encoded.name, payload(writer.finish(), encoded.revision, family))).toEqual(value)
  })
})

/** Payloads that a Docker host's kernel gave for rules of iptables 1.8.9. */
describe('structs as the kernel has them', () => {
  it.each([
    [
      'DNAT',
      2,
      `03000000 ac120002${' 00000000'.repeat(3)} ac120002${' 00000000'.repeat(3)} 1f901f90 00000000`,
    ],
    ['REDIRECT', 0, '01000000 02000000 00000000 00000000 00500050 00000000'],
  ])('%s revision %i', (name, revision, hex) => {
    const words = { DNAT: '--to-destination 172.18.0.2:8080', REDIRECT: '--to-ports 80' }[name]
    const value = decodeTarget(name, payload(bytes(hex.replaceAll(' ', '')), revision, 'ip'))
    expect(printTarget(value, 'ip').join(' ')).toBe(`-j ${name} ${words}`)
  })
})

it.each([
  ['ABORT:T,PAD,ABORT:t', 'ABORT:T,PAD'],
  ['ABORT:T,ABORT', 'ABORT:T'],
  ['DATA:U,DATA:b', 'DATA:Ub'],
])('joins chunk types named twice as iptables does: %s', (words, printed) => {
  const value = matchExtensions.get('sctp')!.parse(['--chunk-types', 'any', words], 'ip') as KnownMatch
  expect(printMatch(value, 'ip').at(-1)).toBe(printed)
})

it.each([
  ['tcp', '--sport 0:65535 --dport 5', '--dport 5', {}],
  ['udp', '! --dport 0:65535', '', { destinationPorts: { first: 0, last: 0xffff, invert: true } }],
  ['tcp', '! --sport 0:65535', '', { sourcePorts: { first: 0, last: 0xffff, invert: true } }],
])(
  '-m %s %s: all ports are not printed, and with ! kept as what no packet passes',
  (name, words, printed, tests) => {
    const value = matchExtensions.get(name)!.parse(words.split(' '), 'ip') as KnownMatch
    const writer = new ByteWriter()
    const { revision } = encodeMatch(value, writer, 'ip')
    const read = decodeMatch(name, payload(writer.align(8).finish(), revision, 'ip'))
    expect(read).toEqual(value)
    expect(value).toMatchObject(tests)
    expect(value).not.toHaveProperty('sourcePorts.invert', false)
    expect(printMatch(read, 'ip').slice(2).join(' ')).toBe(printed)
  },
)

it('prints no zone 0 of CT, whatever its side', () => {
  for (const words of [
    ['--zone', '0'],
    ['--zone-orig', '0'],
    ['--zone-reply', '0'],
  ]) {
    const value = targetExtensions.get('CT')!.parse(words, 'ip') as KnownTarget
    expect(printTarget(value, 'ip').join(' ')).toBe('-j CT')
  }
})

it('shifts no mark by 0 bits, as CONNMARK then prints', () => {
  const value = targetExtensions.get('CONNMARK')!.parse(['--set-xmark', '1', '--left-shift-mark', '0'], 'ip')
  expect(printTarget(value as KnownTarget, 'ip').join(' ')).toBe('-j CONNMARK --set-xmark 0x1/0xffffffff')
})

it('keeps what it does not know', () => {
  const unknown = { name: 'unknown', extension: 'future', revision: 7, hex: '0102ff' } as const
  expect(decodeMatch('future', payload(bytes('0102ff'), 7, 'ip'))).toEqual(unknown)
  expect(decodeMatch('tcp', payload(bytes('0000'), 0, 'ip'))).toMatchObject({ extension: 'tcp', hex: '0000' })
  expect(decodeMatch('tcp', payload(bytes('00'.repeat(12)), 9, 'ip'))).toMatchObject({ revision: 9 })
  expect(printMatch(unknown, 'ip').join(' ')).toBe('-m future --unknown-revision 7 --unknown-bytes 0102ff')
})
