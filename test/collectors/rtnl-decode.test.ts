import fc from 'fast-check'
import {
  attribute,
  type ByteWriter,
  DecodeError,
  eachMessage,
  encodeMessage,
  type Message,
} from 'netlink-codec'
import { fakeTransport } from 'netlink-codec/testing'
import { describe, expect, test } from 'vitest'
import { decodeAddress } from '../../src/collectors/kernel/rtnl/address.ts'
import { decodeFdbEntry } from '../../src/collectors/kernel/rtnl/fdb.ts'
import { decodeNeighbour } from '../../src/collectors/kernel/rtnl/neighbour.ts'
import { decodeNsid } from '../../src/collectors/kernel/rtnl/nsid.ts'
import { decodeQdisc } from '../../src/collectors/kernel/rtnl/qdisc.ts'
import { decodeTcFilter } from '../../src/collectors/kernel/rtnl/tc-filter.ts'
import { decodeRoute, readRoutes } from '../../src/collectors/kernel/rtnl/route.ts'
import { decodeRule } from '../../src/collectors/kernel/rtnl/rule.ts'
import { decodeVlans } from '../../src/collectors/kernel/rtnl/vlan.ts'

const names = new Map([
  [1, 'lo'],
  [7, 'eth0'],
])

/** RTM_NEW* of each table, its decoder, and a header that gets past the first questions. */
const tables = [
  {
    name: 'addresses',
    type: 20,
    decode: (m: Message) => decodeAddress(m, names),
    header: [2, 24, 0, 0, 7, 0, 0, 0],
  },
  {
    name: 'routes',
    type: 24,
    decode: (m: Message) => decodeRoute(m, names),
    header: [2, 16, 8, 8, 254, 4, 0, 1, 0, 0, 0, 0],
  },
  {
    name: 'neighbours',
    type: 28,
    decode: (m: Message) => decodeNeighbour(m, names),
    header: [10, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 1],
  },
  {
    name: 'forwarding entries',
    type: 28,
    decode: (m: Message) => decodeFdbEntry(m, names),
    header: [7, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0],
  },
  {
    name: 'VLANs of bridges',
    type: 16,
    decode: (m: Message) => decodeVlans(m, names),
    header: [7, 0, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  },
  { name: 'policy rules', type: 32, decode: decodeRule, header: [2, 16, 8, 8, 254, 0, 0, 1, 0, 0, 0, 0] },
  {
    name: 'qdiscs',
    type: 36,
    decode: (m: Message) => decodeQdisc(m, names),
    header: [0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 1, 128, 255, 255, 255, 255, 2, 0, 0, 0],
  },
  {
    name: 'filters of tc',
    type: 44,
    decode: decodeTcFilter,
    header: [0, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 242, 255, 255, 255, 8, 0, 7, 0],
  },
  { name: 'nsids', type: 88, decode: decodeNsid, header: [0, 0, 0, 0] },
] as const

function decodeAll(bytes: Uint8Array, decode: (message: Message) => unknown): unknown[] {
  const rows: unknown[] = []
  eachMessage(bytes, bytes.length, message => rows.push(decode(message)))
  return rows
}

function onlyDecodeError(bytes: Uint8Array, decode: (message: Message) => unknown): void {
  try {
    decodeAll(bytes, decode)
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
  }
}

/** Attributes as they come: types that exist, lengths that fit a field, an address, nothing at all, or a nest. */
const attributes = fc.array(
  fc.tuple(
    fc.oneof(fc.nat(40), fc.nat(0xffff)),
    fc.oneof(
      ...[0, 1, 2, 3, 4, 8, 16, 36].map(length => fc.uint8Array({ minLength: length, maxLength: length })),
      fc.uint8Array({ maxLength: 60 }),
    ),
  ),
  { maxLength: 12 },
)

describe.each(tables)('$name from bytes that nobody checked', ({ type, decode, header }) => {
  test('random attributes let nothing but DecodeError escape', () => {
    fc.assert(
      fc.property(attributes, list => {
        const bytes = encodeMessage({ type, flags: 0 }, writer => {
          writer.raw(Uint8Array.from(header))
          for (const [number, payload] of list) attribute(writer, number, nest => nest.raw(payload))
        })
        onlyDecodeError(bytes, decode)
      }),
      { numRuns: 2000 },
    )
  })

  test('random payloads let nothing but DecodeError escape', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), payload => {
        onlyDecodeError(
          encodeMessage({ type, flags: 0 }, writer => writer.raw(payload)),
          decode,
        )
      }),
      { numRuns: 2000 },
    )
  })

  test('a message that ends early lets nothing but DecodeError escape', () => {
    const whole = encodeMessage({ type, flags: 0 }, writer => {
      writer.raw(Uint8Array.from(header))
      for (let number = 1; number <= 31; number++) attribute(writer, number, nest => nest.zeros(16))
    })
    for (let length = 16; length < whole.length; length++) {
      const cut = whole.slice(0, length)
      new DataView(cut.buffer).setUint32(0, length, true)
      onlyDecodeError(cut, decode)
    }
  })

  test('another kind of message is no row', () => {
    expect(
      decodeAll(
        encodeMessage({ type: type + 1, flags: 0 }, writer => writer.zeros(16)),
        decode,
      ),
    ).toEqual([undefined])
  })
})

type Fields = readonly (readonly [type: number, payload: (writer: ByteWriter) => unknown])[]

function message(type: number, header: readonly number[], fields: Fields): Uint8Array {
  return encodeMessage({ type, flags: 0 }, writer => {
    writer.raw(Uint8Array.from(header))
    for (const [number, payload] of fields) attribute(writer, number, nest => void payload(nest))
  })
}

/** What the kernels of the tests do not make. */
describe('rare fields', () => {
  const route = (header: readonly number[], fields: Fields): unknown =>
    decodeAll(message(24, header, fields), one => decodeRoute(one, names))[0]
  const plain = [2, 24, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0]
  const dst = [1, (w: ByteWriter) => w.be32(0x0a000000)] as const

  test('a cached copy of a route is no route', () => {
    expect(route([2, 24, 0, 0, 254, 4, 0, 1, 0, 2, 0, 0], [dst])).toBeUndefined()
  })

  test('a route keeps what has no decoder, and the flags of hardware', () => {
    expect(
      route(
        [2, 24, 0, 0, 254, 4, 0, 1, 0x08, 0x40, 0, 0x20],
        [dst, [4, w => w.u32(7)], [26, w => w.u8(1)], [99, w => w.u16(0x0201)]],
      ),
    ).toEqual({
      family: 'inet',
      type: 'unicast',
      dst: '10.0.0.0/24',
      dev: 'eth0',
      table: 'main',
      protocol: 'static',
      scope: 'global',
      flags: ['offload', 'rt_offload', 'rt_offload_failed'],
      'ttl-propogate': true,
      unknown: [{ type: 99, hex: '0102' }],
    })
  })

  test('a route to a device that is not there names its index', () => {
    expect(route(plain, [dst, [4, w => w.u32(8)]])).toMatchObject({ dev: 'if8' })
  })

  test('a multicast route is told with the family of its addresses', () => {
    expect(
      route(
        [128, 32, 32, 0, 253, 17, 0, 5, 0, 0, 0, 0],
        [
          [1, w => w.be32(0xef010101)],
          [2, w => w.be32(0x0a000001)],
          [3, w => w.u32(7)],
        ],
      ),
    ).toMatchObject({ family: 'inet', type: 'multicast', dst: '239.1.1.1', from: '10.0.0.1', iif: 'eth0' })
  })

  test('a route of another family costs its row, is reported, and nothing else is lost', () => {
    const mpls = message(24, [28, 20, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0], [[1, w => w.be32(0x64100)]])
    const transport = fakeTransport(() => [message(24, plain, [dst]), mpls, message(24, plain, [dst])])
    const { rows, problems } = readRoutes(transport, names)
    expect(rows).toHaveLength(2)
    expect(problems).toEqual([expect.stringContaining('address family 28')])
  })

  test('a policy rule keeps the selectors that it does not know', () => {
    const [rule] = decodeAll(
      message(
        32,
        [2, 0, 0, 0, 254, 0, 0, 1, 0, 0, 0, 0],
        [
          [6, w => w.u32(100)],
          [23, w => w.u16(0x50).u16(0x50)],
          [25, w => w.u8(46)],
          [28, w => w.u16(0xff)],
        ],
      ),
      decodeRule,
    )
    expect(rule).toEqual({
      family: 'inet',
      priority: 100,
      src: 'all',
      sport: 80,
      sport_mask: '0xff',
      table: 'main',
      unknown: [{ type: 25, hex: '2e' }],
    })
  })

  test('a forwarding entry has its VLAN, and the namespace of its device', () => {
    const [entry] = decodeAll(
      message(
        28,
        [7, 0, 0, 0, 7, 0, 0, 0, 0x40, 0, 0x02, 0],
        [
          [2, w => w.raw(Uint8Array.of(2, 0x42, 10, 0, 0, 3))],
          [5, w => w.u16(12)],
          [8, w => w.u32(9)],
          [10, w => w.u32(0)],
        ],
      ),
      one => decodeFdbEntry(one, names),
    )
    expect(entry).toEqual({
      mac: '02:42:0a:00:00:03',
      ifname: 'eth0',
      vlan: 12,
      viaIfIndex: 9,
      linkNetNsId: 0,
      flags: ['self'],
      state: 'static',
    })
  })

  test('VLANs of a port have their ranges and flags, and a device without any has no row', () => {
    const header = [7, 0, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    const info = (flags: number, vid: number) => (writer: ByteWriter) =>
      attribute(writer, 2, nest => nest.u16(flags).u16(vid))
    const list = [
      info(0x06, 1),
      info(0x08, 10),
      info(0x10, 20),
      info(0x0c, 30),
      info(0x14, 31),
      info(0, 4094),
    ]
    const spec = [26, (writer: ByteWriter) => list.forEach(add => add(writer))] as const
    const decode = (one: Message): unknown => decodeVlans(one, names)
    expect(decodeAll(message(16, header, [spec]), decode)).toEqual([
      {
        ifname: 'eth0',
        vlans: [
          { vlan: 1, flags: ['PVID', 'Egress Untagged'] },
          { vlan: 10, vlanEnd: 20, flags: [] },
          { vlan: 30, vlanEnd: 31, flags: ['Egress Untagged'] },
          { vlan: 4094 },
        ],
      },
    ])
    const mode = [26, (writer: ByteWriter) => attribute(writer, 1, nest => nest.u16(0))] as const
    expect(decodeAll(message(16, header, [mode]), decode)).toEqual([undefined])
    expect(decodeAll(message(16, header, []), decode)).toEqual([undefined])
  })

  test('an address keeps flags without a name', () => {
    const [address] = decodeAll(
      message(
        20,
        [2, 24, 0x80, 253, 7, 0, 0, 0],
        [
          [2, w => w.be32(0x0a000001)],
          [8, w => w.u32(0x11080)],
        ],
      ),
      one => decodeAddress(one, names),
    )
    expect(address).toEqual({
      ifindex: 7,
      ifname: 'eth0',
      family: 'inet',
      local: '10.0.0.1',
      prefixlen: 24,
      scope: 'link',
      ifa_flags: '11000',
    })
  })
})
