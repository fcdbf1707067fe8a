import { type Flow, type Path, traceFlow } from '../../src/lb/index.ts'
import { IPPROTO_TCP } from '../../src/lb/packet.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { netfilterRuleKeys } from '../../src/snapshot/row-keys.ts'
import { type Bed, places, type PlaceName, ports, VIP } from './bed.ts'
import type { TunnelCase } from './cases.ts'

/** Who has answered, and which rules have counted packets, as `rs1 legacy ip mangle -A PREROUTING …`. */
export type Witness = { readonly answered: readonly string[]; readonly counted: readonly string[] }

/** More connections than there are real servers: `rr` takes them in turn. */
const CONNECTIONS = 4

/** What the kernel does in a case: connections are made, and counters read before and after. */
export function seenByKernel(bed: Bed, each: TunnelCase): { snapshot: Snapshot; witness: Witness } {
  const { from = 'client', source, port = ports[0] } = each
  for (const place of ['director', 'rs1', 'rs2'] as const) bed.run(place, 'conntrack -F')
  const snapshot = bed.snapshot()
  const curl = `curl -s -m 2${source === undefined ? '' : ` --interface ${source}`} http://${VIP}:${port}/`
  const asked = `(${curl};true)&`.repeat(CONNECTIONS)
  const answers = bed.shell(from, `${asked}wait`)
  const answered = answers.split('\n').flatMap(line => line.split(' at ').slice(0, -1))
  return {
    snapshot,
    witness: { answered: sorted(answered), counted: countedBetween(snapshot, bed.snapshot()) },
  }
}

function countedBetween(before: Snapshot, after: Snapshot): string[] {
  const counts = countsOf(before)
  return sorted(
    [...countsOf(after)].filter(([key, count]) => count > (counts.get(key) ?? 0)).map(([key]) => key),
  )
}

function countsOf(snapshot: Snapshot): Map<string, number> {
  return new Map(
    snapshot.namespaces.flatMap(({ netfilter }, index) =>
      netfilter.flatMap(table => {
        const keyOf = netfilterRuleKeys(table)
        return table.rules.map(rule => [`${places[index]} ${keyOf(rule)}`, Number(rule.packets)] as const)
      }),
    ),
  )
}

const sorted = (words: readonly string[]): string[] => [...new Set(words)].toSorted()

/** What our trace says of the same. */
export function saidByTrace(snapshot: Snapshot, each: TunnelCase): Witness & { readonly sentence: string } {
  const { path, sentence } = traceFlow([snapshot], flowOf(snapshot, each))
  const leaves = leavesOf(path)
  const answered = leaves.filter(isAnswered).map(({ end }) => placeOf(snapshot, end!.namespace))
  return { answered: sorted(answered), counted: sorted(rulesOf(snapshot, path)), sentence }
}

export function flowOf(
  { namespaces }: Snapshot,
  { from = 'client', source, port = ports[0], ttl = 64 }: TunnelCase,
): Flow {
  const namespace = namespaces[places.indexOf(from)]!.id
  return {
    family: 'inet',
    protocol: IPPROTO_TCP,
    ...(source !== undefined && { source }),
    destination: VIP,
    destinationPort: port,
    ttl,
    entry: { kind: 'local', namespace },
  }
}

const placeOf = ({ namespaces }: Snapshot, id: string): PlaceName =>
  places[namespaces.findIndex(namespace => namespace.id === id)]!

function leavesOf(path: Path): Path[] {
  return path.fork ? path.fork.branches.flatMap(branch => leavesOf(branch.path)) : [path]
}

function isAnswered({ end, reply }: Path): boolean {
  const isDelivered = (each: Path): boolean => each.end?.disposition === 'delivered'
  return end?.disposition === 'delivered' && reply !== undefined && leavesOf(reply).every(isDelivered)
}

function rulesOf(snapshot: Snapshot, { hops, fork, reply }: Path): string[] {
  const own = hops.flatMap(({ namespace, steps }) =>
    steps
      .filter(({ kind }) => kind === 'rule')
      .flatMap(({ evidence }) => evidence.map(({ key }) => `${placeOf(snapshot, namespace)} ${key}`)),
  )
  const behind = [...(fork?.branches ?? []).map(({ path }) => path), ...(reply ? [reply] : [])]
  return [...own, ...behind.flatMap(each => rulesOf(snapshot, each))]
}
