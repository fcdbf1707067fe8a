import { without } from './diff/rows.ts'
import { type Change, diffSnapshots, type SnapshotDiff } from './diff.ts'
import type { Namespace, Snapshot } from './index.ts'

/** What says what a namespace does; the rest (routes to neighbours, group addresses, settings of an interface) follows from it. */
const telling: ReadonlySet<string> = new Set([
  'namespace',
  'link',
  'address',
  'rule',
  'nft rule',
  'virtual service',
  'real server',
  'xfrm state',
  'xfrm policy',
])

/**
 * What an action did to the data plane: namespaces that came and went with what is in them, and what changed in the others. What the
 * Docker API says is left out: it says what was wanted.
 */
export function diffDataPlane(before: Snapshot, after: Snapshot): SnapshotDiff {
  const { changes, unknown } = diffSnapshots(kernelOf(before), kernelOf(after))
  const come = namespacesOnlyIn(after, before)
  const gone = namespacesOnlyIn(before, after)
  const inside = [
    ...diffSnapshots(holding(after, come.map(emptied)), holding(after, come)).changes,
    ...diffSnapshots(holding(before, gone), holding(before, gone.map(emptied))).changes,
  ]
  const all = [...changes, ...inside].filter(isTelling)
  const [whole, parts] = [
    all.filter(({ namespace }) => namespace === undefined),
    all.filter(({ namespace }) => namespace !== undefined),
  ]
  return { changes: [...whole, ...parts], unknown }
}

function isTelling({ type, name }: Change): boolean {
  // Every interface has a link-local address.
  return telling.has(type) && !(type === 'address' && name.startsWith('fe80:'))
}

function kernelOf(snapshot: Snapshot): Snapshot {
  return {
    ...without(snapshot, 'docker'),
    sources: snapshot.sources.filter(({ source }) => !source.startsWith('docker.')),
  } as Snapshot
}

function namespacesOnlyIn(one: Snapshot, other: Snapshot): Namespace[] {
  const ids = new Set(other.namespaces.map(({ id }) => id))
  return one.namespaces.filter(({ id }) => !ids.has(id))
}

function holding(snapshot: Snapshot, namespaces: Namespace[]): Snapshot {
  return { ...kernelOf(snapshot), namespaces }
}

/** The same namespace with nothing in it. */
function emptied(namespace: Namespace): Namespace {
  return {
    ...namespace,
    links: [],
    addresses: [],
    netfilter: [],
    nft: [],
    ipvs: { ...namespace.ipvs, services: [] },
    xfrm: { states: [], policies: [] },
  }
}
