import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, openSync, statSync } from 'node:fs'
import { inNamespace } from '../../src/collectors/kernel/enter.ts'
import { NETLINK_ROUTE, type NetlinkSocket, openNetlink } from '../../src/collectors/kernel/netlink-socket.ts'

/** A network namespace that a test made, with the tools that look into it. */
export type TestNetns = {
  readonly name: string
  readonly path: string
  /** `net:[4026532281]`. */
  readonly id: string
  /** Standard output of `ip -n NAME ...`. @throws when ip fails */
  ip(...args: readonly string[]): Buffer
  /** Runs each line as `ip -batch` would; gives a complaint for each line that kernel or ip refused. */
  batch(lines: readonly string[]): string[]
  /** A netlink socket inside, closed when the namespace is removed. */
  netlink(protocol?: number): NetlinkSocket
  /** Runs `inside` with this thread in the namespace. */
  run<Result>(inside: () => Result): Result
  /** Also when something in it is left over; never throws. */
  remove(): void
}

let made = 0

/** Makes `cnmtop-PURPOSE-PID-N`, never one that exists; the caller removes it. */
export function makeNetns(purpose: string): TestNetns {
  const name = `cnmtop-${purpose}-${process.pid}-${++made}`
  const path = `/run/netns/${name}`
  execFileSync('ip', ['netns', 'add', name])
  const sockets: NetlinkSocket[] = []
  function run<Result>(inside: () => Result): Result {
    const fd = openSync(path, 'r')
    try {
      return inNamespace(fd, inside as never)
    } finally {
      closeSync(fd)
    }
  }
  return {
    name,
    path,
    id: `net:[${statSync(path).ino}]`,
    run,
    ip: (...args) => execFileSync('ip', ['-n', name, ...args], { maxBuffer: 1 << 28 }),
    batch: lines => runBatch(name, lines),
    netlink(protocol = NETLINK_ROUTE) {
      const budget = { bytes: 1 << 30, deadline: performance.now() + 60_000 }
      const socket = run(() => openNetlink(protocol, budget))
      sockets.push(socket)
      return socket
    },
    remove() {
      for (const socket of sockets) socket.close()
      spawnSync('ip', ['netns', 'del', name])
    },
  }
}

const MARKER = 'cnmtop-marker'
const MARKER_COMPLAINT = new RegExp(`^Object "${MARKER}" is unknown.*\\nCommand failed -:\\d+\\n`, 'm')

/**
 * `ip -force -batch` goes on when the kernel refuses a line, but ends at an argument that ip itself refuses. So a
 * line that is sure to fail stands behind each: the complaints between them tell which lines were run, and which one
 * ended it.
 */
function runBatch(name: string, lines: readonly string[]): string[] {
  const refused: string[] = []
  let next = 0
  while (next < lines.length) {
    const rest = lines.slice(next)
    const input = rest.map(line => `${line}\n${MARKER}\n`).join('')
    const { stderr } = spawnSync('ip', ['-n', name, '-force', '-batch', '-'], { input, maxBuffer: 1 << 28 })
    const complaints = stderr.toString().split(MARKER_COMPLAINT)
    complaints.forEach((complaint, index) => {
      if (complaint !== '') refused.push(`${rest[index]}: ${complaint}`)
    })
    next += complaints.length
  }
  return refused
}

/**
 * Reads the JSON of iproute2, which writes names byte by byte: control characters are not escaped, and bytes that are no
 * UTF-8 stand as they are. The latter become U+FFFD, as they do in our decoder.
 */
export function parseIpJson(output: Uint8Array): unknown {
  const text = new TextDecoder().decode(output)
  if (text.trim() === '') return []
  // oxlint-disable-next-line no-control-regex
  return JSON.parse(text.replace(/[\u0000-\u001f]/g, character => escapeControl(character)))
}

function escapeControl(character: string): string {
  return character === '\n' ? ' ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
