import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import {
  attribute,
  type ByteWriter,
  DecodeError,
  eachMessage,
  encodeMessage,
  NLM_F_ACK,
  NLM_F_REQUEST,
  type Transport,
} from 'netlink-codec'
import { parseHexDump, replayTransport } from 'netlink-codec/testing'
import { describe, expect, it } from 'vitest'
import { readLinks } from '../../src/collectors/kernel/rtnl/link.ts'
import { linkSchema } from '../../src/snapshot/schema/link.ts'
import { capturedDifferences } from '../oracle/compare-links.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, parseIpJson } from '../support/netns.ts'

const RTM_NEWLINK = 16
const IFLA_IFNAME = 3
const IFLA_LINKINFO = 18
const IFLA_INFO_KIND = 1
const directory = new URL('../../fixtures/links/', import.meta.url)
const captures = readdirSync(directory)
  .filter(file => file.endsWith('.hex'))
  .map(file => ({
    file,
    bytes: parseHexDump(readFileSync(new URL(file, directory), 'utf8')).bytes,
    printed: readFileSync(new URL(file.replace(/hex$/, 'json'), directory)),
  }))

/** Answers every question with these bytes. */
function answering(bytes: Uint8Array): Transport {
  return {
    exchange(_op, _request, onMessage) {
      eachMessage(bytes, bytes.length, onMessage)
      return { interrupted: false }
    },
  }
}

/** One message of each kind and kind of port that the captures hold, as bytes of its own. */
const messages = [
  ...new Map(
    captures.flatMap(({ bytes }) => {
      const found: [string, Uint8Array][] = []
      eachMessage(bytes, bytes.length, ({ type, start, end }) => {
        if (type !== RTM_NEWLINK) return
        const message = bytes.slice(start - 16, end)
        const info = readLinks(answering(message)).rows[0]?.linkinfo
        found.push([`${info?.info_kind} ${info?.info_slave_kind}`, message])
      })
      return found
    }),
  ).values(),
]

function withLength(message: Uint8Array, length: number): Uint8Array {
  const cut = message.slice(0, length)
  new DataView(cut.buffer).setUint32(0, length, true)
  return cut
}

describe('links of captures', () => {
  it.each(captures)('are those that ip printed: $file', ({ bytes, printed }) => {
    const { rows, problems } = readLinks(replayTransport(bytes))
    expect(problems).toEqual([])
    expect(rows.length).toBeGreaterThan(10)
    expect(capturedDifferences(rows, parseIpJson(printed))).toEqual([])
  })

  it.each(captures)('are rows of the schema, without any undefined: $file', ({ bytes }) => {
    for (const row of readLinks(replayTransport(bytes)).rows) {
      expect(linkSchema.parse(row)).toStrictEqual(JSON.parse(JSON.stringify(row)))
      expect(row).toStrictEqual(JSON.parse(JSON.stringify(row)))
    }
  })
})

describe('bad bytes', () => {
  it('in a message that ends early cost its row and are reported', () => {
    for (const message of messages) {
      for (let length = 16; length < message.length; length++) {
        const { rows, problems } = readLinks(answering(withLength(message, length)))
        expect(rows.length + problems.length).toBe(1)
      }
    }
  })

  it('anywhere behind the header give a row or a problem', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255))
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        (message, changes) => {
          const bytes = message.slice()
          for (const [at, value] of changes) bytes[16 + (at % (bytes.length - 16))] = value
          const { rows, problems } = readLinks(answering(bytes))
          expect(rows.length + problems.length).toBe(1)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('in place of a whole message give a row or a problem, and a datagram of them nothing but DecodeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), payload => {
        const message = encodeMessage({ type: RTM_NEWLINK, flags: 0 }, writer => writer.raw(payload))
        const { rows, problems } = readLinks(answering(withLength(message, 16 + payload.length)))
        expect(rows.length + problems.length).toBe(1)
        try {
          readLinks(answering(payload))
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
    )
  })
})

describe('attributes without a decoder', () => {
  function link(info: (writer: ByteWriter) => void): Uint8Array {
    return encodeMessage({ type: RTM_NEWLINK, flags: 0 }, writer => {
      writer.zeros(16)
      attribute(writer, IFLA_IFNAME, name => name.text('x'))
      attribute(writer, 4, mtu => mtu.u32(1500))
      attribute(writer, IFLA_LINKINFO, info)
    })
  }

  it('are kept with their number and bytes, of a known kind and of an unknown one', () => {
    const data = (kind: string) => (writer: ByteWriter) => {
      attribute(writer, IFLA_INFO_KIND, text => text.text(kind))
      attribute(writer, 2, nest => {
        attribute(nest, 1, value => value.u32(7))
        attribute(nest, 99, value => value.u16(0xbeef))
      })
    }
    const unknown = { type: 99, hex: 'efbe' }
    expect(readLinks(answering(link(data('vrf')))).rows[0]?.linkinfo).toEqual({
      info_kind: 'vrf',
      info_data: { table: 7, unknown: [unknown] },
    })
    expect(readLinks(answering(link(data('of-tomorrow')))).rows[0]?.linkinfo).toEqual({
      info_kind: 'of-tomorrow',
      info_data: { unknown: [{ type: 1, hex: '07000000' }, unknown] },
    })
  })
})

describe('names of any bytes', needs('root', 'program:ip'), () => {
  it('are read as ip reads them: escapes as they are, what is no UTF-8 as U+FFFD', () => {
    // The kernel takes 0xa0 for a blank (isspace of ctype.c), and blanks it refuses.
    const names = ['\u001b[31mred', '\u0001\u0007\u007f', 'ä\u202eb', '\u009b2J'].map(name =>
      Buffer.from(name),
    )
    names.push(Buffer.from([0xff, 0xfe, 0x41]), Buffer.from([0xc3]), Buffer.from([0xed, 0xb0, 0x80, 0x78]))
    const netns = makeNetns('names')
    try {
      const transport = netns.netlink()
      for (const name of names) transport.exchange('make a link', newLink(name), () => {})
      const { rows, problems } = readLinks(transport)
      expect(problems).toEqual([])
      const theirs = parseIpJson(netns.ip('-j', 'link')) as { ifname: string }[]
      expect(rows.map(({ ifname }) => ifname)).toEqual(theirs.map(({ ifname }) => ifname))
      const decoder = new TextDecoder()
      const named = rows.map(({ ifname }) => ifname).filter(name => !/^(lo|veth\d+)$/.test(name))
      expect(named.toSorted()).toEqual(names.map(name => decoder.decode(name)).toSorted())
    } finally {
      netns.remove()
    }
  })

  /** RTM_NEWLINK for a veth, whose name no command line could carry. */
  function newLink(name: Uint8Array): Uint8Array {
    const flags = NLM_F_REQUEST | NLM_F_ACK | 0x400 | 0x200 // NLM_F_CREATE, NLM_F_EXCL
    return encodeMessage({ type: RTM_NEWLINK, flags }, writer => {
      writer.zeros(16)
      attribute(writer, IFLA_IFNAME, text => text.raw(name).u8(0))
      attribute(writer, IFLA_LINKINFO, info => attribute(info, IFLA_INFO_KIND, kind => kind.text('veth')))
    })
  }
})

describe('counters', () => {
  const RTM_GETLINK_HEADER = 16 + 16
  const IFLA_STATS64 = 23

  /** A kernel that takes "without IPv6 counters" for "without counters", as Linux 7.3 does (synthetic). */
  function forgetfulKernel(requests: number[]): Transport {
    return {
      exchange(op, request, onMessage) {
        requests.push(request.length)
        const hasMask = request.length > RTM_GETLINK_HEADER
        const answer = encodeMessage({ type: RTM_NEWLINK, flags: 0 }, writer => {
          attribute(writer.zeros(16), IFLA_IFNAME, name => name.text('lo'))
          attribute(writer, 4, mtu => mtu.u32(65_536))
          if (!hasMask) attribute(writer, IFLA_STATS64, stats => stats.zeros(23 * 8))
        })
        return answering(answer).exchange(op, request, onMessage)
      },
    }
  }

  it('are asked for again where the kernel left them out, and from then on at once', () => {
    const requests: number[] = []
    const transport = forgetfulKernel(requests)
    expect(readLinks(transport).rows[0]?.stats64?.rx.bytes).toBe('0')
    expect(readLinks(transport).rows[0]?.stats64?.rx.bytes).toBe('0')
    expect(requests).toEqual([40, 32, 32])
  })
})
