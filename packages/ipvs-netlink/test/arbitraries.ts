import fc from 'fast-check'
import { ByteReader, ipv4Text, ipv6Text } from 'netlink-codec'
import type { IpvsEntry, RealServer, RealServerEntry, Stats, VirtualService } from '../src/index.ts'

const u8 = fc.integer({ min: 0, max: 0xff })
const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(String)
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(bytes => ipv4Text(new ByteReader(bytes), 0))
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => ipv6Text(new ByteReader(bytes), 0))
const schedulerName = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'),
  minLength: 1,
  maxLength: 15,
})

export const stats: fc.Arbitrary<Stats> = fc.record({
  conns: u64,
  inPackets: u64,
  outPackets: u64,
  inBytes: u64,
  outBytes: u64,
  cps: u64,
  inPps: u64,
  outPps: u64,
  inBps: u64,
  outBps: u64,
})

const unknown = fc.uniqueArray(
  fc.record({
    type: fc.integer({ min: 40, max: 0x3fff }),
    hex: fc
      .uint8Array({ maxLength: 12 })
      .map(bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')),
  }),
  { maxLength: 3, selector: attribute => attribute.type },
)

/** Unknown attributes as the decoder gives them: by type, and absent when there are none. */
const withUnknown = unknown.map(attributes =>
  attributes.length === 0 ? {} : { unknown: attributes.sort((a, b) => a.type - b.type) },
)

const key = (family: 'inet' | 'inet6', address: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.record({ family: fc.constant(family), fwmark: u32 }),
    fc.record({
      family: fc.constant(family),
      protocol: fc.constantFrom('tcp', 'udp', 'sctp', '47' as const),
      address,
      port: u16,
    }),
  )

export const virtualService: fc.Arbitrary<VirtualService> = fc
  .tuple(
    fc.oneof(
      fc.tuple(
        key('inet', ipv4),
        ipv4.map(netmask => ({ netmask })),
      ),
      fc.tuple(
        key('inet6', ipv6),
        u32.map(prefix => ({ netmask: String(prefix) })),
      ),
    ),
    fc.record({ scheduler: schedulerName, flags: u32, timeout: u32 }),
    fc.option(schedulerName, { nil: undefined }),
    withUnknown,
  )
  .map(([[identity, mask], rest, persistenceEngine, more]) => ({
    ...identity,
    ...mask,
    ...rest,
    ...(persistenceEngine ? { persistenceEngine } : {}),
    ...more,
  }))

export const realServer: fc.Arbitrary<RealServer> = fc
  .tuple(
    fc.oneof(
      fc.record({ family: fc.constant('inet' as const), address: ipv4 }),
      fc.record({ family: fc.constant('inet6' as const), address: ipv6 }),
    ),
    fc.record({
      port: u16,
      forwarding: fc.constantFrom('masq', 'local', 'tunnel', 'droute', 'bypass', '5', '7' as const),
      weight: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      upperThreshold: u32,
      lowerThreshold: u32,
    }),
    fc.option(
      fc.record({
        type: fc.oneof(
          fc.constantFrom('ipip', 'gue', 'gre'),
          u8.filter(n => n > 2).map(n => `${n}` as const),
        ),
        port: u16,
        flags: u16,
      }),
      { nil: undefined },
    ),
    withUnknown,
  )
  .map(([where, how, tunnel, more]) => ({ ...where, ...how, ...(tunnel ? { tunnel } : {}), ...more }))

export const realServerEntry: fc.Arbitrary<RealServerEntry> = fc.record({
  realServer,
  activeConns: u32,
  inactiveConns: u32,
  persistConns: u32,
  stats,
})

export const entry: fc.Arbitrary<IpvsEntry> = fc.record({
  service: virtualService,
  stats,
  realServers: fc.uniqueArray(realServerEntry, {
    maxLength: 4,
    selector: ({ realServer: { address, port } }) => `${address} ${port}`,
  }),
})
