import fc from 'fast-check'
import {
  Attributes,
  attribute,
  ByteReader,
  ByteWriter,
  DecodeError,
  encodeGenlMessage,
  eachMessage,
  genlAttributes,
} from 'netlink-codec'
import { describe, expect, it } from 'vitest'
import * as ipvs from '../src/index.ts'
import { realServerEntry, stats, virtualService } from './arbitraries.ts'

/** An answer with these attributes. */
const answer = (payload: (w: ByteWriter) => void) =>
  encodeGenlMessage({ familyId: 32, command: 1, version: 1, flags: 0 }, payload)

/** What `write` wrote, as the attributes of the nest `type`. */
function nestOf(type: number, write: (writer: ByteWriter) => void): Attributes {
  const writer = new ByteWriter()
  write(writer)
  const bytes = writer.finish()
  const nest = new Attributes(new ByteReader(bytes), 0, bytes.length).nested(type)
  expect(nest).toBeDefined()
  return nest!
}

const bytesOf = (write: (writer: ByteWriter) => void): Uint8Array => {
  const writer = new ByteWriter()
  write(writer)
  return writer.finish()
}

describe('encode, decode, encode', () => {
  it('keeps every service and its 64-bit statistics', () => {
    fc.assert(
      fc.property(virtualService, stats, (service, total) => {
        const entry = { service, stats: total }
        const write = (w: ByteWriter) => ipvs.encodeServiceEntry(w, entry)
        const decoded = ipvs.decodeService(nestOf(ipvs.IPVS_CMD_ATTR_SERVICE, write))
        expect(decoded).toEqual(entry)
        expect(bytesOf(w => ipvs.encodeServiceEntry(w, decoded))).toEqual(bytesOf(write))
        const key = ipvs.decodeServiceKey(
          nestOf(ipvs.IPVS_CMD_ATTR_SERVICE, w => ipvs.encodeServiceKey(w, service)),
        )
        expect(ipvs.serviceId(key)).toBe(ipvs.serviceId(service))
      }),
    )
  })

  it('keeps every real server', () => {
    fc.assert(
      fc.property(realServerEntry, entry => {
        const write = (w: ByteWriter) => ipvs.encodeDestEntry(w, entry)
        // The family of the service must not matter: the real server names its own.
        const decoded = ipvs.decodeDest(nestOf(ipvs.IPVS_CMD_ATTR_DEST, write), 'inet')
        expect(decoded).toEqual(entry)
        expect(bytesOf(w => ipvs.encodeDestEntry(w, decoded))).toEqual(bytesOf(write))
      }),
    )
  })
})

describe('older kernels', () => {
  const totals = {
    conns: '1',
    inPackets: '2',
    outPackets: '3',
    inBytes: '5000000000',
    outBytes: '6000000000',
    cps: '7',
    inPps: '8',
    outPps: '9',
    inBps: '10',
    outBps: '11',
  }

  it('takes 32-bit statistics where there are no others (before 4.1)', () => {
    const nest = nestOf(ipvs.IPVS_CMD_ATTR_SERVICE, w =>
      attribute(w, ipvs.IPVS_CMD_ATTR_SERVICE, service => {
        attribute(service, ipvs.IPVS_SVC_ATTR_AF, a => a.u16(ipvs.AF_INET))
        attribute(service, ipvs.IPVS_SVC_ATTR_FWMARK, a => a.u32(256))
        attribute(service, ipvs.IPVS_SVC_ATTR_SCHED_NAME, a => a.text('rr'))
        attribute(service, ipvs.IPVS_SVC_ATTR_STATS, a => {
          for (const [index, value] of Object.values(totals).entries()) {
            const isBytes = index === 3 || index === 4
            attribute(a, index + 1, x => (isBytes ? x.u64(value) : x.u32(Number(value))))
          }
        })
      }),
    )
    expect(ipvs.decodeService(nest).stats).toEqual(totals)
  })

  it('gives a real server without a family that of its service (before 3.18)', () => {
    const nest = nestOf(ipvs.IPVS_CMD_ATTR_DEST, w =>
      attribute(w, ipvs.IPVS_CMD_ATTR_DEST, dest => {
        attribute(dest, ipvs.IPVS_DEST_ATTR_ADDR, a => a.raw(Uint8Array.from([10, 0, 0, 5])).zeros(12))
        attribute(dest, ipvs.IPVS_DEST_ATTR_PORT, a => a.be16(80))
      }),
    )
    expect(ipvs.decodeDest(nest, 'inet').realServer).toMatchObject({
      family: 'inet',
      address: '10.0.0.5',
      port: 80,
    })
    expect(ipvs.decodeDest(nest, 'inet6').realServer).toMatchObject({ family: 'inet6', address: 'a00:5::' })
  })
})

describe('bad bytes', () => {
  const decoders = [
    ipvs.decodeServiceMessage,
    (message: Parameters<typeof ipvs.decodeInfo>[0]) => ipvs.decodeDestMessage(message, 'inet6'),
    ipvs.decodeTimeouts,
    ipvs.decodeInfo,
  ]

  /** Decodes in every way; fails when anything but DecodeError comes out. */
  function decodeAnyway(bytes: Uint8Array): void {
    for (const decode of decoders) {
      try {
        eachMessage(bytes, bytes.length, message => decode(message))
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
    }
  }

  it('lets nothing but DecodeError out of random attributes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => decodeAnyway(answer(w => w.raw(bytes)))),
      { numRuns: 1000 },
    )
  })

  it('lets nothing but DecodeError out of an answer with bytes changed, or cut short', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      value: fc.nat(255),
    })
    fc.assert(
      fc.property(
        virtualService,
        realServerEntry,
        stats,
        fc.array(change, { maxLength: 6 }),
        fc.nat(600),
        (service, server, total, changes, cut) => {
          const bytes = answer(w => {
            ipvs.encodeServiceEntry(w, { service, stats: total })
            ipvs.encodeDestEntry(w, server)
          })
          for (const { at, value } of changes) bytes[20 + Math.floor(at * (bytes.length - 20))] = value
          decodeAnyway(bytes)
          decodeAnyway(bytes.subarray(0, Math.max(0, bytes.length - cut)))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('refuses a service that names neither a mark nor an address', () => {
    const bytes = answer(w =>
      attribute(w, ipvs.IPVS_CMD_ATTR_SERVICE, nest =>
        attribute(nest, ipvs.IPVS_SVC_ATTR_AF, a => a.u16(ipvs.AF_INET)),
      ),
    )
    eachMessage(bytes, bytes.length, message => {
      expect(genlAttributes(message).has(ipvs.IPVS_CMD_ATTR_SERVICE)).toBe(true)
      expect(() => ipvs.decodeServiceMessage(message)).toThrow(DecodeError)
    })
  })
})
