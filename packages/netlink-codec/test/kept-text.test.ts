import fc from 'fast-check'
import { ByteReader, DecodeError, ipv4Text, macText } from 'netlink-codec'
import { describe, expect, it } from 'vitest'

describe('texts that are kept', () => {
  it('are those of their bytes, also when more of them come than are kept', () => {
    for (let round = 0; round < 2; round++) {
      for (let number = 0; number < 20_000; number++) {
        const bytes = [number & 0xff, number >> 8, 1, 2, 3, 4]
        const reader = new ByteReader(Uint8Array.from(bytes))
        expect(ipv4Text(reader, 0)).toBe(bytes.slice(0, 4).join('.'))
        expect(macText(reader, 0, 6)).toBe(bytes.map(byte => byte.toString(16).padStart(2, '0')).join(':'))
      }
    }
  })

  it('are told from others that begin or end like them', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 })
    fc.assert(
      fc.property(letters, text => {
        const bytes = new TextEncoder().encode(`${text}\0rest`)
        expect(new ByteReader(bytes).text(0, bytes.length)).toBe(text)
      }),
    )
  })

  it('are not given for bytes beyond the end', () => {
    const bytes = Uint8Array.of(10, 0, 0, 1)
    expect(ipv4Text(new ByteReader(bytes), 0)).toBe('10.0.0.1')
    expect(() => ipv4Text(new ByteReader(bytes, 3), 0)).toThrow(DecodeError)
  })
})
