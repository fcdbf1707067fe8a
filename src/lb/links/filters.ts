import type { Link, NftTable, Qdisc } from '../../snapshot/index.ts'
import { nftRuleKey } from '../../snapshot/row-keys.ts'
import type { RowRef } from '../evidence.ts'
import type { View } from '../view.ts'

export type DeviceHook = 'ingress' | 'egress'

/** What sits on a device, decides about frames, and is not followed. */
export type DeviceFilter = {
  /** Stands alone. */
  readonly detail: string
  readonly evidence: readonly RowRef[]
}

/** Ethernet's header, and a tag of a VLAN. */
const FRAME_HEADER = 18

/** Qdiscs that take one packet in any case, unless a filter of theirs drops it. */
const plainQdiscs = new Set([
  'noqueue',
  'mq',
  'mqprio',
  'pfifo_fast',
  'fq_codel',
  'fq',
  'codel',
  'sfq',
  'cake',
])

/**
 * XDP, filters of tc, base chains of nf_tables, and the queue, in the order in which the kernel asks them. A snapshot that holds nothing of
 * traffic control (an earlier version wrote it) is taken as if there was none, but for what the row of the link says.
 *
 * @returns undefined when nothing of the kind is in the way
 */
export function filterOn(view: View, ifname: string, hook: DeviceHook): DeviceFilter | undefined {
  const link = view.link(ifname)
  const own = link ? [view.ref('links', String(link.ifindex))] : []
  if (hook === 'egress')
    return nftOn(view, ifname, hook) ?? tcOn(view, ifname, hook, own) ?? queueOf(view, link)
  if (link?.xdp) {
    const id = link.xdp.prog === undefined ? '' : ` (id ${link.xdp.prog.id})`
    return { detail: `${ifname} has an XDP program${id}, which is not followed`, evidence: own }
  }
  return tcOn(view, ifname, hook, own) ?? nftOn(view, ifname, hook)
}

function tcOn(
  view: View,
  ifname: string,
  hook: DeviceHook,
  evidence: readonly RowRef[],
): DeviceFilter | undefined {
  const missing = view.missing('rtnl.qdiscs')
  if (missing !== undefined) {
    return { detail: `whether filters of tc are on ${ifname} was not read: ${missing}`, evidence }
  }
  const unread = view.missing('rtnl.filters')
  const isPlace = ({ kind }: Qdisc) => kind === 'clsact' || (kind === 'ingress' && hook === 'ingress')
  if (unread !== undefined && view.qdiscs(ifname).some(isPlace)) {
    return { detail: `the filters of tc on ${ifname} were not read: ${unread}`, evidence }
  }
  const isFiltered = view.namespace.tcFilters?.some(
    ({ dev, parent }) => dev === ifname && (parent === 'ingress') === (hook === 'ingress'),
  )
  return isFiltered
    ? { detail: `${ifname} has tc filters on ${hook}, which are not followed`, evidence }
    : undefined
}

/** Random loss, shaping that lets nothing through, classes whose filters may drop. */
function queueOf(view: View, link: Link | undefined): DeviceFilter | undefined {
  if (!link) return undefined
  const kind = view.namespace.qdiscs
    ? view.qdiscs(link.ifname).find(qdisc => !takesAny(qdisc, link))?.kind
    : [link.qdisc].find(word => word !== undefined && doubtfulQdiscs.has(word))
  if (kind === undefined) return undefined
  const detail = `${kind} on ${link.ifname} may drop what it is given`
  return { detail, evidence: [view.ref('links', String(link.ifindex))] }
}

/** Of what the row of a link alone says. */
const doubtfulQdiscs = new Set(['netem', 'tbf', 'htb', 'hfsc', 'prio', 'red', 'plug', 'ets', 'drr', 'qfq'])

function takesAny({ kind, options }: Qdisc, { mtu }: Link): boolean {
  if (plainQdiscs.has(kind) || kind === 'ingress' || kind === 'clsact') return true
  const [limit, burst, lat] = ['limit', 'burst', 'lat'].map(name => Number(options?.[name] ?? -1))
  if (kind === 'pfifo' || kind === 'pfifo_head_drop') return limit! > 0
  if (kind === 'bfifo') return limit! >= mtu + FRAME_HEADER
  return kind === 'tbf' && lat! >= 0 && burst! >= mtu + FRAME_HEADER
}

/**
 * Base chains of nf_tables that sit on a device: family `netdev`, and `inet` with the hook `ingress` (nft(8)). What meets one with a rule,
 * or with the policy drop, cannot be followed further.
 */
function nftOn(view: View, ifname: string, hook: DeviceHook): DeviceFilter | undefined {
  for (const table of view.namespace.nft) {
    const chain = table.chains.find(
      row => row.hook === hook && isOn(row.device, ifname) && decides(table, row.name, row.policy),
    )
    if (!chain) continue
    const rule = table.rules.find(row => row.chain === chain.name)
    const detail = `nft chain ${table.family} ${table.table} ${chain.name} on ${ifname} (${hook}) is not evaluated`
    const key = rule ? nftRuleKey(table, rule) : `nft ${table.family} ${table.table} :${chain.name}`
    return { detail, evidence: [view.ref('nft', key)] }
  }
  return undefined
}

/** Names with commas between them; an asterisk at the end stands for anything. A list that was not told may hold any device. */
function isOn(devices: string | undefined, ifname: string): boolean {
  if (devices === undefined) return true
  return devices
    .split(',')
    .some(name => (name.endsWith('*') ? ifname.startsWith(name.slice(0, -1)) : name === ifname))
}

function decides({ rules }: NftTable, chain: string, policy: string | undefined): boolean {
  return policy === 'drop' || rules.some(row => row.chain === chain)
}
