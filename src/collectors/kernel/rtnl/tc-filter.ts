import {
  DecodeError,
  encodeMessage,
  type Message,
  messageAttributes,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  type Transport,
} from 'netlink-codec'
import type { TcFilter } from '../../../snapshot/index.ts'
import { type Dump, dump } from '../dump.ts'
import { TCA_KIND, TCMSG_LENGTH } from './qdisc.ts'

/** linux/rtnetlink.h */
const RTM_NEWTFILTER = 44
const RTM_GETTFILTER = 46
const TCA_CHAIN = 11

/** TCM_IFINDEX_MAGIC_BLOCK: the parent is the number of a block. */
const MAGIC_BLOCK = 0xffff_ffff

/** TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) and the like (linux/pkt_sched.h). */
const sides: Readonly<Record<string, number>> = { ingress: 0xffff_fff2, egress: 0xffff_fff3 }

const protocols: Readonly<Record<number, string>> = {
  0x0003: 'all',
  0x0800: 'ip',
  0x0806: 'arp',
  0x86dd: 'ipv6',
  0x8100: '802.1Q',
}

/**
 * What `tc filter show dev DEV ingress` lists (or `egress`, or `parent 8001:`). Those of a block that several devices share are among them.
 *
 * @throws NetlinkError when the kernel refuses
 */
export function readTcFilters(
  transport: Transport,
  { ifindex, dev, parent }: { readonly ifindex: number } & Pick<TcFilter, 'dev' | 'parent'>,
): Dump<TcFilter> {
  // struct tcmsg: family u8, padding, ifindex s32, handle u32, parent u32, info u32.
  const request = encodeMessage({ type: RTM_GETTFILTER, flags: NLM_F_REQUEST | NLM_F_DUMP }, writer =>
    writer
      .zeros(4)
      .u32(ifindex)
      .u32(0)
      .u32(sides[parent] ?? handleOf(parent))
      .u32(0),
  )
  // The kernel tells of each once as a whole, and of every part that it has.
  const seen = new Set<string>()
  return dump(transport, `dump filters on ${parent}`, request, message => {
    const row = decodeTcFilter(message)
    const text = JSON.stringify(row)
    if (!row || seen.has(text)) return undefined
    seen.add(text)
    return { dev, parent, ...row }
  })
}

/** `8001:` */
function handleOf(text: string): number {
  return (Number.parseInt(text, 16) << 16) >>> 0
}

/** Undefined for what is no filter. The kernel tells where it hangs as it was asked: a shared block has no device. */
export function decodeTcFilter(message: Message): Omit<TcFilter, 'dev' | 'parent'> | undefined {
  if (message.type !== RTM_NEWTFILTER) return undefined
  const attributes = messageAttributes(message, TCMSG_LENGTH)
  const { reader, start } = message
  const kind = attributes.text(TCA_KIND)
  if (kind === undefined) throw new DecodeError('a filter without a kind', start)
  // The priority, and the protocol in network order.
  const info = reader.u32(start + 16)
  const protocol = ((info & 0xff) << 8) | ((info >>> 8) & 0xff)
  return {
    ...(reader.u32(start + 4) === MAGIC_BLOCK && { block: reader.u32(start + 12) }),
    protocol: protocols[protocol] ?? `[${protocol}]`,
    pref: info >>> 16,
    kind,
    chain: attributes.u32(TCA_CHAIN) ?? 0,
  }
}
