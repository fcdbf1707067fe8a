import { parseSave } from 'node-iptables'
import { describe, expect, test } from 'vitest'
import { matchBpf } from '../../src/lb/netfilter/bpf.ts'
import type { Packet } from '../../src/lb/packet.ts'

/**
 * The rule of an encrypted overlay as Docker 26.1.5 writes it (Debian trixie in the guest, Linux 7.3.4, iptables-nft 1.8.11:
 * `iptables-save -t mangle`, 2026-11-29): `ld poff; tax; ld [x+4]; rsh #8; jeq #4098`, which is a VNI.
 */
const rule =
  '-A OUTPUT -p udp -m udp --dport 4789 -m bpf --bytecode "7,32 0 0 4294963252,7 0 0 0,64 0 0 4,116 0 0 8,21 1 0 4098,6 0 0 0,6 0 0 4294967295" -j MARK --set-xmark 0xd0c4e3/0xffffffff'

function program(): Parameters<typeof matchBpf>[0] {
  const [table] = parseSave(`*mangle\n:OUTPUT ACCEPT [0:0]\n${rule}\nCOMMIT\n`, 'ip')
  const match = table!.rules[0]!.matches.find(({ name }) => name === 'bpf')
  return match as Parameters<typeof matchBpf>[0]
}

/** What a vxlan makes of a frame; of the frame only its place is asked. */
function wrapped(vni: number, more: Partial<Packet> = {}): Packet {
  const plain: Packet = {
    family: 'inet',
    protocol: 17,
    source: '192.168.77.1',
    destination: '192.168.77.2',
    sourcePort: undefined,
    destinationPort: 4789,
    icmpType: null,
    icmpCode: null,
    tcpFlags: null,
    ttl: 64,
    tos: 0,
    length: 110,
    isFragment: false,
    mark: 0,
    inDevice: null,
    outDevice: 'eth0',
    physIn: null,
    physOut: null,
    rerouted: null,
    sourceMac: null,
    packetType: 'unicast',
    connection: null,
    connectionInfo: 'new',
    ipvs: null,
    inner: null,
    ...more,
  } as Packet
  const frame = { sourceMac: undefined, destinationMac: undefined, tag: null, packet: plain }
  return { ...plain, inner: { kind: 'vxlan', vni, frame } }
}

describe('-m bpf', () => {
  test('looks for the VNI behind the UDP header', () => {
    expect(matchBpf(program(), wrapped(4098))).toBe(true)
    expect(matchBpf(program(), wrapped(4097))).toBe(false)
  })

  test('is not known where the payload begins somewhere else', () => {
    expect(matchBpf(program(), wrapped(4098, { protocol: 6 }))).toBeUndefined()
    expect(matchBpf(program(), wrapped(4098, { isFragment: undefined }))).toBeUndefined()
  })
})
