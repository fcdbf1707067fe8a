import type { Snapshot } from '../../snapshot/index.ts'
import type { RowRef } from '../evidence.ts'
import type { Disposition, Ending, Hop, Path, Step } from '../trace.ts'
import { protocolText } from '../packet.ts'
import { fixFor } from './fix.ts'
import { inNamespace, quoted } from './shell.ts'

/** What an operator can do about an end that does not deliver. */
export type Advice = {
  /** The command that shows the broken hop by hand. */
  readonly command: string
  /** What is known to mend it. */
  readonly fix?: string
}

const good: ReadonlySet<Disposition> = new Set(['delivered', 'left-node', 'left-for-peer'])

/** Undefined for an end where nothing is broken, and where nobody can look from here. */
export function adviceFor(
  nodes: ReadonlyMap<string, Snapshot>,
  end: Ending,
  hops: readonly Hop[],
): Advice | undefined {
  if (good.has(end.disposition)) return undefined
  const namespace = nodes.get(end.node)?.namespaces.find(({ id }) => id === end.namespace)
  if (!namespace) return undefined
  const last = hops.at(-1)?.steps.at(-1)
  const look = commandFor(end, last)
  if (look === undefined) return undefined
  const fix = fixFor(end, last, namespace)
  return { command: inNamespace(namespace, look), ...(fix !== undefined && { fix }) }
}

/** The ends of a path that do not deliver, with those of its answer, in their order. */
export function brokenEnds(path: Path): { readonly end: Ending; readonly hops: readonly Hop[] }[] {
  const own = path.end && !good.has(path.end.disposition) ? [{ end: path.end, hops: path.hops }] : []
  const branches = path.fork?.branches.flatMap(branch => brokenEnds(branch.path)) ?? []
  return [...own, ...branches, ...(path.reply ? brokenEnds(path.reply) : [])]
}

function commandFor(end: Ending, last: Step | undefined): string | undefined {
  const evidence = [...end.evidence, ...(last?.evidence ?? [])]
  const { packet } = end
  switch (end.disposition) {
    case 'no-route':
      return packet.destination === undefined
        ? 'ip route show table all'
        : `ip route get ${packet.destination}`
    case 'no-neighbour':
      return 'ip neigh show'
    case 'no-virtual-service':
    case 'no-real-server':
      return 'ipvsadm -Ln'
    case 'no-listener':
      return `ss -ln${packet.protocol === 17 ? 'u' : 't'}p`
    default:
  }
  for (const ref of evidence) {
    const command = commandForRow(ref)
    if (command !== undefined) return command
  }
  return byKind(last, end)
}

/** The tool that prints a row, narrowed down to it where it can be. */
function commandForRow({ part, key }: RowRef): string | undefined {
  switch (part) {
    case 'netfilter':
      return iptablesFor(key)
    case 'nft':
      return 'nft list ruleset'
    case 'ipvs':
      return 'ipvsadm -Ln --stats'
    case 'sysctls':
      return key === '' ? undefined : `sysctl ${quoted(key)}`
    case 'fdb':
      return 'bridge fdb show'
    case 'neighbours':
      return 'ip neigh show'
    case 'routes':
      return 'ip route show table all'
    case 'rules':
      return 'ip rule show'
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
