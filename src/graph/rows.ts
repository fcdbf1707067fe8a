import type { Namespace, NetfilterTable, NftTable, Snapshot } from '../snapshot/index.ts'
import {
  addressKey,
  CONNTRACK_KEY,
  fdbKey,
  portVlansKey,
  linkKey,
  neighbourKey,
  netfilterRuleKeys,
  nftRuleKey,
  nsidKey,
  policyRuleKey,
  realServerKey,
  routeKey,
  uniqueKeys,
  virtualServiceKey,
  xfrmPolicyKey,
  xfrmStateKey,
} from '../snapshot/row-keys.ts'
import { nodeId, snapshotsOfNodes } from './build/world.ts'
import type { DockerRow, KernelRow, RowRef } from './evidence.ts'

/** Snapshots by the graph ids of their nodes, as `buildGraph` assigns them. */
export function snapshotsByNode(snapshots: readonly Snapshot[]): ReadonlyMap<string, Snapshot> {
  return new Map(snapshotsOfNodes(snapshots).map(({ key, newest }) => [nodeId(key), newest]))
}

/**
 * The row that a reference means, as the snapshot holds it, or the field of it.
 *
 * @returns undefined when it is not there: the reference is of another snapshot
 */
export function findRow(snapshots: ReadonlyMap<string, Snapshot>, ref: RowRef): unknown {
  const snapshot = snapshots.get(ref.node)
  if (!snapshot) return undefined
  const row = ref.from === 'kernel' ? kernelRowOf(snapshot, ref) : dockerRowOf(snapshot, ref)
  return ref.field === undefined ? row : follow(row, ref.field)
}

function follow(row: unknown, field: string): unknown {
  let value = row
  for (const part of field.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  }
  return value
}

function dockerRowOf({ docker }: Snapshot, { part, id }: DockerRow): unknown {
  if (part === 'info') return docker?.info
  const list: readonly ({ Id: string } | { ID: string })[] | undefined = docker?.[part]
  return id === '' ? list : list?.find(row => ('Id' in row ? row.Id : row.ID) === id)
}

function kernelRowOf(snapshot: Snapshot, { namespace: id, part, key }: KernelRow): unknown {
  const namespace = snapshot.namespaces.find(row => row.id === id)
  if (!namespace) return undefined
  if (part === 'namespace') return namespace
  if (key === '') return namespace[part]
  switch (part) {
    case 'links':
      return namespace.links.find(row => linkKey(row) === key)
    case 'addresses':
      return byKey(namespace.addresses, addressKey, key)
    case 'neighbours':
      return byKey(namespace.neighbours, neighbourKey, key)
    case 'fdb':
      return byKey(namespace.fdb, fdbKey, key)
    case 'vlans':
      return byKey(namespace.vlans ?? [], portVlansKey, key)
    case 'netfilter':
      return netfilterRow(namespace.netfilter, key)
    case 'nft':
      return nftRow(namespace.nft, key)
    case 'ipvs':
      return ipvsRow(namespace.ipvs, key)
    case 'sysctls':
      return namespace.sysctls[key]
    case 'sockets':
      return byKey(namespace.sockets, ({ inode }) => inode, key)
    case 'routes':
      return byKey(namespace.routes, routeKey, key)
    case 'rules':
      return byKey(namespace.rules, policyRuleKey, key)
    case 'nsids':
      return byKey(namespace.nsids, nsidKey, key)
    case 'xfrm':
      return (
        byKey(namespace.xfrm.states, xfrmStateKey, key) ?? byKey(namespace.xfrm.policies, xfrmPolicyKey, key)
      )
    case 'conntrack':
      return key === CONNTRACK_KEY ? namespace.conntrack : undefined
  }
}

function byKey<Row>(rows: readonly Row[], keyOf: (row: Row) => string, key: string): Row | undefined {
  const unique = uniqueKeys()
  return rows.find(row => unique(keyOf(row)) === key)
}

/** A table, a chain, or a rule. */
function netfilterRow(tables: readonly NetfilterTable[], key: string): unknown {
  for (const table of tables) {
    const name = `${table.backend} ${table.family} ${table.table}`
    if (key === name) return table
    if (!key.startsWith(`${name} `)) continue
    const chain = table.chains.find(row => key === `${name} :${row.name}`)
    if (chain) return chain
    const keyOf = netfilterRuleKeys(table)
    const rule = table.rules.find(row => keyOf(row) === key)
    if (rule) return rule
  }
  return undefined
}

/** A table, a chain, a set, or a rule. */
function nftRow(tables: readonly NftTable[], key: string): unknown {
  for (const table of tables) {
    const name = `nft ${table.family} ${table.table}`
    if (key === name) return table
    if (!key.startsWith(`${name} `)) continue
    const row =
      table.chains.find(chain => key === `${name} :${chain.name}`) ??
      table.sets.find(set => key === `${name} set ${set.name}`) ??
      table.rules.find(rule => nftRuleKey(table, rule) === key)
    if (row) return row
  }
  return undefined
}

function ipvsRow({ services }: Namespace['ipvs'], key: string): unknown {
  for (const service of services) {
    if (virtualServiceKey(service) === key) return service
    const server = service.realServers.find(row => realServerKey(service, row) === key)
    if (server) return server
  }
  return undefined
}
