import type { Network } from '../../graph/model.ts'
import type { Namespace, Snapshot } from '../../snapshot/index.ts'
import { isDirectory, knowledgeOf } from './sources.ts'
import { tabs } from './tabs/index.ts'

/** The sources that endpoints, and what they are wired to, are made from. */
export const endpointSources = tabs.interfaces.sources

/** The sources that virtual services are made from. */
export const balanceSources = tabs.ipvs.sources

/**
 * The namespaces of which some sources could not be read, or are not read yet, by their ids. What was counted from the others is
 * true as a least number only.
 */
export function gapsOf({ namespaces }: Snapshot, sources: readonly string[]): ReadonlySet<string> {
  let ofNode = known.get(namespaces)
  if (!ofNode) known.set(namespaces, (ofNode = new Map()))
  let gaps = ofNode.get(sources)
  if (!gaps) {
    const unknown = namespaces.filter(namespace =>
      ['unknown', 'unread'].includes(knowledgeOf(namespace, sources)),
    )
    gaps = new Set(unknown.map(({ id }) => id))
    ofNode.set(sources, gaps)
  }
  return gaps
}

const known = new WeakMap<readonly Namespace[], Map<readonly string[], ReadonlySet<string>>>()

/** Whether nothing of these sources is missing on a node, and no namespace that a directory may hold. */
export function isWholeNode(node: Snapshot, sources: readonly string[]): boolean {
  return gapsOf(node, sources).size === 0 && !isDirectoryMissing(node)
}

/** Whether nothing of these sources is missing on any node. */
export function isWhole(nodes: readonly Snapshot[], sources: readonly string[]): boolean {
  return nodes.every(node => isWholeNode(node, sources))
}

/** Whether a directory could not be listed that may hold namespaces. */
export function isDirectoryMissing({ sources }: Snapshot): boolean {
  return sources.some(({ source, status }) => isDirectory(source) && missing.has(status))
}

const missing: ReadonlySet<string> = new Set(['unavailable', 'forbidden'])

/** Equal as long as the gaps are the same: for what is remembered with them. */
export function gapKey(nodes: readonly Snapshot[], sources: readonly string[]): string {
  return nodes.map(node => `${isDirectoryMissing(node)} ${[...gapsOf(node, sources)].join()}`).join(';')
}

/** Whether one of the daemons told all there is of the swarm's services or tasks, or that there is no swarm. */
export function isSwarmTold(nodes: readonly Snapshot[], part: 'services' | 'tasks'): boolean {
  return nodes.some(
    ({ docker, sources }) =>
      docker?.info?.Swarm?.LocalNodeState === 'inactive' ||
      sources.some(({ source, status }) => source === `docker.${part}` && status === 'ok'),
  )
}

/**
 * Whether somebody told which services are on a network: a manager tells of all of them, and a node that has a task on the network
 * heard of those on it (`Services` of a verbose inspection). There are none on a network of one node.
 */
export function areServicesTold(
  nodes: readonly Snapshot[],
  { scope, networkId }: Pick<Network, 'scope' | 'networkId'>,
): boolean {
  if (scope === 'local' || isSwarmTold(nodes, 'services')) return true
  return nodes.some(({ docker }) =>
    docker?.networks?.some(({ Id, Services }) => Id === networkId && Services !== undefined),
  )
}

/** `12`; `12+` when there may be more; `?` when nothing is known. */
export function atLeast(count: number, isAll: boolean): string {
  if (isAll) return String(count)
  return count === 0 ? '?' : `${count}+`
}

/** `1 endpoint`, `12+ endpoints`, `? endpoints`. */
export function atLeastWords(count: number, isAll: boolean, noun: string): string {
  return `${atLeast(count, isAll)} ${noun}${isAll && count === 1 ? '' : 's'}`
}
