import type { Link } from '../../../snapshot/index.ts'

/** A field that names another link of the namespace, of which the kernel gave only the index. */
type NameReference = {
  readonly target: Record<string, unknown>
  readonly key: string
  readonly ifindex: number
}

/**
 * What can be said only when all links of a namespace are known: a dump gives devices in ascending order of their
 * indexes, so a master often comes after its ports.
 */
export type LinkReferences = {
  readonly names: NameReference[]
  /** Links with an IFLA_LINK in the same namespace, and that index. */
  readonly lowers: { readonly link: Link; readonly ifindex: number }[]
}

/**
 * Puts names in place; an index that no link has becomes `if7`, as iproute2 writes it. A link above a device that is
 * not up gets iproute2's flag `M-DOWN`.
 */
export function resolveLinkReferences(references: LinkReferences, links: readonly Link[]): void {
  const byIndex = new Map<number, Link>()
  for (const link of links) byIndex.set(link.ifindex, link)
  for (const { target, key, ifindex } of references.names) {
    target[key] = byIndex.get(ifindex)?.ifname ?? `if${ifindex}`
  }
  for (const { link, ifindex } of references.lowers) {
    const lower = byIndex.get(ifindex)
    link.link = lower?.ifname ?? `if${ifindex}`
    if (lower && !lower.flags.includes('UP')) link.flags = [...link.flags, 'M-DOWN']
  }
}
