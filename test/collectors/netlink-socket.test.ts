import { readdirSync, readlinkSync } from 'node:fs'
import { encodeMessage, messageAttributes, NetlinkError, NLM_F_DUMP, NLM_F_REQUEST } from 'netlink-codec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inNamespace } from '../../src/collectors/kernel/enter.ts'
import { close, openReadOnly } from '../../src/collectors/kernel/libc.ts'
import { NETLINK_ROUTE, openNetlink } from '../../src/collectors/kernel/netlink-socket.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

const RTM_GETLINK = 18
const IFLA_IFNAME = 3

function linkNames(socket: ReturnType<typeof openNetlink>): string[] {
  const names: string[] = []
  const request = encodeMessage({ type: RTM_GETLINK, flags: NLM_F_REQUEST | NLM_F_DUMP }, w => w.zeros(16))
  socket.exchange('dump links', request, message => {
    names.push(messageAttributes(message, 16).text(IFLA_IFNAME) ?? '?')
  })
  return names
}

const plenty = (): { bytes: number; deadline: number } => ({
  bytes: 1e8,
  deadline: performance.now() + 10_000,
})

describe('openNetlink', () => {
  it('dumps', () => {
    const socket = openNetlink(NETLINK_ROUTE, plenty())
    expect(linkNames(socket)).toContain('lo')
    socket.close()
  })

  it('tells what the kernel refuses, and goes on', () => {
    const socket = openNetlink(NETLINK_ROUTE, plenty())
    const nonsense = encodeMessage({ type: 9999, flags: NLM_F_REQUEST | NLM_F_DUMP }, w => w.zeros(16))
    expect(() => socket.exchange('ask nonsense', nonsense, () => {})).toThrow(
      expect.objectContaining({ name: 'NetlinkError', op: 'ask nonsense', code: 'EOPNOTSUPP' }),
    )
    expect(linkNames(socket)).toContain('lo')
    socket.close()
  })

  it('stops at its budget, and then answers nothing more from a half-read queue', () => {
    const socket = openNetlink(NETLINK_ROUTE, { bytes: 1, deadline: performance.now() + 10_000 })
    expect(() => linkNames(socket)).toThrow(NetlinkError)
    expect(() => linkNames(socket)).toThrow(expect.objectContaining({ code: 'ETIMEDOUT' }))
    socket.close()
  })

  it('asks nothing after its deadline', () => {
    const socket = openNetlink(NETLINK_ROUTE, { bytes: 1e8, deadline: performance.now() - 1 })
    expect(() => linkNames(socket)).toThrow(expect.objectContaining({ code: 'ETIMEDOUT' }))
    socket.close()
  })
})

describe('inNamespace', needs('root', 'program:ip'), () => {
  let netns: TestNetns
  let fd: number
  beforeAll(() => {
    netns = makeNetns('enter')
    netns.ip('link', 'add', 'inside0', 'type', 'bridge')
    fd = openReadOnly(netns.path)
  })
  afterAll(() => {
    close(fd)
    netns.remove()
  })

  const home = readlinkSync('/proc/thread-self/ns/net')

  it('opens a socket that stays inside, and comes back', () => {
    const socket = inNamespace(fd, () => openNetlink(NETLINK_ROUTE, plenty()))
    expect(readlinkSync('/proc/thread-self/ns/net')).toBe(home)
    expect(linkNames(socket)).toEqual(['lo', 'inside0'])
    socket.close()
  })

  it('comes back when what runs inside throws', () => {
    const fail = (): undefined => {
      expect(readlinkSync('/proc/thread-self/ns/net')).toBe(netns.id)
      throw new Error('inside')
    }
    expect(() => inNamespace(fd, fail)).toThrow('inside')
    expect(readlinkSync('/proc/thread-self/ns/net')).toBe(home)
  })

  it('refuses what is not a namespace, without leaving a descriptor', () => {
    const plain = openReadOnly('/proc/self/status')
    const before = readdirSync('/proc/self/fd').length
    expect(() => inNamespace(plain, () => 1)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
    close(plain)
  })
})
