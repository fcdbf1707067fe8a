/**
 * Where a statement comes from: one row of one node's snapshot. The graph's edges, the hops of a trace and the findings of
 * the doctor refer to the same rows in the same way, so that the screen can show any of them.
 */

/** Lists of a namespace in a snapshot, and `namespace` for what is said of the namespace itself (its paths, its kind). */
export type NamespacePart =
  | 'namespace'
  | 'links'
  | 'addresses'
  | 'routes'
  | 'rules'
  | 'neighbours'
  | 'fdb'
  | 'vlans'
  | 'nsids'
  | 'netfilter'
  | 'nft'
  | 'ipvs'
  | 'xfrm'
  | 'sockets'
  | 'sysctls'
  | 'conntrack'

/** Lists of a snapshot's `docker`, and `info`, which is one object. */
export type DockerPart = 'info' | 'networks' | 'containers' | 'services' | 'tasks' | 'nodes'

export type KernelRow = {
  readonly from: 'kernel'
  /** Graph id of the node whose snapshot it is. */
  readonly node: string
  /** `net:[4026532281]` */
  readonly namespace: string
  readonly part: NamespacePart
  /**
   * As `src/snapshot/row-keys.ts` makes it, which is the id of the row on the screen. Of `netfilter` and `nft` also the table
   * alone (`nft ip nat`), a chain (`nft ip nat :DOCKER`) or, of `nft`, a set (`nft ip nat set ports`); of `sysctls` the name; empty for the part as a whole.
   */
  readonly key: string
  /** JSON pointer (RFC 6901) into the row: `/linkinfo/info_data/id`. */
  readonly field?: string
}

export type DockerRow = {
  readonly from: 'docker'
  readonly node: string
  readonly part: DockerPart
  /** Id of the object; empty for `info`, and for a list as a whole. */
  readonly id: string
  /** JSON pointer (RFC 6901) into the object: `/Services/web/VIP`. */
  readonly field?: string
}

export type RowRef = KernelRow | DockerRow

/** A JSON pointer from its parts: `pointer('Options', 'a/b')` is `/Options/a~1b`. */
export function pointer(...path: readonly (string | number)[]): string {
  let text = ''
  for (const part of path) text += `/${escapePart(String(part))}`
  return text
}

/** A JSON pointer, and one more part behind it. */
export function extended(path: string, part: string): string {
  return `${path}/${escapePart(part)}`
}

function escapePart(part: string): string {
  return /[~/]/.test(part) ? part.replaceAll('~', '~0').replaceAll('/', '~1') : part
}
