import type { Namespace } from '../../snapshot/index.ts'
import type { FoundNamespace } from './discover.ts'

/** The rows of a namespace, without what discovery says of it and how reading went. */
export type NamespaceData = Omit<Namespace, keyof FoundNamespace | 'sources'>

/** A namespace of which nothing has been read: every list is empty and no source speaks for it. */
export function emptyNamespace(found: FoundNamespace): Namespace {
  return {
    ...found,
    links: [],
    addresses: [],
    routes: [],
    rules: [],
    neighbours: [],
    fdb: [],
    vlans: [],
    nsids: [],
    netfilter: [],
    nft: [],
    ipvs: { services: [] },
    xfrm: { states: [], policies: [] },
    sockets: [],
    sysctls: {},
    sources: [],
  }
}
