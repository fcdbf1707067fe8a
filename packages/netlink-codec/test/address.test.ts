import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { ByteReader, ipv4Text, ipv6Text, macText } from 'netlink-codec'
import { describe, expect, test } from 'vitest'

/** Words with many zeros among them: the shapes that differ are those with runs of zeros. */
const ipv6Bytes = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map(words => Uint8Array.from(words.flatMap(word => [word >> 8, word & 0xff])))

describe('IPv6 text', () => {
  test.each([
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['1::', '00010000000000000000000000000000'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
    ['::10.0.0.1', '0000000000000000000000000a000001'],
    ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
    ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001'],
    ['fe80::42:aff:fe00:1', 'fe80000000000000 00420afffe000001'.replace(' ', '')],
  ])('%s as inet_ntop writes it', (text, hex) => {
    expect(ipv6Text(new ByteReader(Uint8Array.from(Buffer.from(hex, 'hex'))), 0)).toBe(text)
  })

  test('parses back to the same bytes, and is as short as RFC 5952 wants', () => {
    fc.assert(
      fc.property(ipv6Bytes, bytes => {
        const text = ipv6Text(new ByteReader(bytes), 0)
        // ipaddr.js takes ::10.0.0.1, which is IPv4-compatible, for ::ffff:10.0.0.1; the table above holds it.
        fc.pre(!/^::\d+\./.test(text))
        const parsed = ipaddr.IPv6.parse(text)
        expect(parsed.toByteArray()).toEqual([...bytes])
        if (!text.includes('.')) expect(text).toBe(parsed.toRFC5952String())
      }),
    )
  })
})

test('IPv4 and link-layer addresses', () => {
  const reader = new ByteReader(Uint8Array.from([10, 0, 255, 1, 0x02, 0x42]))
  expect(ipv4Text(reader, 0)).toBe('10.0.255.1')
  expect(macText(reader, 3, 3)).toBe('01:02:42')
  expect(macText(reader, 3, 0)).toBe('')
})
