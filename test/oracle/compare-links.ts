import type { Link } from '../../src/snapshot/index.ts'

type Json = { readonly [key: string]: unknown }

type KnownDifference = {
  readonly path: RegExp
  /** Where it may occur; everywhere when absent. */
  readonly when?: (ours: unknown, theirs: unknown, row: Link) => boolean
  readonly reason: string
}

/**
 * What is different from `ip -j -d -s link` of iproute2 6.1 on purpose, by the path of the key. A kernel that is newer
 * than that iproute2 tells more than it prints; the names are those of later versions.
 */
export const knownDifferences: readonly KnownDifference[] = [
  {
    path: /^linkinfo\.info_data\.fdb_(n|max)_learned$/,
    reason: 'bridges have limits for learning since Linux 6.8; iproute2 prints them since 6.8',
  },
  {
    path: /^linkinfo\.info_slave_data\.(mcast_eht_hosts_limit|mcast_eht_hosts_cnt|mcast_n_groups|mcast_max_groups|mab|neigh_vlan_suppress|backup_nhid)$/,
    reason: 'port attributes of Linux 5.11 to 6.6 that iproute2 6.1 does not print',
  },
  {
    path: /^linkinfo\.info_data\.(localbypass|reserved_bits|mcroute)$/,
    reason: 'vxlan attributes of Linux 6.5 and later that iproute2 6.1 does not print',
  },
  {
    path: /^proto_down_reason$/,
    when: (_ours, theirs, row) => theirs === undefined && row.broadcast === undefined,
    reason:
      'ip tells no reason for a link without a broadcast address (it looks at attribute 2 of the link, not of the nest)',
  },
  {
    path: /^linkinfo\.info_slave_data\.perm_hwaddr$/,
    when: ours => ours === '',
    reason: 'a bond port without a hardware address; ip prints a byte from behind the empty attribute',
  },
  {
    path: /^linkinfo\.info_(slave_)?data\.unknown$/,
    reason: 'attributes without a decoder are kept; ip drops them',
  },
  {
    path: /^(gso|gro)_ipv4_max_size$|^netns-immutable$|^linkinfo\.info_data\.(mst_enabled|stp_mode|mdb_offload_fail_notification|fdb_local_vlan_0)$|^linkinfo\.info_slave_data\.neigh_forward_grat$/,
    when: (ours, theirs) => ours === undefined && theirs !== undefined,
    reason: 'attributes that we do not read; seen with iproute2 6.15 and 7.1, not with 6.1',
  },
  {
    path: /^txqlen$|^linkinfo\.info_data\.(external|rsc|remcsum_rx|remcsum_tx)$/,
    when: (ours, theirs) => ours === undefined && (theirs === false || theirs === 0),
    reason: 'iproute2 6.15 and 7.1 print some of what is off or 0; 6.1 and we do not',
  },
  {
    path: /^peer$/,
    reason: 'a relation that a snapshot of the whole node tells beyond the kernel',
  },
]

/** Counters are compared as numbers: ours are decimal strings, so that no digit is lost. */
const counter = /^stats64\.[rt]x\./
/** Seconds until a timer of a bridge fires, or since. */
const timer = /_timer$/
const timerSlack = 0.02

/**
 * Where their row differs from ours, as `path: ours / theirs`. What the kernel changes by itself between two readings is
 * judged by ours from before and from after theirs: a counter lies between them, a timer too unless it started anew,
 * and anything else equals one of them.
 */
export function linkDifferences(before: Link, theirs: Json, after: Link): string[] {
  const differences: string[] = []
  compare('', before, theirs, after)
  return differences

  function compare(path: string, ours: unknown, printed: unknown, later: unknown): void {
    if (
      knownDifferences.some(known => known.path.test(path) && (known.when?.(ours, printed, before) ?? true))
    )
      return
    if (isObject(ours) && isObject(later) && isObject(printed)) {
      for (const key of new Set([...Object.keys(ours), ...Object.keys(later), ...Object.keys(printed)])) {
        compare(path === '' ? key : `${path}.${key}`, ours[key], printed[key], later[key])
      }
    } else if (!agrees(path, ours, printed, later)) {
      differences.push(`${path}: ours ${JSON.stringify(ours)} / theirs ${JSON.stringify(printed)}`)
    }
  }
}

/** The same for a capture, of which ours is one reading: timers of bridges moved on before `ip` read them. */
export function capturedDifferences(ours: readonly Link[], theirs: unknown): string[] {
  const rows = theirs as readonly Json[]
  if (rows.length !== ours.length) return [`${ours.length} links / ${rows.length} links`]
  return rows
    .flatMap((row, index) => linkDifferences(ours[index]!, row, ours[index]!))
    .filter(difference => !/_timer: ours [\d.]+ \/ theirs [\d.]+$/.test(difference))
}

function agrees(path: string, before: unknown, theirs: unknown, after: unknown): boolean {
  if (counter.test(path)) {
    return typeof before === 'string' && typeof after === 'string' && typeof theirs === 'number'
      ? Number(before) <= theirs && theirs <= Number(after)
      : before === theirs
  }
  if (timer.test(path) && typeof before === 'number' && typeof after === 'number') {
    if (typeof theirs !== 'number') return false
    const restarted = after > before
    return restarted || (theirs <= before + timerSlack && theirs >= after - timerSlack)
  }
  const text = JSON.stringify(theirs)
  return JSON.stringify(before) === text || JSON.stringify(after) === text
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
