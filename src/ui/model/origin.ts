import type { Namespace, Snapshot, SourceReport } from '../../snapshot/index.ts'
import { formatDuration, formatTook } from '../../util/format.ts'
import { sanitise } from '../../util/sanitise.ts'
import { padEnd, wrap } from '../../util/text.ts'
import { statusGlyph, statusTone } from './sources.ts'
import { emptyLine, type Line } from './span.ts'

/** How a source is read, and the command that an operator would have typed. */
type Reading = {
  readonly source: string
  readonly how: string
  readonly sameAs: string
  readonly again?: string
}

/** When a source is read again. */
const byEvents = 'when the kernel tells of a change'
const inRounds = 'every second or so on the screen; elsewhere every ten seconds, or as the header says'
const whenSeen = 'every second or so on the screen; elsewhere not'

/** By the beginning of the source's name; the first that fits. */
const readings: readonly Reading[] = [
  {
    source: 'rtnl.links',
    how: 'netlink: dump of RTM_GETLINK',
    sameAs: 'ip -d -s link',
    again: `${byEvents}; counters every second on the screen`,
  },
  { source: 'rtnl.addresses', how: 'netlink: dump of RTM_GETADDR', sameAs: 'ip addr', again: byEvents },
  {
    source: 'rtnl.routes',
    how: 'netlink: dump of RTM_GETROUTE',
    sameAs: 'ip route show table all',
    again: byEvents,
  },
  { source: 'rtnl.rules', how: 'netlink: dump of RTM_GETRULE', sameAs: 'ip rule', again: byEvents },
  { source: 'rtnl.neighbours', how: 'netlink: dump of RTM_GETNEIGH', sameAs: 'ip neigh', again: byEvents },
  {
    source: 'rtnl.fdb',
    how: 'netlink: dump of RTM_GETNEIGH for AF_BRIDGE',
    sameAs: 'bridge fdb',
    again: byEvents,
  },
  {
    source: 'rtnl.vlans',
    how: 'netlink: dump of RTM_GETLINK for AF_BRIDGE, where a bridge filters by VLAN',
    sameAs: 'bridge -compressvlans vlan show',
    again: byEvents,
  },
  { source: 'rtnl.nsids', how: 'netlink: dump of RTM_GETNSID', sameAs: 'ip netns list-id', again: byEvents },
  {
    source: 'rtnl.qdiscs',
    how: 'netlink: dump of RTM_GETQDISC',
    sameAs: 'tc qdisc show',
    again: byEvents,
  },
  {
    source: 'rtnl.filters',
    how: 'netlink: dumps of RTM_GETTFILTER',
    sameAs: 'tc filter show dev DEV ingress, and egress',
    again: byEvents,
  },
  {
    source: 'nft',
    how: 'netlink: dumps of nf_tables',
    sameAs: 'nft list ruleset, iptables-nft-save -c',
    again: `${byEvents}; counters every second on the screen`,
  },
  {
    source: 'xtables',
    how: 'getsockopt on a raw socket',
    sameAs: 'iptables-legacy-save -c',
    again: inRounds,
  },
  {
    source: 'ipvs',
    how: 'generic netlink: IPVS_CMD_GET_SERVICE and IPVS_CMD_GET_DEST',
    sameAs: 'ipvsadm -Ln --stats',
    again: inRounds,
  },
  {
    source: 'xfrm',
    how: 'netlink: dumps of XFRM_MSG_GETSA and XFRM_MSG_GETPOLICY',
    sameAs: 'ip xfrm state, ip xfrm policy',
    again: whenSeen,
  },
  {
    source: 'sock',
    how: 'netlink: dump of SOCK_DIAG_BY_FAMILY',
    sameAs: 'ss -lntup',
    again: 'every second or so on the screen; elsewhere every few minutes',
  },
  { source: 'proc.sysctls', how: 'files below /proc/sys/net', sameAs: 'sysctl -a', again: whenSeen },
  {
    source: 'docker.networks',
    how: 'Docker API: GET /networks/{id}?verbose=true',
    sameAs: 'docker network inspect -v',
  },
  { source: 'docker.containers', how: 'Docker API: GET /containers/{id}/json', sameAs: 'docker inspect' },
  {
    source: 'docker.services',
    how: 'Docker API: GET /services?status=true',
    sameAs: 'docker service inspect',
  },
  { source: 'docker.tasks', how: 'Docker API: GET /tasks', sameAs: 'docker service ps' },
  { source: 'docker.nodes', how: 'Docker API: GET /nodes', sameAs: 'docker node inspect' },
  { source: 'docker.events', how: 'Docker API: GET /events', sameAs: 'docker events' },
  { source: 'docker.version', how: 'Docker API: GET /version', sameAs: 'docker version' },
  { source: 'docker.info', how: 'Docker API: GET /info', sameAs: 'docker info' },
  {
    source: 'proc.conntrack',
    how: 'files below /proc/sys/net/netfilter',
    sameAs: 'conntrack -C',
    again: whenSeen,
  },
]

/** How data came here: from which namespace, by which sources, how they are read, when, and what it took. */
export function originLines(
  snapshot: Snapshot,
  namespace: Namespace,
  reports: readonly SourceReport[],
  columns: number,
  now: number,
): Line[] {
  const taken = Date.parse(snapshot.takenAt)
  const lines: Line[] = [
    pair('namespace', sanitise(`${namespace.name}  ${namespace.id}`)),
    ...namespace.paths.map(path => pair('path', sanitise(path))),
    pair('processes', namespace.pids.length === 0 ? 'none' : namespace.pids.join(' ')),
    pair(
      'snapshot',
      `${snapshot.takenAt} (${formatDuration(now - taken)} ago), took ${formatTook(snapshot.tookMs)}`,
    ),
    emptyLine,
  ]
  lines.push(...reports.flatMap(reportLines))
  return lines.flatMap(line => wrapPair(line, columns))
}

/** One source: how it went, how it is read, and the command that an operator would have typed. */
export function reportLines(report: SourceReport): Line[] {
  const tone = statusTone(report.status)
  const lines: Line[] = [
    {
      spans: [
        { text: `${statusGlyph(report.status)} `, tone },
        { text: sanitise(report.source), tone: 'strong' },
      ],
    },
    pair('status', sanitise(report.status)),
    pair('took', formatTook(report.tookMs)),
  ]
  if (report.reason !== undefined) lines.push(pair('reason', sanitise(report.reason)))
  const reading = readings.find(({ source }) => report.source.startsWith(source))
  if (reading) lines.push(pair('read by', reading.how), pair('same as', reading.sameAs))
  if (reading?.again !== undefined) lines.push(pair('again', reading.again))
  return [...lines, emptyLine]
}

const LABEL = 13

/** A label and a value in a line. */
export function pair(label: string, value: string): Line {
  return { spans: [{ text: padEnd(`  ${label}`, LABEL), tone: 'dim' }, { text: value }] }
}

/** Breaks the value of a pair; other lines stay as they are. */
export function wrapPair(line: Line, columns: number): Line[] {
  const [label, value] = line.spans
  if (!label || !value || line.spans.length !== 2 || label.tone !== 'dim') return [line]
  return wrap(value.text, Math.max(10, columns - LABEL)).map((text, index): Line => {
    return { spans: [index === 0 ? label : { text: ' '.repeat(LABEL) }, { text }] }
  })
}
