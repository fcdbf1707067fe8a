import fc from 'fast-check'
import { NetlinkError } from 'netlink-codec'
import { describe, expect, it } from 'vitest'
import { createIpvsClient, type IpvsEntry, IPVS_CMD_GET_DEST, serviceId } from '../src/index.ts'
import { serveIpvs } from '../src/testing/index.ts'
import { entry } from './arbitraries.ts'

const tables = fc.uniqueArray(entry, { maxLength: 6, selector: ({ service }) => serviceId(service) })
const familyId = 32

const service = (fwmark: number): IpvsEntry => {
  const stats = { conns: '0', inPackets: '0', outPackets: '0', inBytes: '0', outBytes: '0' }
  const rates = { cps: '0', inPps: '0', outPps: '0', inBps: '0', outBps: '0' }
  return {
    service: { family: 'inet', fwmark, scheduler: 'rr', flags: 2, timeout: 0, netmask: '255.255.255.255' },
    stats: { ...stats, ...rates },
    realServers: [],
  }
}

describe('readAll', () => {
  it('reads back any tables whole', () => {
    fc.assert(
      fc.property(tables, entries => {
        const client = createIpvsClient({ transport: serveIpvs(() => ({ entries })), familyId })
        expect(client.readAll()).toEqual({ rows: entries, interrupted: false, problems: [] })
      }),
    )
  })

  it('asks an empty kernel once', () => {
    const commands: number[] = []
    const transport = serveIpvs(() => ({ entries: [] }), { onRequest: command => commands.push(command) })
    expect(createIpvsClient({ transport, familyId }).readAll().rows).toEqual([])
    expect(commands).toHaveLength(1)
  })

  it('leaves out a service that goes away while it is read, and says that the tables changed', () => {
    let entries = [service(256), service(257), service(258)]
    const transport = serveIpvs(() => ({ entries }), {
      onRequest: command => {
        if (command === IPVS_CMD_GET_DEST) entries = [service(256), service(258)]
      },
    })
    const listing = createIpvsClient({ transport, familyId }).readAll()
    expect(listing.rows.map(row => row.service.fwmark)).toEqual([256, 258])
    expect(listing.interrupted).toBe(true)
  })

  it('says that the tables changed when a service is added while they are read', () => {
    let entries = [service(256)]
    const transport = serveIpvs(() => ({ entries }), {
      onRequest: command => {
        if (command === IPVS_CMD_GET_DEST) entries = [service(256), service(257)]
      },
    })
    const listing = createIpvsClient({ transport, familyId }).readAll()
    expect(listing.rows.map(row => row.service.fwmark)).toEqual([256])
    expect(listing.interrupted).toBe(true)
  })

  it('keeps one of a service that a moving dump tells twice', () => {
    const transport = serveIpvs(() => ({ entries: [service(256), service(257), service(256)] }))
    const listing = createIpvsClient({ transport, familyId }).readAll()
    expect(listing.rows.map(row => row.service.fwmark)).toEqual([256, 257])
  })
})

describe('the rest of the client', () => {
  const timeouts = { tcp: 1, tcpFin: 2, udp: 3 }
  const info = { version: '1.2.1', connectionTableSize: 8192 }
  const client = createIpvsClient({ transport: serveIpvs(() => ({ entries: [], timeouts, info })), familyId })

  it('gets timeouts and version', () => {
    expect(client.timeouts()).toEqual(timeouts)
    expect(client.info()).toEqual(info)
  })

  it('gives an empty list for a service that does not exist, as the kernel does', () => {
    expect(client.listDestinations({ family: 'inet', fwmark: 4711 }).rows).toEqual([])
  })

  it('throws NetlinkError when the kernel refuses', () => {
    const stranger = createIpvsClient({ transport: serveIpvs(() => ({ entries: [] })), familyId: 33 })
    expect(() => stranger.readAll()).toThrow(NetlinkError)
    expect(() => stranger.timeouts()).toThrow('get IPVS timeouts: EINVAL')
  })
})
