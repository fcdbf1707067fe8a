import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { createAddressMap } from '../../src/snapshot/redact/addresses.ts'
import { createIdMap } from '../../src/snapshot/redact/ids.ts'
import { createSecret } from '../../src/snapshot/redact/secret.ts'
import { formatIp, parseIp } from '../../src/util/ip.ts'

const secret = createSecret(Buffer.from('a key that only this test knows of'))
const addresses = createAddressMap(secret)
const id = createIdMap(secret)

const ipv4 = fc.tuple(...[0, 1, 2, 3].map(() => fc.nat(255))).map(bytes => bytes.join('.'))
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => formatIp([...bytes]))
const bits = (address: string): string =>
  parseIp(address)!
    .map(byte => byte.toString(2).padStart(8, '0'))
    .join('')

function common(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}

describe('addresses', () => {
  it('share as many first bits after as before', () => {
    fc.assert(
      fc.property(ipv4, ipv4, fc.nat(31), (one, other, keep) => {
        // Two random ones share hardly anything: the second begins as the first.
        const near = [...bits(one).slice(0, keep), ...bits(other).slice(keep)].join('')
        const close = [0, 8, 16, 24].map(at => Number.parseInt(near.slice(at, at + 8), 2)).join('.')
        const [mapped, mappedClose] = [addresses.ip(one)!, addresses.ip(close)!]
        expect(common(bits(mapped), bits(mappedClose))).toBe(common(bits(one), bits(close)))
      }),
    )
  })

  it('stay of their sort', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), address => {
        const sort = (text: string): string => ipaddr.parse(text).range()
        const told = new Set([
          'private',
          'loopback',
          'multicast',
          'linkLocal',
          'uniqueLocal',
          'carrierGradeNat',
          'ipv4Mapped',
        ])
        const [before, after] = [sort(address), sort(addresses.ip(address)!)]
        if (told.has(before) || told.has(after)) expect(after).toBe(before)
      }),
    )
  })

  it.each([
    '0.0.0.0',
    '127.0.0.1',
    '127.0.0.11',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'ff02::1',
  ])('%s means the same everywhere and stays', address => {
    expect(addresses.ip(address)).toBe(address)
  })

  it.each(['10.0.1.0', '10.0.1.1', '10.0.1.255', '192.168.7.1', 'fd00:1::1'])(
    '%s is mapped and ends as before',
    address => {
      const mapped = addresses.ip(address)!
      expect(mapped).not.toBe(address)
      expect(parseIp(mapped)!.at(-1)).toBe(parseIp(address)!.at(-1))
    },
  )

  it('of a network lose its host bits, and only then', () => {
    expect(addresses.network('10.20.0.0', 16)).toMatch(/^10\.\d+\.0\.0$/)
    expect(addresses.network('10.20.0.0', '255.255.0.0')).toBe(addresses.network('10.20.0.0', 16))
    expect(addresses.network('10.20.30.40', 16)).toBe(addresses.ip('10.20.30.40'))
    expect(addresses.network('0.0.0.0', 0)).toBe('0.0.0.0')
  })

  it('of interfaces keep to their MAC (EUI-64)', () => {
    const mac = addresses.mac('02:42:0a:00:01:05')!
    const bytes = mac.split(':').map(byte => Number.parseInt(byte, 16))
    const own = [
      0xfe,
      0x80,
      0,
      0,
      0,
      0,
      0,
      0,
      bytes[0]! ^ 2,
      bytes[1]!,
      bytes[2]!,
      0xff,
      0xfe,
      ...bytes.slice(3),
    ]
    expect(addresses.ip('fe80::42:aff:fe00:105')).toBe(formatIp(own))
  })
})

describe('MACs', () => {
  it('of Docker hold the mapped address', () => {
    fc.assert(
      fc.property(ipv4, address => {
        const macOf = (text: string): string =>
          ['02', '42', ...text.split('.').map(byte => Number(byte).toString(16).padStart(2, '0'))].join(':')
        expect(addresses.mac(macOf(address))).toBe(macOf(addresses.ip(address)!))
      }),
    )
  })

  it('stay different, and of their sort', () => {
    const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(bytes => [...bytes])
    fc.assert(
      fc.property(fc.uniqueArray(mac, { selector: bytes => bytes.join(), minLength: 2 }), macs => {
        // Near Docker's scheme two of them could meet.
        const all = [
          ...macs,
          ...macs.flatMap(bytes => [0x41, 0x42, 0x43].map(second => [2, second, ...bytes.slice(2)])),
        ]
        const distinct = new Map(all.map(bytes => [bytes.join(), bytes]))
        const mapped = [...distinct.values()].map(bytes => addresses.macBytes(bytes))
        expect(new Set(mapped.map(bytes => bytes.join())).size).toBe(distinct.size)
        for (const [index, bytes] of [...distinct.values()].entries())
          expect(mapped[index]![0]).toBe(bytes[0])
      }),
    )
  })

  it.each(['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '33:33:00:00:00:01'])(
    '%s stays',
    mac => {
      expect(addresses.mac(mac)).toBe(mac)
    },
  )
})

describe('ids', () => {
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 12, maxLength: 64 })
  const swarm = fc.string({
    unit: fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyz'),
    minLength: 25,
    maxLength: 25,
  })

  it('keep length and alphabet, and their beginnings are beginnings', () => {
    fc.assert(
      fc.property(fc.oneof(hex, swarm), fc.nat(12), (text, length) => {
        const mapped = id(text)
        expect(mapped).toHaveLength(text.length)
        expect(mapped.replaceAll(/[0-9a-f]/g, 'h').replaceAll(/[g-z]/g, 'z')).toBe(
          text.replaceAll(/[0-9a-f]/g, 'h').replaceAll(/[g-z]/g, 'z'),
        )
        expect(mapped.slice(0, length)).toBe(id(text.slice(0, length)))
      }),
    )
  })

  it('stay different', () => {
    fc.assert(
      fc.property(hex, hex, (one, other) => {
        expect(id(one) === id(other)).toBe(one === other)
      }),
    )
  })
})

describe('formatIp', () => {
  it('gives what parseIp reads', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), address => {
        expect(formatIp(parseIp(address)!)).toBe(address)
      }),
    )
    expect(formatIp(parseIp('::10.1.2.3')!)).toBe('::10.1.2.3')
    expect(formatIp(parseIp('::ffff:10.1.2.3')!)).toBe('::ffff:10.1.2.3')
  })

  it.each(['', 'eth0', '10.0.0', '10.0.0.256', '10.0.0.1/8', 'fe80::1%eth0', ':::', 'dead'])(
    '%s is no address',
    text => {
      expect(parseIp(text)).toBeUndefined()
    },
  )
})
