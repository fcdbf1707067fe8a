import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { DecodeError, eachMessage, encodeMessage } from 'netlink-codec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readProcFile } from '../../src/collectors/kernel/proc-file.ts'
import { parseSockets, readProcSockets } from '../../src/collectors/kernel/proc-sockets.ts'
import { decodeSocket } from '../../src/collectors/kernel/sockdiag.ts'
import { socketOwners } from '../../src/collectors/kernel/socket-owners.ts'
import { readSockets, socketDiag } from '../../src/collectors/kernel/sockets.ts'
import type { Socket } from '../../src/snapshot/index.ts'
import { socketSchema } from '../../src/snapshot/schema/misc.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

const NETLINK_SOCK_DIAG = 4
const names = new Map([[1, 'lo']])

const wantedSocket = fc
  .record({
    protocol: fc.constantFrom('tcp', 'udp'),
    family: fc.constantFrom('inet', 'inet6'),
    wildcard: fc.boolean(),
    port: fc.integer({ min: 1, max: 65535 }),
    v6only: fc.boolean(),
    device: fc.constantFrom('', '', 'lo'),
    backlog: fc.integer({ min: 0, max: 4000 }),
    uid: fc.constantFrom(0, 1234, 65534),
    connected: fc.boolean(),
  })
  .map(({ wildcard, ...rest }) => ({
    ...rest,
    address: rest.family === 'inet' ? (wildcard ? '0.0.0.0' : '127.0.0.1') : wildcard ? '::' : '::1',
  }))

/** A line of `ss -Hlntupe`. */
function parseSs(line: string): Socket {
  const [protocol, state, recvQ, sendQ, local] = line.split(/\s+/) as [string, string, string, string, string]
  const [, host, device, port] = /^(.*?)(?:%([^:\]]+))?:(\d+)$/.exec(local)!
  const v6only = /\bv6only:(\d)/.exec(line)?.[1]
  const isSix = v6only !== undefined
  const address = host === '*' ? '::' : host!.replace(/^\[|\]$/g, '')
  return {
    protocol: protocol as 'tcp' | 'udp',
    family: isSix ? 'inet6' : 'inet',
    state,
    address,
    port: Number(port),
    ...(isSix ? { v6only: v6only === '1' } : {}),
    ifname: device ?? null,
    recvQ: Number(recvQ),
    sendQ: Number(sendQ),
    uid: Number(/\buid:(\d+)/.exec(line)?.[1] ?? 0),
    inode: /\bino:(\d+)/.exec(line)![1]!,
  }
}

const byInode = (rows: readonly Socket[]): Socket[] =>
  rows.toSorted((a, b) => a.inode.localeCompare(b.inode, 'en', { numeric: true }))

describe('in a namespace, against ss', needs('root', 'program:ip', 'program:ss', 'program:python3'), () => {
  let netns: TestNetns
  let pid: number
  let ss: Socket[]
  let printed: string

  beforeAll(async () => {
    netns = makeNetns('sockets')
    netns.ip('link', 'set', 'lo', 'up')
    const program = fileURLToPath(new URL('../support/socket-program.py', import.meta.url))
    const child = spawn('ip', ['netns', 'exec', netns.name, 'python3', program], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    pid = child.pid!
    const wanted = fc.sample(wantedSocket, { numRuns: 60 })
    child.stdin.end(`${wanted.map(each => JSON.stringify(each)).join('\n')}\n\n`)
    await once(child.stdout, 'data')
    printed = execFileSync('ip', ['netns', 'exec', netns.name, 'ss', '-HlntupeO'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    ss = byInode(printed.split('\n').filter(Boolean).map(parseSs))
  })
  afterAll(() => {
    if (pid) process.kill(pid, 'SIGKILL')
    netns.remove()
  })

  const read = (diag: { tcp: boolean; udp: boolean }): Socket[] => {
    const transport = diag.tcp || diag.udp ? netns.netlink(NETLINK_SOCK_DIAG) : undefined
    const { value, interrupted, problems } = netns.run(() =>
      readSockets({ transport, diag, readFile: readProcFile, names }),
    )
    expect([interrupted, problems]).toEqual([false, []])
    return byInode(value)
  }

  it('reads by sock_diag what ss prints', ({ task, skip }) => {
    const diag = socketDiag()
    if (!diag.tcp || !diag.udp) {
      task.meta.skipped = 'needs a kernel with tcp_diag and udp_diag loaded'
      skip(task.meta.skipped)
    }
    const rows = read(diag)
    expect(rows.length).toBeGreaterThan(30)
    expect(rows).toEqual(ss)
    expect(socketSchema.array().parse(structuredClone(rows))).toEqual(rows)
  })

  it('reads the same from /proc/net, but for what it does not tell', () => {
    const rows = read({ tcp: false, udp: false })
    expect(rows.length).toBeGreaterThan(30)
    const toldByProc = structuredClone(ss)
    for (const row of toldByProc) {
      delete row.v6only
      delete row.ifname
      if (row.protocol === 'tcp') delete row.sendQ
    }
    expect(rows).toEqual(toldByProc)
  })

  it('leaves /proc/net/tcp alone where there is no TCP socket', () => {
    const asked: string[] = []
    const empty = makeNetns('nosockets')
    try {
      const rows = empty.run(() =>
        readProcSockets('tcp', path => {
          asked.push(path)
          return readProcFile(path)
        }),
      )
      expect(rows).toEqual([])
      expect(asked.map(path => path.replace(/.*\//, ''))).toEqual(['sockstat', 'sockstat6'])
    } finally {
      empty.remove()
    }
  })

  it('finds the processes that ss names', () => {
    const { owners } = socketOwners(new Set(ss.map(socket => socket.inode)))
    expect(owners.size).toBe(ss.length)
    for (const line of printed.split('\n').filter(Boolean)) {
      const named = [...line.matchAll(/\("([^"]+)",pid=(\d+),fd=\d+\)/g)].map(([, name, id]) => ({
        pid: Number(id),
        name,
      }))
      expect(owners.get(parseSs(line).inode)).toEqual(named)
    }
  })
})

describe('bad input', () => {
  it('lets nothing but DecodeError out of bad bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), noise => {
        const bytes = encodeMessage({ type: 20, flags: 0 }, w => w.raw(noise))
        try {
          eachMessage(bytes, bytes.length, message => decodeSocket(message, 'tcp', names))
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
    )
  })

  it('takes no row from lines that are none', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(parseSockets(text, 'udp', 'inet6')).toEqual([])
      }),
    )
  })
})
