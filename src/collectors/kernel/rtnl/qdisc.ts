import { type Attributes, DecodeError, type Message, messageAttributes, type Transport } from 'netlink-codec'
import type { Qdisc } from '../../../snapshot/index.ts'
import { type Dump, dump } from '../dump.ts'
import { type InterfaceNames, interfaceName } from './names.ts'
import { dumpRequest } from './request.ts'

/** linux/rtnetlink.h; struct tcmsg. */
const RTM_NEWQDISC = 36
const RTM_GETQDISC = 38
export const TCMSG_LENGTH = 20

/** TCA_* (linux/rtnetlink.h). */
export const TCA_KIND = 1
const TCA_OPTIONS = 2
const TCA_INGRESS_BLOCK = 13
const TCA_EGRESS_BLOCK = 14

/** TC_H_* (linux/pkt_sched.h). */
const TC_H_ROOT = 0xffff_ffff

const TCA_TBF_PARMS = 1
const TCA_TBF_RATE64 = 4

const request = dumpRequest(RTM_GETQDISC, writer => writer.zeros(TCMSG_LENGTH))

/**
 * The queueing disciplines of all devices, as `tc -j qdisc show` prints them. The kernel leaves out those that a device has before
 * anybody sets it up.
 *
 * @throws NetlinkError when the kernel refuses: with EOPNOTSUPP where it has no traffic control
 */
export function readQdiscs(transport: Transport, names: InterfaceNames): Dump<Qdisc> {
  return dump(transport, 'dump qdiscs', request, message => decodeQdisc(message, names))
}

/** Undefined for what is no qdisc. */
export function decodeQdisc(message: Message, names: InterfaceNames): Qdisc | undefined {
  if (message.type !== RTM_NEWQDISC) return undefined
  const attributes = messageAttributes(message, TCMSG_LENGTH)
  const { reader, start } = message
  const kind = attributes.text(TCA_KIND)
  if (kind === undefined) throw new DecodeError('a qdisc without a kind', start)
  // struct tcmsg: family u8, padding, ifindex s32, handle u32, parent u32, info u32.
  const parent = reader.u32(start + 12)
  const refcnt = reader.u32(start + 16)
  const row: Qdisc = {
    kind,
    handle: `${(reader.u32(start + 8) >>> 16).toString(16)}:`,
    dev: interfaceName(names, reader.u32(start + 4)),
  }
  if (parent === TC_H_ROOT) row.root = true
  else if (parent !== 0) row.parent = classId(parent)
  if (refcnt !== 1) row.refcnt = refcnt
  const ingressBlock = attributes.u32(TCA_INGRESS_BLOCK)
  if (ingressBlock) row.ingress_block = ingressBlock
  const egressBlock = attributes.u32(TCA_EGRESS_BLOCK)
  if (egressBlock) row.egress_block = egressBlock
  const options = optionsOf(kind, attributes)
  if (options) row.options = options
  return row
}

/** `8001:1`; a part that is zero is left out. */
function classId(id: number): string {
  const [major, minor] = [id >>> 16, id & 0xffff]
  if (major === 0) return `:${minor.toString(16)}`
  return minor === 0 ? `${major.toString(16)}:` : `${major.toString(16)}:${minor.toString(16)}`
}

function optionsOf(kind: string, attributes: Attributes): Qdisc['options'] {
  switch (kind) {
    case 'noqueue':
    case 'mq':
    case 'ingress':
    case 'clsact':
      return {}
    case 'pfifo':
    case 'bfifo':
    case 'pfifo_head_drop': {
      // struct tc_fifo_qopt.
      const limit = attributes.u32(TCA_OPTIONS)
      return limit === undefined ? {} : { limit }
    }
    case 'pfifo_fast':
      return bandsOf(attributes)
    case 'tbf':
      return tbfOf(attributes)
    default:
      return undefined
  }
}

/** struct tc_prio_qopt: bands s32, and a band for each of sixteen priorities. */
function bandsOf(attributes: Attributes): Qdisc['options'] {
  const at = attributes.struct(TCA_OPTIONS, 20)
  if (at === undefined) return {}
  const { reader } = attributes
  const priomap = Array.from({ length: 16 }, (_, priority) => reader.u8(at + 4 + priority))
  return { bands: reader.s32(at), priomap, multiqueue: false }
}

/**
 * struct tc_tbf_qopt: rate and peak rate (struct tc_ratespec, 12 bytes, the rate at 8), limit, buffer, mtu. The kernel holds the buffer as
 * the time that it takes to send it, in units of 64 ns (PSCHED_SHIFT in net/pkt_sched.h); tc makes bytes of it again.
 */
function tbfOf(attributes: Attributes): Qdisc['options'] {
  const nest = attributes.nested(TCA_OPTIONS)
  const at = nest?.struct(TCA_TBF_PARMS, 36)
  if (!nest || at === undefined) return {}
  const { reader } = nest
  const wide = nest.u64(TCA_TBF_RATE64)
  const rate = wide === undefined ? reader.u32(at + 8) : Number(wide)
  const limit = reader.u32(at + 24)
  const bufferTime = Math.trunc((reader.u32(at + 28) * 64) / 1000)
  const burst = Math.trunc((rate * bufferTime) / 1_000_000)
  const latency = (1_000_000 * limit) / rate - bufferTime
  return { rate, burst, ...(latency >= 0 ? { lat: Math.trunc(latency) } : { limit }) }
}
