import type { Address, Link } from '../../snapshot/index.ts'
import { parseIp } from '../../util/prefix.ts'
import type { Maybe } from '../maybe.ts'
import { lookUpRoute } from '../routing/lookup.ts'
import { selectSource } from '../routing/source.ts'
import { isInSubnet, linkSysctl, type View } from '../view.ts'

/** Who asks for an address, and where it hears the answer. */
export type Asker = { readonly view: View; readonly ifname: string }

/** Whether an interface says that it has an address. */
export type Reply =
  | { readonly kind: 'yes'; readonly row?: Address }
  | { readonly kind: 'no' }
  /** `why` stands alone. */
  | { readonly kind: 'unknown'; readonly why: string }

const no: Reply = { kind: 'no' }

/** ARP looks routes up without a packet. */
const anyPacket = {
  oif: null,
  mark: 0,
  tos: 0,
  protocol: undefined,
  sourcePort: undefined,
  destinationPort: undefined,
} as const

/** arp_process of arp.c and ndisc_recv_ns of ndisc.c. */
export function replyOf(view: View, link: Link, address: string, asker: Asker): Reply {
  if (link.flags.includes('NOARP')) return no
  const reply = unfilteredReply(view, link, address, asker)
  const filtered = reply.kind === 'yes' && !address.includes(':') ? arpFilter(view) : undefined
  return filtered === undefined ? reply : { kind: 'unknown', why: filtered }
}

function unfilteredReply(view: View, link: Link, address: string, asker: Asker): Reply {
  // An address that is being checked, or was found to be taken, is not answered for.
  const rows = view
    .addressRows(address)
    .filter(({ tentative, dadfailed }) => tentative === undefined && dadfailed === undefined)
  const own = rows.find(row => row.ifname === link.ifname)
  const row = own ?? rows[0]
  if (!row) return byProxy(view, link, address)
  if (row.family === 'inet6') return own ? { kind: 'yes', row: own } : no
  return byArpIgnore(view, link, { row, isOwn: own !== undefined }, asker)
}

/** arp_ignore: the higher the value, the less is answered for. What was not read of `all` may be higher than the interface's own. */
function byArpIgnore(
  view: View,
  link: Link,
  { row, isOwn }: { readonly row: Address; readonly isOwn: boolean },
  asker: Asker,
): Reply {
  const all = view.sysctl('net.ipv4.conf.all.arp_ignore')
  const ignore = Math.max(all ?? 0, linkSysctl(view, link.ifname, 'arp_ignore') ?? 0)
  if (ignore >= 8) return no
  if (ignore === 3) return row.scope === 'host' ? no : byArpFilter(view, link, row, asker)
  if (ignore === 1 || ignore === 2) {
    if (!isOwn) return no
    return ignore === 1 || isAskedFromSubnet(row, asker) ? byArpFilter(view, link, row, asker) : no
  }
  if (!isOwn && all === undefined) {
    const why = `whether ${link.ifname} of ${view.namespace.name} answers for ${row.local}, which ${row.ifname} has, was not read (arp_ignore)`
    return { kind: 'unknown', why }
  }
  return byArpFilter(view, link, row, asker)
}

/**
 * arp_filter: only the interface answers that leads back to who asks. That may be any address of the asking namespace: the kernel takes the
 * source of the packet where it is one of its own.
 */
function byArpFilter(view: View, link: Link, row: Address, { view: asking }: Asker): Reply {
  const settings = [view.sysctl('net.ipv4.conf.all.arp_filter'), linkSysctl(view, link.ifname, 'arp_filter')]
  const yes: Reply = { kind: 'yes', row }
  if (!settings.includes(1)) return yes
  const back = asking.namespace.addresses
    .filter(({ family, scope }) => family === 'inet' && scope !== 'host')
    .map(({ local }) => leadsBack(view, link, row.local, local))
  if (back.every(leads => leads === true)) return yes
  if (back.every(leads => leads === false)) return no
  const why = `whether ${link.ifname} of ${view.namespace.name} answers for ${row.local} depends on the address that asks (arp_filter)`
  return { kind: 'unknown', why }
}

function leadsBack(view: View, link: Link, own: string, asker: string): Maybe {
  const [source, destination] = [parseIp(own), parseIp(asker)]
  if (!source || !destination) return undefined
  const answer = lookUpRoute(view, { ...anyPacket, destination, source, iif: 'lo' })
  if (answer.kind === 'unknown') return undefined
  return answer.kind === 'route' && answer.ways.every(({ dev }) => dev === link.ifname)
}

/** arp_solicit asks from an address of its interface, near to what it asks for. */
function isAskedFromSubnet(row: Address, { view, ifname }: Asker): boolean {
  const ip = parseIp(row.local)
  const source = ip && selectSource(view, ifname, ip, 'inet', 'link')
  const from = source === undefined ? undefined : parseIp(source)
  return from !== undefined && isInSubnet(from, row)
}

/** proxy_arp, or an entry of a proxy: a router answers for what it has a way to by another interface. */
function byProxy(view: View, link: Link, address: string): Reply {
  const isNamed = view.namespace.neighbours.some(
    row => row.proxy !== undefined && row.dst === address && row.dev === link.ifname,
  )
  const ip = parseIp(address)
  if (!ip) return no
  if (ip.bits === 128) {
    const why = `${link.ifname} of ${view.namespace.name} may answer for ${address} as a proxy`
    return isNamed ? { kind: 'unknown', why } : no
  }
  const isProxy =
    view.sysctl('net.ipv4.conf.all.proxy_arp') === 1 || linkSysctl(view, link.ifname, 'proxy_arp') === 1
  if ((!isProxy && !isNamed) || linkSysctl(view, link.ifname, 'forwarding') !== 1) return no
  const answer = lookUpRoute(view, {
    destination: ip,
    source: undefined,
    iif: link.ifname,
    ...anyPacket,
  })
  if (answer.kind === 'unknown') return { kind: 'unknown', why: answer.reason }
  const leads = answer.kind === 'route' && answer.type === 'unicast'
  return leads && answer.ways.every(({ dev }) => dev !== link.ifname) ? { kind: 'yes' } : no
}

/** arptables, by nf_tables: who is filtered may neither ask nor answer. Undefined: nothing filters. */
export function arpFilter(view: View): string | undefined {
  const table = view.namespace.nft.find(
    ({ family, chains, rules }) =>
      family === 'arp' && (rules.length > 0 || chains.some(({ policy }) => policy === 'drop')),
  )
  return table && `nft table arp ${table.table} of ${view.namespace.name} is not evaluated, and may stop ARP`
}
