import type { Attributes } from 'netlink-codec'
import { hexName } from './names.ts'

/** RTAX_* (linux/rtnetlink.h) in iproute2's words, by number. */
const metricNames = [
  undefined,
  'lock',
  'mtu',
  'window',
  'rtt',
  'rttvar',
  'ssthresh',
  'cwnd',
  'advmss',
  'reordering',
  'hoplimit',
  'initcwnd',
  'features',
  'rto_min',
  'initrwnd',
  'quickack',
  'congestion',
  'fastopen_no_cookie',
]
const RTAX_LOCK = 1
const RTAX_RTT = 4
const RTAX_RTTVAR = 5
const RTAX_HOPLIMIT = 10
const RTAX_FEATURES = 12
const RTAX_CC_ALGO = 16
const FEATURE_ECN = 1

/**
 * The metrics of a route, as the one object in `metrics` of `ip -j route` has them. A metric that is locked shows
 * even when it has no value; the lock itself has no place in iproute2's JSON.
 */
export function routeMetrics(attributes: Attributes): Record<string, number | string | null> {
  const metrics: Record<string, number | string | null> = {}
  const locked = attributes.u32(RTAX_LOCK) ?? 0
  for (let type = RTAX_LOCK + 1; type < metricNames.length; type++) {
    if (!attributes.has(type) && (locked & (1 << type)) === 0) continue
    const name = metricNames[type]!
    if (type === RTAX_CC_ALGO) {
      metrics[name] = attributes.text(type) ?? ''
      continue
    }
    const value = attributes.u32(type) ?? 0
    switch (type) {
      case RTAX_HOPLIMIT:
        // All ones: take the interface's.
        if (value !== 0xffff_ffff) metrics[name] = value
        break
      case RTAX_FEATURES:
        if ((value & FEATURE_ECN) !== 0) metrics['ecn'] = null
        if ((value & ~FEATURE_ECN) !== 0) metrics[name] = hexName(value)
        break
      case RTAX_RTT:
        // The kernel keeps the smoothed round-trip time times 8, its variance times 4.
        metrics[name] = value >>> 3
        break
      case RTAX_RTTVAR:
        metrics[name] = value >>> 2
        break
      default:
        metrics[name] = value
    }
  }
  return metrics
}
