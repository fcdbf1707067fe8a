import type { Snapshot } from '../../snapshot/index.ts'
import { quoted } from '../../util/shell.ts'
import type { RowRef } from '../evidence.ts'
import type { Flow } from '../flow.ts'
import type { Ending, Hop, Path, Step } from '../trace.ts'
import { protocolText } from '../packet.ts'
import { fixFor, isUnknownMac } from './fix.ts'
import { inNamespace } from './shell.ts'

/** What an operator can do about an end that does not deliver. */
export type Advice = {
  /** The command that shows the broken hop by hand. */
  readonly command: string
  /** What is known to mend it. */
  readonly fix?: string
}

/**
 * Whether something is wrong at an end. What leaves the node may do so when it was sent from inside to where it goes: after a DNAT, and
 * for a client outside, it was meant for somebody here; and an answer has to come to who asked.
 */
function isBroken({ disposition, packet }: Ending, { entry, destination }: Flow, isReply: boolean): boolean {
  if (disposition === 'delivered' || disposition === 'left-for-peer') return false
  if (disposition !== 'left-node') return true
  return isReply || entry.kind !== 'local' || packet.destination !== destination
}

/** Undefined where nobody can look from here. */
export function adviceFor(
  nodes: ReadonlyMap<string, Snapshot>,
  end: Ending,
  hops: readonly Hop[],
): Advice | undefined {
  const { node, namespace: id } = end.cause ?? end
  const namespace = nodes.get(node)?.namespaces.find(row => row.id === id)
  if (!namespace) return undefined
  const last = hops.at(-1)?.steps.at(-1)
  const look = end.cause ? firstCommand(end.cause.evidence) : commandFor(end, last)
  if (look === undefined) return undefined
  const fix =
    end.cause?.fix === undefined ? fixFor(end, last, namespace) : inNamespace(namespace, end.cause.fix)
  return { command: inNamespace(namespace, look), ...(fix !== undefined && { fix }) }
}

export type BrokenEnd = { readonly end: Ending; readonly hops: readonly Hop[] }

/** The ends of a path that do not deliver, with those of its answer, in their order. */
export function brokenEnds(path: Path, flow: Flow, isReply = false): BrokenEnd[] {
  const { end, hops, fork, reply, fullSize } = path
  const own = end && isBroken(end, flow, isReply) ? [{ end, hops }] : []
  if (fullSize) own.push({ end: fullSize.end, hops: [] })
  const branches = fork?.branches.flatMap(branch => brokenEnds(branch.path, flow, isReply)) ?? []
  return [...own, ...branches, ...(reply ? brokenEnds(reply, flow, true) : [])]
}

function commandFor(end: Ending, last: Step | undefined): string | undefined {
  const evidence = [...end.evidence, ...(last?.evidence ?? [])]
  const { packet } = end
  switch (end.disposition) {
    case 'no-route':
    case 'left-node':
      return packet.destination === undefined
        ? 'ip route show table all'
        : `ip route get ${packet.destination}`
    case 'no-neighbour':
    case 'duplicate-address':
      return 'ip neigh show'
    case 'no-virtual-service':
    case 'no-real-server':
      return 'ipvsadm -Ln'
    case 'no-listener':
      return `ss -ln${packet.protocol === 17 ? 'u' : 't'}p`
    default:
  }
  if (isUnknownMac(end.detail)) return 'bridge fdb show'
  return firstCommand(evidence) ?? byKind(last, end)
}

function firstCommand(evidence: readonly RowRef[]): string | undefined {
  for (const ref of evidence) {
    const command = commandForRow(ref)
    if (command !== undefined) return command
  }
  return undefined
}

/** The tool that prints a row, narrowed down to it where it can be. */
function commandForRow({ part, key }: RowRef): string | undefined {
  switch (part) {
    case 'netfilter':
      return key === '' ? 'iptables-save' : iptablesFor(key)
    case 'nft':
      return 'nft list ruleset'
    case 'ipvs':
      return 'ipvsadm -Ln --stats'
    case 'sysctls':
      return key === '' ? undefined : `sysctl ${quoted(key)}`
    case 'fdb':
      return 'bridge fdb show'
    case 'vlans':
      return 'bridge vlan show'
    case 'neighbours':
      return 'ip neigh show'
    case 'routes':
      return 'ip route show table all'
    case 'rules':
      return 'ip rule show'
    case 'conntrack':
      return 'sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max'
    case 'sockets':
      return 'ss -lntup'
    case 'addresses':
      return 'ip addr show'
    case 'links':
      return 'ip -d link show'
    case 'xfrm':
      return 'ip xfrm policy'
    default:
      return undefined
  }
}

/** Of the key of a table, a chain or a rule (src/snapshot/row-keys.ts). */
function iptablesFor(key: string): string | undefined {
  const [backend, family, table, ...rest] = key.split(' ')
  if (table === undefined) return undefined
  const chain = /(?:^:|-A )(\S+)/.exec(rest.join(' '))?.[1]
  const program = `${family === 'ip6' ? 'ip6tables' : 'iptables'}-${backend === 'legacy' ? 'legacy' : 'nft'}`
  return `${program} -t ${quoted(table)} -v -S${chain === undefined ? '' : ` ${quoted(chain)}`}`
}

function byKind(last: Step | undefined, { packet }: Ending): string | undefined {
  switch (last?.kind) {
    case 'bridge':
    case 'vxlan':
      return 'bridge fdb show'
    case 'route':
      return packet.destination === undefined ? 'ip route show' : `ip route get ${packet.destination}`
    case 'neighbour':
      return 'ip neigh show'
    case 'ipvs':
      return 'ipvsadm -Ln'
    case 'socket':
      return 'ss -lntup'
    case 'link':
      return 'ip -d link show'
    case 'conntrack':
      return `conntrack -L -p ${protocolText(packet.protocol)}`
    default:
      return undefined
  }
}
