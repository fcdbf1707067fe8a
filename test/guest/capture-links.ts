/**
 * Writes what the kernel answers to our question for links, and what `ip` prints of the same links, as fixtures: one
 * random link of every kind that this kernel has. Needs root and iproute2; everything happens in namespaces of its own.
 *
 *     node test/guest/capture-links.ts DIR [SEED]
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { eachAttribute, eachMessage, type Message, NLM_F_REQUEST, NLMSG_HDRLEN } from 'netlink-codec'
import { recordingTransport } from 'netlink-codec/testing'
import { readLinks } from '../../src/collectors/kernel/rtnl/link.ts'
import { capturedDifferences } from '../oracle/compare-links.ts'
import { supportedKinds } from '../oracle/generate-kinds.ts'
import { randomLinks } from '../oracle/generate-links.ts'
import { seededRandom } from '../oracle/random.ts'
import { makeNetns, parseIpJson, type TestNetns } from '../support/netns.ts'

const IFINFOMSG_LENGTH = 16
const IFLA_LINKINFO = 18

/** One attribute a line, those of IFLA_LINKINFO indented below it. */
function annotate(bytes: Uint8Array): string {
  const lines: string[] = []
  eachMessage(bytes, bytes.length, message => {
    const side = (message.flags & NLM_F_REQUEST) !== 0 ? 'request' : 'answer'
    lines.push(`${hex(message, message.start - NLMSG_HDRLEN, NLMSG_HDRLEN)} # nlmsghdr, ${side}`)
    lines.push(`${hex(message, message.start, IFINFOMSG_LENGTH)} # ifinfomsg`)
    attributes(message, message.start + IFINFOMSG_LENGTH, message.end, 'IFLA', lines)
  })
  return `${lines.join('\n')}\n`
}

function attributes(message: Message, start: number, end: number, family: string, lines: string[]): void {
  const indent = family === 'IFLA' ? '  ' : '    '
  eachAttribute(message.reader, start, end, (type, at, length) => {
    const isNest = family === 'IFLA' && type === IFLA_LINKINFO
    const padded = Math.min((length + 3) & ~3, end - at)
    lines.push(`${indent}${hex(message, at - 4, isNest ? 4 : padded + 4)} # ${family} ${type}`)
    if (isNest) attributes(message, at, at + length, 'IFLA_INFO', lines)
  })
}

function hex(message: Message, at: number, length: number): string {
  return (message.reader.hex(at, length).match(/.{1,8}/g) ?? []).join(' ')
}

/** Reads ours and theirs until no counter moved in between. */
function quietReading(netns: TestNetns): { recording: Uint8Array[]; printed: Buffer; count: number } {
  const socket = netns.netlink()
  for (let attempt = 1; ; attempt++) {
    const recording: Uint8Array[] = []
    const { rows } = readLinks(recordingTransport(socket, message => recording.push(message)))
    const printed = netns.ip('-j', '-d', '-s', 'link')
    const differences = capturedDifferences(rows, parseIpJson(printed))
    if (differences.length === 0) return { recording, printed, count: rows.length }
    if (attempt === 30) throw new Error(differences.join('; '))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
  }
}

function main(directory: string, seed: number): void {
  const probe = makeNetns('capture-probe')
  const netns = makeNetns('capture')
  try {
    const { lines } = randomLinks(seededRandom(seed), {
      kinds: supportedKinds(probe),
      neighbour: probe.name,
      each: 2,
    })
    netns.batch(lines)
    const { recording, printed, count } = quietReading(netns)
    const kernel = execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim()
    const file = `${directory}/links-${kernel.split('.').slice(0, 2).join('.')}`
    const header = [
      `# kernel: ${kernel}`,
      `# tool: ${execFileSync('ip', ['-V'], { encoding: 'utf8' }).trim()}; Node ${process.version}`,
      `# command: node test/guest/capture-links.ts DIR ${seed}`,
      `# date: ${new Date().toISOString().slice(0, 10)}`,
      "# Our question for links and the kernel's answer; the .json beside it is what 'ip -j -d -s link' printed.",
    ]
    writeFileSync(`${file}.hex`, `${header.join('\n')}\n\n${recording.map(annotate).join('\n')}`)
    writeFileSync(`${file}.json`, printed.toString().replaceAll('},{"ifindex"', '},\n{"ifindex"'))
    process.stdout.write(`${file}: ${count} links\n`)
  } finally {
    netns.remove()
    probe.remove()
  }
}

const [directory, seed] = process.argv.slice(2)
if (directory === undefined) throw new Error('usage: node test/guest/capture-links.ts DIR [SEED]')
main(directory, Number(seed ?? 1))
