import type { Link, Nsid } from '../../snapshot/index.ts'

/** A link whose other end, or lower device, is in another namespace. */
type End = {
  readonly ifindex: number
  readonly kind: string
  readonly linkIndex: number
  readonly nsid: number
}

/** What one namespace calls the others, and its own ends by index. */
type Page = { ends: ReadonlyMap<number, End>; names: Map<number, string> }

/** Asks the kernel what the namespace being read calls `id`: undefined for no alias, or when `id` cannot be opened. */
export type AskNsid = (id: string) => number | undefined

/**
 * Which namespace stands behind each nsid, learnt one namespace at a time.
 *
 * Asking every namespace for every other would take a question for each pair. A veth pair names its candidates by
 * itself: each end knows the index of the other. So only they are asked about, and a confirmed pair tells the nsids of
 * both sides. Indexes alone prove nothing: since Docker 28 they repeat in every sandbox.
 */
export type NsidBook = {
  /** Takes the links of a namespace that is open right now; `ask` is called only during this call. */
  learn(id: string, links: readonly Link[], ask: AskNsid): void
  /** The aliases of a namespace with what they stand for, where that is known. */
  rows(id: string, nsids: readonly number[]): Nsid[]
  /**
   * Namespaces with an nsid that nothing explains yet, worth another `learn` now that all others have been read: for a veth
   * pair, when its other end was seen. None when nothing new was learnt since this was last asked.
   */
  unexplained(): string[]
  /** Namespaces whose rows may have changed since this was last asked. */
  touched(): string[]
  forget(id: string): void
}

export function createNsidBook(): NsidBook {
  const pages = new Map<string, Page>()
  /** Ends by the index that they have, over all namespaces. */
  const byIndex = new Map<number, Set<string>>()
  const touched = new Set<string>()
  let isNewsHere = false

  function name(id: string, page: Page, nsid: number, namespace: string): void {
    page.names.set(nsid, namespace)
    touched.add(id)
  }

  function replaceEnds(id: string, ends: ReadonlyMap<number, End>): Page {
    const page = pages.get(id) ?? { ends: new Map<number, End>(), names: new Map<number, string>() }
    if (pages.has(id) && areSame(page.ends, ends)) return page
    isNewsHere = true
    for (const ifindex of page.ends.keys()) byIndex.get(ifindex)?.delete(id)
    for (const ifindex of ends.keys()) {
      const owners = byIndex.get(ifindex)
      if (owners) owners.add(id)
      else byIndex.set(ifindex, new Set([id]))
    }
    page.ends = ends
    pages.set(id, page)
    return page
  }

  /** Namespaces with an end that `end` points at, and that points back at it. */
  function candidates(id: string, end: End): string[] {
    const found: string[] = []
    for (const other of byIndex.get(end.linkIndex) ?? []) {
      if (other !== id && pages.get(other)?.ends.get(end.linkIndex)?.linkIndex === end.ifindex)
        found.push(other)
    }
    return found
  }

  function explain(id: string, page: Page, end: End, ask: AskNsid): void {
    for (const candidate of candidates(id, end)) {
      if (ask(candidate) !== end.nsid) continue
      name(id, page, end.nsid, candidate)
      const theirs = pages.get(candidate)!
      const counterpart = theirs.ends.get(end.linkIndex)!
      // Their end points back at ours, and the kernel said that ours points at them: their alias is ours.
      if (counterpart.kind === 'veth') name(candidate, theirs, counterpart.nsid, id)
      return
    }
  }

  /** Whether another look at this end may explain it: a veth pair needs both of its ends. */
  function isWorthwhile(id: string, page: Page, end: End): boolean {
    if (page.names.has(end.nsid)) return false
    return end.kind !== 'veth' || candidates(id, end).length > 0
  }

  return {
    learn(id, links, ask) {
      const page = replaceEnds(id, endsOf(links))
      for (const end of page.ends.values()) if (!page.names.has(end.nsid)) explain(id, page, end, ask)
      // What is left has no counterpart: a vxlan names the namespace that holds its socket, a macvlan its parent's.
      for (const end of page.ends.values()) {
        if (page.names.has(end.nsid) || end.kind === 'veth') continue
        for (const candidate of hubs(pages)) {
          if (candidate !== id && ask(candidate) === end.nsid) {
            name(id, page, end.nsid, candidate)
            break
          }
        }
      }
    },
    rows(id, nsids) {
      const names = pages.get(id)?.names
      return nsids.map(nsid => {
        const namespace = names?.get(nsid)
        return namespace === undefined || !pages.has(namespace) ? { nsid } : { nsid, namespace }
      })
    },
    unexplained() {
      if (!isNewsHere) return []
      isNewsHere = false
      const open: string[] = []
      for (const [id, page] of pages) {
        if ([...page.ends.values()].some(end => isWorthwhile(id, page, end))) open.push(id)
      }
      return open
    },
    touched() {
      const ids = [...touched]
      touched.clear()
      return ids
    },
    forget(id) {
      replaceEnds(id, new Map())
      pages.delete(id)
      touched.delete(id)
      // An nsid is given to another namespace once its first one is gone.
      for (const [other, { names }] of pages) {
        for (const [nsid, namespace] of names) {
          if (namespace !== id) continue
          names.delete(nsid)
          touched.add(other)
        }
      }
    },
  }
}

const MAX_HUBS = 16

/** The first namespaces that were learnt: the host and the overlays, where lower devices live. */
function hubs(pages: ReadonlyMap<string, Page>): string[] {
  return [...pages.keys()].slice(0, MAX_HUBS)
}

function endsOf(links: readonly Link[]): Map<number, End> {
  const ends = new Map<number, End>()
  for (const link of links) {
    const { ifindex, link_netnsid: nsid } = link
    if (nsid === undefined) continue
    // The kernel leaves IFLA_LINK out when the peer has the same index (rtnl_fill_ifinfo, nla_put_iflink).
    const linkIndex = link.link_index ?? ifindex
    ends.set(ifindex, { ifindex, kind: link.linkinfo?.info_kind ?? '', linkIndex, nsid })
  }
  return ends
}

function areSame(some: ReadonlyMap<number, End>, others: ReadonlyMap<number, End>): boolean {
  if (some.size !== others.size) return false
  for (const [ifindex, { kind, linkIndex, nsid }] of some) {
    const other = others.get(ifindex)
    if (other?.kind !== kind || other.linkIndex !== linkIndex || other.nsid !== nsid) return false
  }
  return true
}
