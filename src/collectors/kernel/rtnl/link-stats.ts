import {
  type ByteReader,
  encodeMessage,
  messageAttributes,
  NLM_F_REQUEST,
  type Transport,
} from 'netlink-codec'
import type { LinkStats } from '../../../snapshot/index.ts'
import { patch32 } from './request.ts'

/** linux/rtnetlink.h; struct if_stats_msg and IFLA_STATS_* of linux/if_link.h. */
const RTM_NEWSTATS = 92
const RTM_GETSTATS = 94
const IF_STATS_MSG_LENGTH = 12
const IFLA_STATS_LINK_64 = 1
const LINK_64_ONLY = 1 << (IFLA_STATS_LINK_64 - 1)

export const STATS64_LENGTH = 23 * 8

/** struct if_stats_msg: family u8, padding, ifindex u32, filter_mask u32. */
const request = encodeMessage({ type: RTM_GETSTATS, flags: NLM_F_REQUEST }, writer =>
  writer.zeros(4).u32(0).u32(LINK_64_ONLY),
)
const REQUEST_IFINDEX = 16 + 4

/**
 * The counters of one link and nothing else of it: 250 bytes, where RTM_GETLINK tells some thousand.
 *
 * @returns undefined when the kernel tells none
 * @throws NetlinkError ENODEV when there is no such link, EOPNOTSUPP before Linux 4.7
 */
export function readLinkStats(transport: Transport, ifindex: number): LinkStats | undefined {
  patch32(request, REQUEST_IFINDEX, ifindex)
  let stats: LinkStats | undefined
  transport.exchange('get link counters', request, message => {
    if (message.type !== RTM_NEWSTATS) return
    const at = messageAttributes(message, IF_STATS_MSG_LENGTH).struct(IFLA_STATS_LINK_64, STATS64_LENGTH)
    if (at !== undefined) stats = decodeStats(message.reader, at)
  })
  return stats
}

/** struct rtnl_link_stats64 (linux/if_link.h) before Linux 4.6 added its last field: 23 counters of u64, in the order of its fields. */
export function decodeStats(reader: ByteReader, at: number): LinkStats {
  const stats: LinkStats = {
    rx: {
      bytes: reader.u64(at + 16),
      packets: reader.u64(at),
      errors: reader.u64(at + 32),
      dropped: reader.u64(at + 48),
      over_errors: reader.u64(at + 88),
      multicast: reader.u64(at + 64),
    },
    tx: {
      bytes: reader.u64(at + 24),
      packets: reader.u64(at + 8),
      errors: reader.u64(at + 40),
      dropped: reader.u64(at + 56),
      carrier_errors: reader.u64(at + 136),
      collisions: reader.u64(at + 72),
    },
  }
  const rxCompressed = reader.u64(at + 168)
  if (rxCompressed !== '0') stats.rx.compressed = rxCompressed
  const txCompressed = reader.u64(at + 176)
  if (txCompressed !== '0') stats.tx.compressed = txCompressed
  return stats
}
