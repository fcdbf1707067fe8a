import { ByteReader, ByteWriter } from 'netlink-codec'
import { close, datagramSocket, getSocketOption, SystemCallError } from './libc.ts'
import type { Reading } from './source-log.ts'

const AF_INET = 2
const SOL_IP = 0
/** linux/netfilter/ipset/ip_set.h. */
const SO_IP_SET = 83
const IP_SET_OP_GET_BYINDEX = 7
const IP_SET_OP_VERSION = 0x100
const IPSET_MAXNAMELEN = 32

/** getsockopt SO_IP_SET of a namespace; fills `value` in place. @throws SystemCallError */
export type AskIpset = (value: Uint8Array) => void

/** The name of the ipset that has this index; undefined when there is none, or when the kernel does not tell. */
export type SetName = (index: number) => string | undefined

/**
 * Names of ipsets, each asked for once. Rules hold an ipset by its index. A set that a rule refers to keeps its name
 * (ip_set_rename refuses), but later rules may find another set at the index: an answer is good for one reading.
 *
 * Nothing is loaded by the question: nf_getsockopt in nf_sockopt.c looks among those that are registered. And who calls
 * this has met a rule of xt_set, which needs ip_set.
 *
 * @param refused is told once why the kernel does not answer; names are undefined then
 */
export function createSetNames(ask: AskIpset, refused: (reason: string) => void): SetName {
  const known = new Map<number, string | undefined>()
  let protocol: number | undefined
  let isRefused = false

  function askName(index: number): string | undefined {
    if (isRefused) return undefined
    try {
      protocol ??= askProtocol(ask)
      return askNameOf(ask, protocol, index)
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error
      isRefused = true
      refused(`names of ipsets: ${error.message}`)
      return undefined
    }
  }

  return index => {
    if (!known.has(index)) known.set(index, askName(index))
    return known.get(index)
  }
}

/** struct ip_set_req_version: kernels before 5.0 take no other version than their own. */
function askProtocol(ask: AskIpset): number {
  const request = new ByteWriter().u32(IP_SET_OP_VERSION).u32(0).finish()
  ask(request)
  return new ByteReader(request).u32(4)
}

/** struct ip_set_req_get_set: the index becomes the name, which is empty when there is no such set. */
function askNameOf(ask: AskIpset, protocol: number, index: number): string | undefined {
  const request = new ByteWriter()
    .u32(IP_SET_OP_GET_BYINDEX)
    .u32(protocol)
    .u16(index)
    .zeros(IPSET_MAXNAMELEN - 2)
    .finish()
  ask(request)
  return new ByteReader(request).text(8, IPSET_MAXNAMELEN) || undefined
}

/**
 * Lets `read` have the names of a namespace's ipsets. A socket is opened when the first one is asked for, and closed
 * behind `read`. A refusal is added to the problems of the reading.
 *
 * @param enter runs what it is given inside of the namespace
 */
export function withSetNames<Value>(
  enter: (inside: () => number) => number,
  read: (setName: SetName) => Reading<Value>,
): Reading<Value> {
  const problems: string[] = []
  let fd: number | undefined
  const ask: AskIpset = value => {
    fd ??= enter(() => datagramSocket(AF_INET))
    getSocketOption(fd, SOL_IP, SO_IP_SET, value)
  }
  try {
    const reading = read(createSetNames(ask, reason => problems.push(reason)))
    return problems.length === 0
      ? reading
      : { ...reading, problems: [...(reading.problems ?? []), ...problems] }
  } finally {
    if (fd !== undefined) close(fd)
  }
}
