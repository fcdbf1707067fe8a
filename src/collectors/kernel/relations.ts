import type { Link, LinkPeer, Namespace } from '../../snapshot/index.ts'

/** What the second phase needs of a namespace: its links, and what it calls the other namespaces. */
export type RelatedNamespace = Pick<Namespace, 'id' | 'links' | 'nsids'>

export type PeerResolution = {
  /** The links of those namespaces in which a `peer` was found, has changed or is gone; the others stay as they are. */
  readonly links: ReadonlyMap<string, Link[]>
  /** By namespace: one sentence for each link whose peer cannot be told from others. */
  readonly problems: ReadonlyMap<string, string[]>
}

/** One end of a pair that lies in two namespaces. */
type End = {
  readonly namespace: RelatedNamespace
  readonly link: Link
  /** Index of the other end, in its own namespace. */
  readonly peerIndex: number
  readonly nsid: number
  /** The namespace that `nsid` stands for, where it is known. */
  readonly target: string | undefined
}

/** Kinds that come in pairs. Other kinds use IFLA_LINK for a lower device: a moved vxlan even names its own index. */
const pairKinds: ReadonlySet<string> = new Set(['veth', 'netkit', 'vxcan'])

/** The nsid of a namespace that has none (NETNSA_NSID_NOT_ASSIGNED): one that is just going away. */
const NO_NSID = -1

/**
 * Finds the other end of every pair, when all namespaces are known. Gives new links and changes none.
 *
 * A pair is told by both of its ends: each has the other's index, and the nsids of both, where they are known, stand
 * for the other's namespace. Indexes alone repeat: Docker since 28 makes eth0 inside the sandbox, so every sandbox
 * counts from 2. An end that fits to several others, or is not the only one that fits to its own, has no peer.
 */
export function resolvePeers(namespaces: readonly RelatedNamespace[]): PeerResolution {
  /** By index, then by the index of the other end. */
  const byIndexes = new Map<number, Map<number, End[]>>()
  const ends = new Map<Link, End>()
  for (const namespace of namespaces) {
    const targets = new Map(namespace.nsids.map(({ nsid, namespace: id }) => [nsid, id]))
    for (const link of namespace.links) {
      const end = endOf(namespace, link, targets)
      if (!end) continue
      ends.set(link, end)
      let byPeer = byIndexes.get(link.ifindex)
      if (!byPeer) byIndexes.set(link.ifindex, (byPeer = new Map<number, End[]>()))
      const same = byPeer.get(end.peerIndex)
      if (same) same.push(end)
      else byPeer.set(end.peerIndex, [end])
    }
  }

  const counterparts = (end: End): End[] =>
    (byIndexes.get(end.peerIndex)?.get(end.link.ifindex) ?? []).filter(
      other => other.namespace !== end.namespace && leadsTo(end, other) && leadsTo(other, end),
    )

  const links = new Map<string, Link[]>()
  const problems = new Map<string, string[]>()
  for (const namespace of namespaces) {
    const rows = namespace.links.map(link => {
      const end = ends.get(link)
      if (!end) return withPeer(link, localPeer(namespace, link))
      const candidates = counterparts(end)
      if (candidates.length > 1) {
        const sentence = ambiguity(link, candidates)
        problems.set(namespace.id, [...(problems.get(namespace.id) ?? []), sentence])
      }
      const [only] = candidates
      const mutual = only !== undefined && candidates.length === 1 && counterparts(only).length === 1
      return withPeer(link, mutual ? peerOf(only.namespace, only.link) : undefined)
    })
    if (rows.some((row, index) => row !== namespace.links[index])) links.set(namespace.id, rows)
  }
  return { links, problems }
}

/**
 * Undefined for a link that is no end of a pair across namespaces. The kernel leaves IFLA_LINK out when both ends have
 * the same index (rtnl_fill_iflink in rtnetlink.c); then IFLA_LINK_NETNSID alone is there.
 */
function endOf(
  namespace: RelatedNamespace,
  link: Link,
  targets: ReadonlyMap<number, string | undefined>,
): End | undefined {
  const nsid = link.link_netnsid
  if (!isPair(link) || nsid === undefined || nsid === NO_NSID) return undefined
  return { namespace, link, nsid, peerIndex: link.link_index ?? link.ifindex, target: targets.get(nsid) }
}

/** Whether the nsid of `end` may stand for the namespace of `other`: it does, or it is unknown and no other nsid does. */
function leadsTo(end: End, other: End): boolean {
  if (end.target !== undefined) return end.target === other.namespace.id
  return !end.namespace.nsids.some(({ namespace }) => namespace === other.namespace.id)
}

/** Both ends in one namespace name each other. */
function localPeer(namespace: RelatedNamespace, link: Link): LinkPeer | undefined {
  if (!isPair(link) || typeof link.link !== 'string') return undefined
  const other = namespace.links.find(({ ifname }) => ifname === link.link)
  return other && isPair(other) && other.link === link.ifname ? peerOf(namespace, other) : undefined
}

function isPair(link: Link): boolean {
  return pairKinds.has(link.linkinfo?.info_kind ?? '')
}

function peerOf(namespace: RelatedNamespace, { ifindex, ifname }: Link): LinkPeer {
  return { namespace: namespace.id, ifindex, ifname }
}

/** The link itself when its peer has not changed, so that what is derived from it stays valid. */
function withPeer(link: Link, peer: LinkPeer | undefined): Link {
  const had = link.peer
  if (had === peer) return link
  if (!peer) {
    const { peer: _gone, ...rest } = link
    return rest
  }
  const same = had?.namespace === peer.namespace && had.ifindex === peer.ifindex && had.ifname === peer.ifname
  return same ? link : { ...link, peer }
}

function ambiguity(link: Link, candidates: readonly End[]): string {
  const places = candidates.map(({ namespace, link: other }) => `${other.ifname} in ${namespace.id}`)
  return `${link.ifname} (index ${link.ifindex}) may be paired with ${places.join(' or ')}`
}
