import type { Sandbox } from '../../graph/model.ts'
import { findObjects } from '../../graph/query.ts'
import type { Address, Namespace } from '../../snapshot/index.ts'
import type { FlowEntry } from '../flow.ts'
import { formatIp, type Ip, parseIp } from '../../util/prefix.ts'
import { plainAddress, QuestionError } from './question.ts'
import { hostOf, listed, nodeName, type Scene, sandboxesOf, sandboxName, unknownName } from './scene.ts'

/** Where a connection is made from. */
export type Client =
  | {
      readonly kind: 'outside'
      /** Its address; one is chosen for example when it is left out. */
      readonly address?: string
    }
  | { readonly kind: 'sandbox'; readonly sandbox: Sandbox; readonly name: string }

const types = new Set(['sandbox', 'container', 'task', 'service', 'endpoint', 'node'] as const)

/**
 * The sandbox that `--from` names: `host`, a node (its host), a container, a task, a sandbox, an endpoint, a service with one task;
 * an address that nobody here has is a client outside.
 *
 * @throws QuestionError when nothing has the name, or several sandboxes have
 */
export function clientOf(scene: Scene, word: string | undefined): Client {
  if (word === undefined) return { kind: 'outside' }
  const from = plainAddress(word) ?? word
  const objects = findObjects(scene.graph, from).filter(({ type }) => types.has(type as never))
  const named =
    from === 'host'
      ? Object.values(scene.graph.sandboxes).filter(({ kind }) => kind === 'host')
      : objects.flatMap(object => sandboxesOf(scene, object))
  const sandboxes = [...new Map(named.map(sandbox => [sandbox.id, sandbox])).values()]
  const [sandbox, another] = sandboxes
  if (objects.length === 0 && parseIp(from)) return { kind: 'outside', address: from }
  if (!sandbox) {
    if (objects.length === 0) throw unknownName(scene, from, types)
    throw new QuestionError(`the namespace of ${from} is in no snapshot: take one on its node`)
  }
  if (another) {
    const names = sandboxes.map(one =>
      one.kind === 'host' ? nodeName(scene, one.node) : sandboxName(scene, one),
    )
    throw new QuestionError(`'${from}' are several: ${listed(names.toSorted())}`)
  }
  return {
    kind: 'sandbox',
    sandbox,
    name: sandbox.kind === 'host' ? nodeName(scene, sandbox.node) : sandboxName(scene, sandbox),
  }
}

/** A client outside of a node: by which interface it comes, what address it has for example, and that of the node there. */
export type Outside = {
  readonly entry: FlowEntry
  readonly source: string
  readonly destination: string
}

/** TEST-NET-2 (RFC 5737) and the documentation prefix (RFC 3849): nobody's, so that routing takes the default route. */
const EXAMPLE = { inet: '198.51.100.1', inet6: '2001:db8::1' } as const

/**
 * A client that reaches the node by the interface of its default route; without one, by that of the address that other nodes know,
 * from the same subnet.
 *
 * @param destination the address of the node that is asked; chosen when left out
 * @param from the client's own address; chosen when left out
 */
export function outsideOf(scene: Scene, node: string, destination?: string, from?: string): Outside {
  const host = hostOf(scene, node)
  if (!host) throw new QuestionError(`the host namespace of ${nodeName(scene, node)} is in no snapshot`)
  const families = [destination, from].flatMap(address => (address === undefined ? [] : [familyOf(address)]))
  const family = families[0] ?? 'inet'
  if (families.some(other => other !== family))
    throw new QuestionError(
      `${from} is ${words[familyOf(from!)]}, and ${destination} is ${words[family]}: nobody sends so`,
    )
  const own = outerAddresses(scene, node, host).filter(row => row.family === family)
  const gateway = host.routes.find(
    row =>
      row.dst === 'default' &&
      row.family === family &&
      (row.table ?? 'main') === 'main' &&
      row.type === 'unicast',
  )
  const dev = gateway?.dev ?? gateway?.nexthops?.[0]?.dev
  const asked = own.find(({ local }) => local === destination)
  const address = asked ?? own.find(({ ifname }) => ifname === dev) ?? own[0]
  if (!address && family === 'inet6') {
    throw new QuestionError(
      `no interface of ${nodeName(scene, node)} that leads outside has an address of IPv6`,
    )
  }
  if (!address) {
    throw new QuestionError(
      `no interface of ${nodeName(scene, node)} leads outside: say who asks with --from`,
    )
  }
  const byGateway = dev !== undefined && (dev === address.ifname || !asked)
  const ifname = byGateway ? dev : address.ifname
  return {
    entry: { kind: 'interface', node, namespace: host.id, ifname },
    source: from ?? (byGateway ? EXAMPLE[family] : neighbourOf(host, address)),
    destination: destination ?? address.local,
  }
}

const words = { inet: 'IPv4', inet6: 'IPv6' } as const

const familyOf = (address: string): 'inet' | 'inet6' => (address.includes(':') ? 'inet6' : 'inet')

/** Addresses of interfaces that are no bridge, no pair and not `lo`; that which other nodes send to comes first. */
function outerAddresses({ graph }: Scene, node: string, host: Namespace): Address[] {
  const vteps = new Set(graph.nodes[node]?.vteps)
  const inner = new Set(['bridge', 'veth', 'dummy', 'vxlan'])
  const links = new Map(host.links.map(link => [link.ifname, link]))
  const isOuter = ({ ifname, scope, local }: Address): boolean => {
    const link = links.get(ifname)
    if (!link || scope !== 'global' || link.flags.includes('LOOPBACK')) return false
    return vteps.has(local) || !inner.has(link.linkinfo?.info_kind ?? '') || isUplink(link.ifname)
  }
  // A container host or a lab has a veth for its uplink: one with an address of its own and no bridge above it.
  const isUplink = (ifname: string): boolean => {
    const link = links.get(ifname)
    return link?.linkinfo?.info_kind === 'veth' && link.master === undefined
  }
  return host.addresses
    .filter(isOuter)
    .sort((a, b) => Number(vteps.has(b.local)) - Number(vteps.has(a.local)))
}

/** An address of the same subnet that nobody is known to have: counted down from its end. */
function neighbourOf(host: Namespace, { local, prefixlen, family }: Address): string {
  const ip = parseIp(local)
  if (!ip) return EXAMPLE[family]
  const taken = new Set([local, ...host.neighbours.map(({ dst }) => dst)])
  const size = 1n << BigInt(ip.bits - prefixlen)
  const first = ip.value - (ip.value % size)
  for (let back = 2n; back < size && back < 1000n; back++) {
    const candidate: Ip = { bits: ip.bits, value: first + size - back }
    if (!taken.has(formatIp(candidate))) return formatIp(candidate)
  }
  return EXAMPLE[family]
}
