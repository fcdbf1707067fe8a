import { eachAttribute, eachMessage, type Message, NLM_F_REQUEST, NLMSG_HDRLEN } from 'netlink-codec'
import * as ipvs from 'ipvs-netlink'

/** Names of linux/ip_vs.h by prefix and number: `IPVS_SVC_ATTR_` 3 is ADDR. */
function kernelNames(prefix: string): Map<number, string> {
  const names = new Map<number, string>()
  for (const [name, value] of Object.entries(ipvs)) {
    if (name.startsWith(prefix) && typeof value === 'number') names.set(value, name.slice(prefix.length))
  }
  return names
}

type Level = { readonly names: Map<number, string>; readonly nests: Readonly<Record<string, Level>> }

const stats: Level = { names: kernelNames('IPVS_STATS_ATTR_'), nests: {} }
const withStats = { STATS: stats, STATS64: stats }
const commandLevel: Level = {
  names: kernelNames('IPVS_CMD_ATTR_'),
  nests: {
    SERVICE: { names: kernelNames('IPVS_SVC_ATTR_'), nests: withStats },
    DEST: { names: kernelNames('IPVS_DEST_ATTR_'), nests: withStats },
  },
}
const infoLevel: Level = { names: kernelNames('IPVS_INFO_ATTR_'), nests: {} }
const commands = new Map([...kernelNames('IPVS_CMD_')].filter(([, name]) => !name.startsWith('ATTR_')))

/** Messages of the IPVS family as annotated hex: one attribute a line, nests indented. */
export function annotateIpvs(recording: readonly Uint8Array[]): string {
  return recording.map(bytes => annotateDatagram(bytes)).join('\n')
}

function annotateDatagram(bytes: Uint8Array): string {
  const lines: string[] = []
  eachMessage(bytes, bytes.length, message => {
    const command = message.reader.u8(message.start)
    const side = (message.flags & NLM_F_REQUEST) !== 0 ? 'request' : 'answer'
    lines.push(`${hex(message, message.start - NLMSG_HDRLEN, NLMSG_HDRLEN)} # nlmsghdr, ${side}`)
    lines.push(`${hex(message, message.start, 4)} # genlmsghdr, ${commands.get(command) ?? command}`)
    const level = command === ipvs.IPVS_CMD_SET_INFO ? infoLevel : commandLevel
    annotateLevel(message, message.start + 4, message.end, level, '  ', lines)
  })
  return `${lines.join('\n')}\n`
}

function annotateLevel(
  message: Message,
  start: number,
  end: number,
  level: Level,
  indent: string,
  lines: string[],
): void {
  eachAttribute(message.reader, start, end, (type, at, length) => {
    const name = level.names.get(type) ?? `attribute ${type}`
    const nest = level.nests[name]
    const padded = Math.min((length + 3) & ~3, end - at)
    lines.push(`${indent}${hex(message, at - 4, nest ? 4 : padded + 4)} # ${name}`)
    if (nest) annotateLevel(message, at, at + length, nest, `${indent}  `, lines)
  })
}

function hex(message: Message, at: number, length: number): string {
  const digits = message.reader.hex(at, length)
  return (digits.match(/.{1,8}/g) ?? []).join(' ')
}
