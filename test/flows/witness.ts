/** Reads what conntrack, ipvsadm and iptables-save print (look.sh). */
import type { Tuple } from '../../src/lb/connection.ts'

export type Entry = { readonly protocol: string; readonly original: Tuple; readonly reply: Tuple }

/** A line of `ipvsadm -Lnc`: addresses with ports. */
export type Balanced = { readonly client: string; readonly virtual: string; readonly realServer: string }

/** What the tools say of one namespace. */
export type Look = {
  readonly entries: readonly Entry[]
  readonly balanced: readonly Balanced[]
  /** Packets by `legacy ip nat -A CHAIN ...`, as a snapshot calls its rules. */
  readonly rules: ReadonlyMap<string, number>
}

type Making = { entries: Entry[]; balanced: Balanced[]; rules: Map<string, number> }

/** By id of the namespace. */
export function readLook(text: string): Map<string, Look> {
  const looks = new Map<string, Making>()
  for (const part of text.split(/^### /m).slice(1)) {
    const [head = '', ...lines] = part.split('\n')
    const [id = '', program = ''] = head.split(' ')
    const look: Making = looks.get(id) ?? { entries: [], balanced: [], rules: new Map() }
    looks.set(id, look)
    if (program === 'conntrack') look.entries.push(...lines.flatMap(readEntry))
    else if (program === 'ipvsadm') look.balanced.push(...lines.flatMap(readBalanced))
    else readRules(program.includes('legacy') ? 'legacy' : 'nft', lines, look.rules)
  }
  return looks
}

const tuple = /src=(\S+) dst=(\S+) (?:sport=(\d+) dport=(\d+)|type=\d+ code=\d+ id=\d+)/g

function readEntry(line: string): Entry[] {
  const [first, second] = Array.from(
    line.matchAll(tuple),
    ([, source, destination, sourcePort, destinationPort]): Tuple => ({
      source,
      destination,
      sourcePort: sourcePort === undefined ? null : Number(sourcePort),
      destinationPort: destinationPort === undefined ? null : Number(destinationPort),
    }),
  )
  const [protocol = ''] = line.split(' ')
  return first && second ? [{ protocol, original: first, reply: second }] : []
}

function readBalanced(line: string): Balanced[] {
  const [, , , client, virtual, realServer] = line.trim().split(/\s+/)
  return realServer !== undefined && /:\d+$/.test(client ?? '')
    ? [{ client: client!, virtual: virtual!, realServer }]
    : []
}

/** Equal rules are told apart by a count, as in a snapshot. */
function readRules(backend: string, lines: readonly string[], rules: Map<string, number>): void {
  let table = ''
  for (const line of lines) {
    if (line.startsWith('*')) table = line.slice(1)
    const [, packets, rule] = /^\[(\d+):\d+\] (-A .*)$/.exec(line) ?? []
    if (rule === undefined) continue
    const plain = `${backend} ip ${table} ${rule}`
    let key = plain
    for (let times = 2; rules.has(key); times++) key = `${plain}#${times}`
    rules.set(key, Number(packets))
  }
}
