import type { Branch, Ending, Hop, Path } from '../trace.ts'

/** One way through a path that divides: from the start to one end, without the answer. */
export type Way = {
  /** The branches that it takes, the first one first. */
  readonly branches: readonly Branch[]
  readonly hops: readonly Hop[]
  readonly end: Ending
}

/** Every way that a connection may take, in the order of the branches. */
export function waysOf({ hops, end, fork }: Path): Way[] {
  if (end) return [{ branches: [], hops, end }]
  return (fork?.branches ?? []).flatMap(branch =>
    waysOf(branch.path).map(way => ({
      branches: [branch, ...way.branches],
      hops: [...hops, ...way.hops],
      end: way.end,
    })),
  )
}

/** `10.0.0.6:0 masq weight 1`; empty for a path that does not divide. */
export function wayName({ branches }: Pick<Way, 'branches'>): string {
  return branches.map(({ label }) => label).join(', ')
}
