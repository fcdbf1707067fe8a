import { readFileSync } from 'node:fs'
import { serveIpvs } from 'ipvs-netlink/testing'
import { parseHexDump, replayTransport } from 'netlink-codec/testing'
import { describe, expect, it } from 'vitest'
import { readIpvs } from '../../src/collectors/kernel/ipvs.ts'
import { ipvsSchema } from '../../src/snapshot/schema/ipvs.ts'

/** Tables of a real kernel, and what ipvsadm printed of them. */
function capture(name: string) {
  const file = (suffix: string) =>
    readFileSync(new URL(`../../packages/ipvs-netlink/fixtures/${name}.${suffix}`, import.meta.url), 'utf8')
  const { bytes } = parseHexDump(file('hex'))
  return {
    transport: replayTransport(bytes),
    familyId: bytes[4]! | (bytes[5]! << 8),
    saved: (/^\$ ipvsadm -Sn\n([^$]*)/m.exec(file('txt'))?.[1] ?? '').split('\n').filter(Boolean),
  }
}

describe.each(['options-6.1', 'options-7.3', 'traffic-6.1', 'traffic-7.3'])('the tables of %s', name => {
  const { transport, familyId, saved } = capture(name)
  const { value, interrupted, problems } = readIpvs(transport, familyId)

  it('carry the text of ipvsadm -Sn', () => {
    const lines = value.services.flatMap(service => [
      service.text,
      ...service.realServers.map(server => server.text),
    ])
    expect(saved.length).toBeGreaterThan(5)
    expect(lines.sort()).toEqual(saved.sort())
    expect([interrupted, problems]).toEqual([false, []])
  })

  it('are as the schema has them', () => {
    expect(ipvsSchema.parse(structuredClone(value))).toEqual(value)
    expect(value.timeouts).toBeDefined()
  })

  it('say in fields what the text says', () => {
    for (const service of value.services) {
      const { text } = service
      if (service.fwmark === undefined) {
        const address = service.family === 'inet6' ? `[${service.address}]` : service.address
        const option = { tcp: '-t', udp: '-u', sctp: '--sctp-service' }[service.protocol!]
        expect(text).toContain(`${option} ${address}:${service.port}`)
      } else expect(text).toContain(`-f ${service.fwmark | 0}`)
      expect(text).toContain(`-s ${service.scheduler}`)
      expect(/ -p (\d+)/.exec(text)?.[1]).toBe(service.persistence?.toString())
      expect(/ -o\b/.test(text)).toBe(service.flags.includes('ops'))
      const words = service.flags.filter(flag => flag !== 'ops')
      expect(/ -b (\S+)/.exec(text)?.[1] ?? '').toBe(words.join(','))
      for (const server of service.realServers) {
        expect(server.text).toContain(` -w ${server.weight}`)
        expect(server.text).toContain({ masq: ' -m ', droute: ' -g ', tunnel: ' -i ' }[server.forwarding])
        expect(/--tun-type (\S+)/.exec(server.text)?.[1]).toBe(server.tunnel?.type)
        expect(/--tun-port (\d+)/.exec(server.text)?.[1]).toBe(server.tunnel?.port?.toString())
      }
    }
  })
})

it('asks a namespace without services one question', () => {
  let questions = 0
  const transport = serveIpvs(() => ({ entries: [] }), { onRequest: () => questions++ })
  expect(readIpvs(transport, 32).value).toEqual({ services: [] })
  expect(questions).toBe(1)
})
