import { isIP, SocketAddress } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteReader, ipv4Text, ipv6Text, parseAddress } from 'netlink-codec'

const format = (bytes: Uint8Array): string =>
  (bytes.length === 4 ? ipv4Text : ipv6Text)(new ByteReader(bytes), 0)

/** libuv's own inet_pton and inet_ntop. */
const viaLibuv = (text: string): string =>
  new SocketAddress({ address: text, family: text.includes(':') ? 'ipv6' : 'ipv4' }).address

/** Words that make long and rivalling runs of zeros likely. */
const word = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(1, 0xffff, 0xff, 0xfe80) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
)
const ipv6Bytes = fc
  .array(word, { minLength: 8, maxLength: 8 })
  .map(words => Uint8Array.from(words.flatMap(value => [value >> 8, value & 0xff])))
const ipv4Bytes = fc.uint8Array({ minLength: 4, maxLength: 4 })

it('writes addresses as inet_ntop does, and reads them back', () => {
  fc.assert(
    fc.property(fc.oneof(ipv4Bytes, ipv6Bytes), bytes => {
      const whole = Array.from({ length: 8 }, (_, i) =>
        (((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)).toString(16),
      ).join(':')
      expect(format(bytes)).toBe(viaLibuv(bytes.length === 4 ? [...bytes].join('.') : whole))
      expect(parseAddress(format(bytes))).toEqual(bytes)
    }),
    { numRuns: 5000 },
  )
})

it('takes what inet_pton takes, and nothing else', () => {
  const noise = fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.: '), maxLength: 20 })
  fc.assert(
    fc.property(noise, text => {
      const bytes = parseAddress(text)
      expect(bytes?.length).toBe(isIP(text) === 0 ? undefined : isIP(text) === 4 ? 4 : 16)
    }),
    {
      numRuns: 20_000,
      examples: [['::'], ['1::'], ['::1'], ['1:2:3:4:5:6:7::'], ['::1.2.3.4'], ['1.2.3.4::']],
    },
  )
})
