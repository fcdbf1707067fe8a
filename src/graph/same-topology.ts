import type { Namespace, Snapshot } from '../snapshot/index.ts'

/**
 * Whether two snapshots give the same graph. Counters, ages and states that move by themselves count for nothing: a node
 * is read every second, and its graph is the same for hours.
 */
export function isSameTopology(before: Snapshot, after: Snapshot): boolean {
  if (before === after) return true
  if (!isSameDocker(before.docker, after.docker)) return false
  if (before.host.hostname !== after.host.hostname) return false
  if (before.namespaces === after.namespaces) return true
  return (
    before.namespaces.length === after.namespaces.length &&
    before.namespaces.every((namespace, index) => isSameNamespace(namespace, after.namespaces[index]))
  )
}

/** What of the daemon's answers the graph is made from: events are none of it, nor when it was asked. */
const dockerParts = [
  'host',
  'version',
  'info',
  'networks',
  'containers',
  'services',
  'tasks',
  'nodes',
] as const

function isSameDocker(before: Snapshot['docker'], after: Snapshot['docker']): boolean {
  if (before === after) return true
  if (!before || !after) return false
  return dockerParts.every(part => {
    const [old, now] = [before[part], after[part]]
    if (old === now) return true
    return typeof old === 'object' && typeof now === 'object' && isSamePart(old, now)
  })
}

/** The parts of a namespace that the graph is made from. */
const parts = [
  'links',
  'addresses',
  'routes',
  'neighbours',
  'fdb',
  'vlans',
  'netfilter',
  'nft',
  'ipvs',
] as const

function isSameNamespace(before: Namespace, after: Namespace | undefined): boolean {
  if (before === after) return true
  return (
    before.id === after?.id &&
    before.name === after.name &&
    before.kind === after.kind &&
    isSameText(before.paths, after.paths) &&
    isSameText(before.pids, after.pids) &&
    parts.every(part => isSamePart(before[part] ?? [], after[part] ?? []))
  )
}

function isSameText(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before === after || before.join('\n') === after.join('\n')
}

/** Row by row: most rows of a list that was read again are those from before, and few others have moved. */
function isSamePart(before: object, after: object): boolean {
  if (before === after) return true
  if (!Array.isArray(before) || !Array.isArray(after)) return signature(before) === signature(after)
  return (
    before.length === after.length &&
    before.every((row, index) => row === after[index] || signature(row) === signature(after[index]))
  )
}

/** What a row says without what moves by itself. */
function signature(row: unknown): string {
  return JSON.stringify(row, (key, value: unknown) => (moving.has(key) ? undefined : value))
}

const moving: ReadonlySet<string> = new Set([
  // Of links.
  'stats64',
  'stats',
  // Of rules and chains.
  'packets',
  'bytes',
  // Of virtual services and real servers.
  'activeConns',
  'inactiveConns',
  'persistConns',
  // Of addresses, neighbours, forwarding entries and routes.
  'valid_life_time',
  'preferred_life_time',
  'used',
  'updated',
  'confirmed',
  'refcnt',
  'probes',
  'state',
  'expires',
  'cacheinfo',
])
