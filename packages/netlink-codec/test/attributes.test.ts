import fc from 'fast-check'
import {
  attribute,
  Attributes,
  AttributeWalk,
  ByteReader,
  ByteWriter,
  DecodeError,
  eachAttribute,
} from 'netlink-codec'
import { describe, expect, it } from 'vitest'

const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.uint8Array({ maxLength: 12 })), {
  maxLength: 12,
})

function encode(list: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const writer = new ByteWriter()
  for (const [type, payload] of list) attribute(writer, type, inner => inner.raw(payload))
  return writer.finish()
}

function contents(attributes: Attributes): unknown {
  return [
    attributes.count,
    attributes.types().map(type => [type, attributes.hex(type)]),
    attributes.unknown(new Set()),
  ]
}

describe('an index that is used again', () => {
  it('holds what a new one holds, whatever it held before', () => {
    fc.assert(
      fc.property(runs, runs, (first, second) => {
        const [before, bytes] = [encode(first), encode(second)]
        const used = new Attributes(new ByteReader(before), 0, before.length)
        const fresh = new Attributes(new ByteReader(bytes), 0, bytes.length)
        expect(contents(used.reuse(new ByteReader(bytes), 0, bytes.length))).toEqual(contents(fresh))
      }),
    )
  })

  it('is clean after bytes that do not decode', () => {
    const broken = new Uint8Array([8, 0, 3, 0, 1, 2, 3, 4, 2, 0, 0, 0])
    const used = new Attributes(new ByteReader(new Uint8Array()), 0, 0)
    expect(() => used.reuse(new ByteReader(broken), 0, broken.length)).toThrow(DecodeError)
    expect(used.reuse(new ByteReader(new Uint8Array()), 0, 0).has(3)).toBe(false)
  })
})

describe('a walk', () => {
  it('sees what eachAttribute sees, also among random bytes, and throws where it throws', () => {
    const byCall = (bytes: Uint8Array): unknown[] => {
      const seen: unknown[] = []
      try {
        eachAttribute(new ByteReader(bytes), 0, bytes.length, (...place) => seen.push(place))
      } catch (error) {
        seen.push(error)
      }
      return seen
    }
    const byWalk = (bytes: Uint8Array): unknown[] => {
      const seen: unknown[] = []
      try {
        const walk = new AttributeWalk(new ByteReader(bytes), 0, bytes.length)
        while (walk.next()) seen.push([walk.type, walk.at, walk.length])
      } catch (error) {
        seen.push(error)
      }
      return seen
    }
    fc.assert(
      fc.property(fc.oneof(runs.map(encode), fc.uint8Array({ maxLength: 40 })), bytes => {
        expect(byWalk(bytes)).toEqual(byCall(bytes))
      }),
    )
  })
})
