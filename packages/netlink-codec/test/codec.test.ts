import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Attributes,
  attribute,
  ByteReader,
  ByteWriter,
  DecodeError,
  eachMessage,
  encodeMessage,
  findAttribute,
  messageAttributes,
  type NetlinkError,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLMSG_ERROR,
  readError,
} from '../src/index.ts'

function onlyDecodeError(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
  }
}

describe('ByteReader', () => {
  it('gives back every 64-bit number as the decimal string that was written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), value => {
        const bytes = new ByteWriter().u64(value.toString()).be64(value.toString()).finish()
        const reader = new ByteReader(bytes)
        expect(reader.u64(0)).toBe(value.toString())
        expect(reader.be64(8)).toBe(value.toString())
      }),
    )
  })

  it('reads what ByteWriter wrote, in both byte orders', () => {
    const bytes = new ByteWriter().u8(0xfe).u16(0xfedc).u32(0xfedcba98).be16(0xfedc).be32(0xfedcba98).finish()
    const reader = new ByteReader(bytes)
    expect([reader.u8(0), reader.u16(1), reader.u32(3), reader.be16(7), reader.be32(9)]).toEqual([
      0xfe, 0xfedc, 0xfedcba98, 0xfedc, 0xfedcba98,
    ])
    expect(reader.s32(3)).toBe(0xfedcba98 - 2 ** 32)
    expect(reader.hex(9, 4)).toBe('fedcba98')
  })

  it('ends text at its first NUL or at its length, and replaces what is not UTF-8', () => {
    const reader = new ByteReader(new Uint8Array([0x65, 0x74, 0x68, 0, 0x58, 0xff]))
    expect(reader.text(0, 6)).toBe('eth')
    expect(reader.text(0, 2)).toBe('et')
    expect(reader.text(4, 2)).toBe('X\ufffd')
  })

  it('refuses to read past its end', () => {
    const reader = new ByteReader(new Uint8Array(4), 3)
    expect(() => reader.u32(0)).toThrow(DecodeError)
    expect(() => reader.u8(-1)).toThrow(DecodeError)
    expect(() => reader.slice(0, 4)).toThrow(DecodeError)
  })
})

describe('ByteWriter', () => {
  it('keeps what is written across the edges of its buffer, by every method', () => {
    const methods: ((writer: ByteWriter) => unknown)[] = [
      w => w.u8(1),
      w => w.u16(0x0202),
      w => w.u32(0x03030303),
      w => w.be16(0x0404),
      w => w.be32(0x05050505),
      w => w.u64(String(0x0606060606060606n)),
      w => w.be64(String(0x0707070707070707n)),
    ]
    for (const [index, write] of methods.entries()) {
      const writer = new ByteWriter()
      while (writer.length < 3000) write(writer)
      const bytes = writer.finish()
      expect(new Set(bytes)).toEqual(new Set([index + 1]))
    }
  })
})

describe('Attributes', () => {
  it('gives back what attribute() wrote, nested too', () => {
    const writer = new ByteWriter()
    attribute(writer, 3, w => w.text('eth0'))
    attribute(writer, 18 | 0x8000, w => attribute(w, 1, nest => nest.text('vxlan')))
    const bytes = writer.finish()
    const attributes = new Attributes(new ByteReader(bytes), 0, bytes.length)
    expect(attributes.types()).toEqual([3, 18])
    expect(attributes.text(3)).toBe('eth0')
    expect(attributes.nested(18)?.text(1)).toBe('vxlan')
    expect(attributes.unknown(new Set([3]))).toEqual([{ type: 18, hex: '0a00010076786c616e000000' }])
    expect(attributes.u32(99)).toBeUndefined()
  })

  it('refuses an attribute without room for its own header', () => {
    const zeroLength = new Uint8Array([0, 0, 1, 0])
    expect(() => new Attributes(new ByteReader(zeroLength), 0, 4)).toThrow(DecodeError)
    const tooLong = new Uint8Array([9, 0, 1, 0, 0, 0, 0, 0])
    expect(() => new Attributes(new ByteReader(tooLong), 0, 8)).toThrow(DecodeError)
  })

  it('refuses to read more than an attribute holds', () => {
    const writer = new ByteWriter()
    attribute(writer, 1, w => w.u16(7))
    attribute(writer, 2, w => w.u32(8))
    const bytes = writer.finish()
    const attributes = new Attributes(new ByteReader(bytes), 0, bytes.length)
    expect(() => attributes.u32(1)).toThrow(DecodeError)
    expect(attributes.u16(1)).toBe(7)
  })
})

describe('one attribute out of a nest', () => {
  it('is what an index of the whole nest finds, also among random bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(6), fc.uint8Array({ maxLength: 9 })), { maxLength: 8 }), list => {
        const writer = new ByteWriter()
        attribute(writer, 9, nest => {
          for (const [type, payload] of list) attribute(nest, type, inner => inner.raw(payload))
        })
        const bytes = writer.finish()
        const reader = new ByteReader(bytes)
        const attributes = new Attributes(reader, 0, bytes.length)
        const nested = attributes.nested(9)!
        expect(nested.count).toBe(new Set(list.map(([type]) => type)).size)
        for (let type = 0; type <= 7; type++) {
          const payload = list.find(([candidate]) => candidate === type)?.[1]
          const found = attributes.find(9, type)
          expect(found && [...reader.slice(found.at, found.length)]).toEqual(payload && [...payload])
        }
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(8), (bytes, type) => {
        onlyDecodeError(() => findAttribute(new ByteReader(bytes), 0, bytes.length, type))
      }),
    )
  })

  it('is not found below an attribute that is absent', () => {
    expect(new Attributes(new ByteReader(new Uint8Array()), 0, 0).find(1, 2)).toBeUndefined()
  })
})

describe('messages', () => {
  it('lets nothing but DecodeError escape from random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
        onlyDecodeError(() =>
          eachMessage(bytes, bytes.length, message => {
            messageAttributes(message, 16).nested(18)?.types()
            readError(message, 'random')
          }),
        )
      }),
      { numRuns: 2000 },
    )
  })

  it('lets nothing but DecodeError escape from truncated messages', () => {
    const message = encodeMessage({ type: 16, flags: 0 }, w => {
      w.zeros(16)
      attribute(w, 3, a => a.text('eth0'))
    })
    for (let length = 0; length < message.length; length++) {
      onlyDecodeError(() => eachMessage(message.subarray(0, length), length, m => messageAttributes(m, 16)))
    }
  })

  it('reads errno and the extended-ack text of a refused request', () => {
    const refused = encodeMessage({ type: NLMSG_ERROR, flags: NLM_F_CAPPED | NLM_F_ACK_TLVS, seq: 7 }, w => {
      w.u32(-22 >>> 0).zeros(16)
      attribute(w, 1, a => a.text('Invalid header for dump request'))
    })
    let error: NetlinkError | undefined
    eachMessage(refused, refused.length, message => {
      error = readError(message, 'dump links')
    })
    expect(error).toMatchObject({ op: 'dump links', errno: 22, code: 'EINVAL', seq: 7 })
    expect(error?.message).toBe('dump links: EINVAL (Invalid header for dump request)')
  })
})
