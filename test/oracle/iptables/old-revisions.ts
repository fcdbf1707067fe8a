import type { ByteWriter } from 'netlink-codec'
import type { Family } from 'node-iptables'

/** A struct of a revision that today's iptables no longer writes, and the words for it. */
export type OldRevision = {
  readonly family: Family
  readonly table: string
  readonly chain: string
  readonly protocol?: string
  readonly kind: '-m' | '-j'
  readonly name: string
  readonly revision: number
  readonly write: (writer: ByteWriter) => ByteWriter
  /** What iptables-save prints behind `-m` or `-j`. */
  readonly text: string
}

const name = (writer: ByteWriter, text: string, size: number): ByteWriter =>
  writer.text(text).zeros(size - text.length - 1)
const v4 = (writer: ByteWriter, ...bytes: readonly number[]): ByteWriter => writer.raw(Uint8Array.from(bytes))
const inet4 = (writer: ByteWriter, ...bytes: readonly number[]): ByteWriter => v4(writer, ...bytes).zeros(12)

/** xt_conntrack_mtinfo1 and 2 up to the state mask: states, original source 10.0.0.0/8, reply source port 80. */
function conntrackHead(writer: ByteWriter): ByteWriter {
  inet4(inet4(writer, 10, 0, 0, 0), 255, 0, 0, 0).zeros(96)
  writer.u32(0).u32(0).u16(0).be16(0).be16(0).be16(80).be16(0)
  return writer.u16(0x1 | 0x4 | 0x400 | 0x40).u16(0x4)
}

const range = (writer: ByteWriter): ByteWriter =>
  inet4(inet4(writer.u32(0x1 | 0x2), 10, 0, 0, 1), 10, 0, 0, 9)
    .be16(80)
    .be16(90)

const filter = { family: 'ip', table: 'filter', chain: 'INPUT', kind: '-m' } as const
const nat = { family: 'ip', table: 'nat', protocol: 'tcp', kind: '-j' } as const
const mangle = { family: 'ip', table: 'mangle', chain: 'PREROUTING', kind: '-j' } as const

export const oldRevisions: readonly OldRevision[] = [
  {
    ...filter,
    name: 'conntrack',
    revision: 1,
    write: w => conntrackHead(w).u8(0x0e).u8(0x5),
    text: 'conntrack --ctstate NEW,RELATED,ESTABLISHED ! --ctorigsrc 10.0.0.0/8 --ctreplsrcport 80 --ctstatus EXPECTED,ASSURED',
  },
  {
    ...filter,
    name: 'conntrack',
    revision: 2,
    write: w => conntrackHead(w).u16(0x10e).u16(0x8).zeros(2),
    text: 'conntrack --ctstate NEW,RELATED,ESTABLISHED,UNTRACKED ! --ctorigsrc 10.0.0.0/8 --ctreplsrcport 80 --ctstatus CONFIRMED',
  },
  {
    ...filter,
    name: 'state',
    revision: 0,
    write: w => w.u32(0x46),
    text: 'state --state RELATED,ESTABLISHED,UNTRACKED',
  },
  {
    ...filter,
    name: 'addrtype',
    revision: 0,
    write: w => w.u16(0x4).u16(0x2).u32(0).u32(1),
    text: 'addrtype --src-type LOCAL ! --dst-type UNICAST',
  },
  {
    ...filter,
    name: 'bpf',
    revision: 0,
    write: w =>
      w
        .u16(1)
        .zeros(2)
        .u16(6)
        .u8(0)
        .u8(0)
        .u32(1)
        .zeros(63 * 8 + 4)
        .align(8)
        .zeros(8),
    text: 'bpf --bytecode "1,6 0 0 1"',
  },
  { ...filter, name: 'cgroup', revision: 0, write: w => w.u32(5).u32(1), text: 'cgroup ! --cgroup 5' },
  {
    ...filter,
    name: 'cgroup',
    revision: 1,
    write: w => name(w.u8(1).u8(0).u8(1).u8(0), '/', 4096).zeros(12),
    text: 'cgroup ! --path "/"',
  },
  {
    ...filter,
    name: 'hashlimit',
    revision: 1,
    // mode srcip, 5/sec, burst 7; size, max, gc, expire; masks 24 and 32.
    write: w =>
      name(w, 'old1', 16).u32(4).u32(2000).u32(7).u32(0).u32(0).u32(1000).u32(1000).u8(24).u8(32).zeros(10),
    text: 'hashlimit --hashlimit-upto 5/sec --hashlimit-burst 7 --hashlimit-mode srcip --hashlimit-name old1 --hashlimit-srcmask 24',
  },
  {
    ...filter,
    name: 'hashlimit',
    revision: 2,
    write: w =>
      name(w, 'old2', 255)
        .zeros(1)
        .u64('200000')
        .u64('7')
        .u32(0x11)
        .u32(0)
        .u32(0)
        .u32(1000)
        .u32(1000)
        .u8(32)
        .u8(32)
        .zeros(10),
    text: 'hashlimit --hashlimit-above 5/sec --hashlimit-burst 7 --hashlimit-mode dstip --hashlimit-name old2',
  },
  {
    ...filter,
    name: 'recent',
    revision: 0,
    write: w => name(w.u32(60).u32(4).u8(1).u8(1), 'oldrecent', 200).u8(1).zeros(1),
    text: 'recent ! --rcheck --seconds 60 --hitcount 4 --name oldrecent --mask 255.255.255.255 --rdest',
  },
  { ...mangle, kind: '-m', name: 'socket', revision: 0, write: w => w, text: 'socket' },
  { ...mangle, kind: '-m', name: 'socket', revision: 1, write: w => w.u8(1), text: 'socket --transparent' },
  { ...mangle, kind: '-m', name: 'socket', revision: 2, write: w => w.u8(2), text: 'socket --nowildcard' },
  {
    ...nat,
    chain: 'PREROUTING',
    name: 'DNAT',
    revision: 0,
    write: w =>
      v4(v4(w.u32(1).u32(0x1 | 0x2), 10, 0, 0, 1), 10, 0, 0, 9)
        .be16(80)
        .be16(90),
    text: 'DNAT --to-destination 10.0.0.1-10.0.0.9:80-90',
  },
  {
    ...nat,
    chain: 'PREROUTING',
    name: 'DNAT',
    revision: 1,
    write: range,
    text: 'DNAT --to-destination 10.0.0.1-10.0.0.9:80-90',
  },
  {
    ...nat,
    chain: 'POSTROUTING',
    name: 'SNAT',
    revision: 1,
    write: range,
    text: 'SNAT --to-source 10.0.0.1-10.0.0.9:80-90',
  },
  {
    ...nat,
    chain: 'POSTROUTING',
    name: 'SNAT',
    revision: 2,
    write: w => range(w).zeros(4),
    text: 'SNAT --to-source 10.0.0.1-10.0.0.9:80-90',
  },
  {
    ...mangle,
    name: 'CONNMARK',
    revision: 1,
    write: w => w.u32(0).u32(0xff).u32(0xf).u8(2).zeros(3),
    text: 'CONNMARK --restore-mark --nfmask 0xf --ctmask 0xff',
  },
  {
    ...mangle,
    table: 'raw',
    name: 'CT',
    revision: 0,
    write: w => w.u16(0).u16(7).u32(1).u32(0).zeros(16).zeros(12),
    text: 'CT --ctevents new --zone 7',
  },
  {
    ...mangle,
    table: 'raw',
    name: 'CT',
    revision: 1,
    write: w => w.u16(1).u16(0).u32(0).u32(0).zeros(48).zeros(12),
    text: 'CT --notrack',
  },
  { ...mangle, table: 'raw', name: 'NOTRACK', revision: 0, write: w => w, text: 'NOTRACK' },
  { ...mangle, name: 'NFQUEUE', revision: 0, write: w => w.u16(5), text: 'NFQUEUE --queue-num 5' },
  {
    ...mangle,
    name: 'NFQUEUE',
    revision: 1,
    write: w => w.u16(5).u16(3),
    text: 'NFQUEUE --queue-balance 5:7',
  },
  {
    ...mangle,
    name: 'NFQUEUE',
    revision: 2,
    write: w => w.u16(5).u16(1).u16(1),
    text: 'NFQUEUE --queue-num 5 --queue-bypass',
  },
  {
    ...mangle,
    name: 'TPROXY',
    revision: 0,
    protocol: 'tcp',
    write: w => v4(w.u32(0xff).u32(0x1), 127, 0, 0, 1).be16(50080).zeros(2),
    text: 'TPROXY --on-port 50080 --on-ip 127.0.0.1 --tproxy-mark 0x1/0xff',
  },
  {
    ...filter,
    name: 'set',
    revision: 0,
    write: w =>
      w
        .u16(1)
        .zeros(2)
        .u32(0x1 | 0x4)
        .u32(0x2)
        .zeros(20),
    text: 'set ! --match-set pairs src,dst',
  },
  {
    ...filter,
    name: 'set',
    revision: 1,
    write: w =>
      w
        .u16(1)
        .u8(2)
        .u8(0x1 | 0x4),
    text: 'set ! --match-set pairs dst,src',
  },
  {
    ...filter,
    name: 'set',
    revision: 2,
    write: w => w.u16(1).u8(2).u8(0x82),
    text: 'set --match-set pairs src,dst --return-nomatch',
  },
  {
    ...filter,
    name: 'set',
    revision: 3,
    write: w => w.u16(0).u8(1).u8(0x2).zeros(4).u8(3).zeros(7).u64('99').zeros(16).u32(0x8).zeros(4),
    text: 'set --match-set single src ! --update-counters --packets-lt 99',
  },
  {
    ...filter,
    kind: '-j',
    name: 'SET',
    revision: 0,
    write: w => w.u16(0).zeros(2).u32(0x1).zeros(24).u16(0xffff).zeros(30),
    text: 'SET --add-set single src',
  },
  {
    ...filter,
    kind: '-j',
    name: 'SET',
    revision: 1,
    write: w => w.u16(0xffff).u8(0).u8(0).u16(1).u8(2).u8(0x6),
    text: 'SET --del-set pairs src,src',
  },
  {
    ...filter,
    kind: '-j',
    name: 'SET',
    revision: 2,
    write: w => w.u16(0).u8(1).u8(0).u16(0xffff).u8(0).u8(0).u32(1).u32(60),
    text: 'SET --add-set single dst --exist --timeout 60',
  },
]
