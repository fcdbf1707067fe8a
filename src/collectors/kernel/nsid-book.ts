import type { Link, Nsid } from '../../snapshot/index.ts'

/** A link whose other end, or lower device, is in another namespace. */
type End = {
  readonly ifindex: number
  readonly kind: string
  readonly linkIndex: number
  readonly nsid: number
}

/** What one namespace calls the others. */
type Page = { ends: End[]; names: Map<number, string> }

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
   * Namespaces with an nsid that nothing explains yet, worth another `learn` now that all others have been read; none
   * when nothing new was learnt since this was last asked.
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

  function replaceEnds(id: string, ends: End[]): Page {
    const page = pages.get(id) ?? { ends: [], names: new Map<number, string>() }
    if (JSON.stringify(page.ends) === JSON.stringify(ends) && pages.has(id)) return page
    isNewsHere = true
    for (const end of page.ends) byIndex.get(end.ifindex)?.delete(id)
    for (const end of ends) {
      const owners = byIndex.get(end.ifindex)
      if (owners) owners.add(id)
      else byIndex.set(end.ifindex, new Set([id]))
    }
    page.ends = ends
    pages.set(id, page)
    return page
  }

  function explain(id: string, page: Page, end: End, ask: AskNsid): void {
    for (const candidate of byIndex.get(end.linkIndex) ?? []) {
      const theirs = pages.get(candidate)
      const counterpart = theirs?.ends.find(
        other => other.ifindex === end.linkIndex && other.linkIndex === end.ifindex,
      )
      if (candidate === id || !theirs || !counterpart || ask(candidate) !== end.nsid) continue
      name(id, page, end.nsid, candidate)
      // Their end points back at ours, and the kernel said that ours points at them: their alias is ours.
      if (counterpart.kind === 'veth') name(candidate, theirs, counterpart.nsid, id)
      return
    }
  }

  return {
    learn(id, links, ask) {
      const page = replaceEnds(
        id,
        links.map(endOf).filter(end => end !== undefined),
      )
      for (const end of page.ends) if (!page.names.has(end.nsid)) explain(id, page, end, ask)
      // What is left has no counterpart: a vxlan names the namespace that holds its socket, a macvlan its parent's.
      for (const end of page.ends) {
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
      const open = [...pages].filter(([, page]) => page.ends.some(end => !page.names.has(end.nsid)))
      return open.map(([id]) => id)
    },
    touched() {
      const ids = [...touched]
      touched.clear()
      return ids
    },
    forget(id) {
      replaceEnds(id, [])
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

/** The kernel leaves IFLA_LINK out when the peer has the same index (rtnl_fill_ifinfo, nla_put_iflink). */
function endOf(link: Link): End | undefined {
  if (link.link_netnsid === undefined) return undefined
  return {
    ifindex: link.ifindex,
    kind: link.linkinfo?.info_kind ?? '',
    linkIndex: link.link_index ?? link.ifindex,
    nsid: link.link_netnsid,
  }
}
