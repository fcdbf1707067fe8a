import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parseSave, printRule } from 'node-iptables'
import type { Namespace, NetfilterTable, Snapshot } from '../../../src/snapshot/index.ts'
import { capturedSnapshots } from '../../support/cluster-captures.ts'

/** The healthy swarm of three nodes, to be broken; a new one each time. */
export type World = {
  readonly nodes: readonly [Snapshot, Snapshot, Snapshot]
  /** Addresses, MACs and marks that Docker chose, by name: `mac.api.node2.app`. */
  readonly facts: Readonly<Record<string, string>>
}

const folder = new URL('../../../fixtures/captures/swarm/', import.meta.url)
const texts = ['node1', 'node2', 'node3'].map(node =>
  gunzipSync(readFileSync(new URL(`${node}.cnm.json.gz`, folder))).toString(),
)
const { facts } = JSON.parse(readFileSync(new URL('capture.json', folder), 'utf8')) as Pick<World, 'facts'>

export function healthy(): World {
  const nodes = texts.map(text => JSON.parse(text) as Snapshot)
  return { nodes: [nodes[0]!, nodes[1]!, nodes[2]!], facts }
}

/** The swarm with a fault that was really made; undefined where none was recorded. */
export function recorded(name: string): World | undefined {
  const at = new URL(`../../../fixtures/captures/fault-${name}/`, import.meta.url)
  if (!existsSync(at)) return undefined
  const nodes = capturedSnapshots(`fault-${name}`)
  const made = JSON.parse(readFileSync(new URL('capture.json', at), 'utf8')) as Pick<World, 'facts'>
  return { nodes: [nodes[0]!, nodes[1]!, nodes[2]!], facts: made.facts }
}

export function hostNamespace({ nodes }: World, node = 1): Namespace {
  return nodes[node - 1]!.namespaces.find(({ kind }) => kind === 'host')!
}

export function ingressSandbox({ nodes }: World): Namespace {
  return nodes[0].namespaces.find(({ kind }) => kind === 'ingress')!
}

export function balancer({ nodes }: World): Namespace {
  return nodes[0].namespaces.find(({ kind }) => kind === 'load-balancer')!
}

/** The namespace of the overlay `app`: the one that has the load balancer's other end. */
export function overlay(world: World, node = 1): Namespace {
  const { namespaces } = world.nodes[node - 1]!
  const lb = namespaces.find(({ kind }) => kind === 'load-balancer')!
  return namespaces.find(({ links }) => links.some(({ peer }) => peer?.namespace === lb.id))!
}

/** The sandbox that has an address. */
export function sandboxWith({ nodes }: World, address: string): Namespace {
  for (const { namespaces } of nodes) {
    const found = namespaces.find(
      ({ kind, addresses }) => kind === 'container' && addresses.some(({ local }) => local === address),
    )
    if (found) return found
  }
  throw new Error(`nobody has ${address}`)
}

export function forwardNothing({ sysctls }: Namespace): void {
  for (const name of Object.keys(sysctls))
    if (name === 'net.ipv4.ip_forward' || /^net\.ipv4\.conf\..*\.forwarding$/.test(name)) sysctls[name] = '0'
}

export function tableOf({ netfilter }: Namespace, name: string): NetfilterTable {
  return netfilter.find(({ table, rules }) => table === name && rules.length > 0)!
}

export function deleteRules(namespace: Namespace, table: string, chain: string, text: string): void {
  const from = tableOf(namespace, table)
  const kept = from.rules.filter(rule => rule.chain !== chain || !rule.text.includes(text))
  if (kept.length === from.rules.length) throw new Error(`no rule of ${table} ${chain} has ${text}`)
  from.rules = kept
}

/** Puts a rule in front of the others, as `iptables -I` does. */
export function insertRule(namespace: Namespace, table: string, text: string): void {
  const chain = text.split(' ')[1]!
  const [parsed] = parseSave(`*${table}\n:${chain} - [0:0]\n[0:0] ${text}\nCOMMIT\n`)
  const rules = parsed!.rules.map(rule => ({ ...rule, text: printRule(rule, 'ip') }))
  tableOf(namespace, table).rules.unshift(...rules)
}

/** What the kernel does with a link that goes down: the routes by it are gone too. */
export function setDown(namespace: Namespace, ifname: string): void {
  const link = namespace.links.find(row => row.ifname === ifname)!
  link.flags = link.flags.filter(flag => flag !== 'UP' && flag !== 'LOWER_UP')
  link.operstate = 'DOWN'
  namespace.routes = namespace.routes.filter(({ dev, type }) => dev !== ifname || type === 'local')
}
