import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Flow, type Path, type RowRef, type Trace, traceFlow } from '../../src/lb/index.ts'
import type { NftTable, Snapshot } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'
import { seed } from '../support/seed.ts'
import { mixSeed, type Random, seededRandom } from './random.ts'
import { leavesOf } from './trace/bench.ts'
import {
  headerLength,
  IP_HEADER,
  IPV6_HEADER,
  packet6Hex,
  packetHex,
  randomPacket,
  type TestPacket,
} from './trace/packet.ts'
import {
  farAddresses,
  hostAddresses,
  makeRouter,
  type Router,
  routerAddresses,
  startSender,
} from './trace/router.ts'
import { installRules } from './trace/install.ts'
import { addIpv6, farAddresses6, hostAddresses6, routerAddresses6 } from './trace/router6.ts'
import { ports } from './trace/rule-set.ts'
import { readWitness, type Seen, witnessChain, witnessTable, witnessTable6 } from './trace/witness.ts'

const ruleSets = (family: Family): number =>
  Number(process.env['CNMTOP_RULE_SETS'] ?? (family === 'inet' ? 100 : 30))
const packetsEach = Number(process.env['CNMTOP_PACKETS'] ?? 20)
const only = process.env['CNMTOP_ONLY']

type Family = 'inet' | 'inet6'
type Sending = { readonly packet: TestPacket; readonly isLocal: boolean }

const families = {
  inet: {
    host: hostAddresses,
    router: routerAddresses,
    far: farAddresses,
    nobody: '172.31.0.1',
    loopback: '127.0.0.1',
    icmpTypes: [8, 8, 8, 0, 3, 13],
    hexOf: packetHex,
    header: IP_HEADER,
    table: witnessTable,
  },
  inet6: {
    host: hostAddresses6,
    router: routerAddresses6,
    far: farAddresses6,
    nobody: '2001:db8:ff::1',
    loopback: '::1',
    icmpTypes: [128, 128, 128, 129, 1, 139],
    hexOf: packet6Hex,
    header: IPV6_HEADER,
    table: witnessTable6,
  },
} as const

describe.each(['inet', 'inet6'] as const)(
  'the fate of packets under random rule sets, %s',
  needs(
    'root',
    'program:iptables-nft-restore',
    'program:iptables-legacy-restore',
    'program:nft',
    'program:python3',
  ),
  family => {
    const { hexOf, table } = families[family]
    let router: Router
    let sender: ReturnType<typeof startSender>

    beforeAll(() => {
      router = makeRouter()
      if (family === 'inet6') addIpv6(router)
      sender = startSender()
    })
    afterAll(() => {
      sender.stop()
      router.remove()
    })

    test(`is what the kernel does with them (CNMTOP_SEED=${seed})`, { timeout: 3_600_000 }, async () => {
      const problems: string[] = []
      const dispositions = new Map<string, number>()
      let compared = 0
      const numbers =
        only === undefined ? Array.from({ length: ruleSets(family) }, (_, i) => i) : [Number(only)]
      for (const number of numbers) {
        const random = seededRandom(mixSeed(seed, number))
        const legacy = installRules(router, random, table, { family })
        router.run('sysctl', ['-qew', ...shortLives])
        const before = router.snapshot()
        const sendings = random.list(packetsEach, index =>
          family === 'inet'
            ? randomSending(random, family, 1000 + ((number * packetsEach + index) % 30_000))
            : withLength(random, index, randomSending(random, family, number * packetsEach + index)),
        )
        const refused = await sender.send(
          sendings.map(({ packet, isLocal }) => ({
            netns: isLocal ? router.router.path : router.host.path,
            packet: hexOf(packet),
            bind: isLocal,
          })),
        )
        await new Promise(resolve => setTimeout(resolve, 30))
        const after = router.snapshot()
        const seen = readWitness(after.namespaces[1]!, family)
        const traces = sendings.map(sending =>
          traceFlow([before], flowOf(sending, family, router), { reply: false }),
        )
        for (const [index, sending] of sendings.entries()) {
          const trace = traces[index]!
          const errno = refused.find(([at]) => at === index)?.[1]
          const difference = compare(trace, seen, sending, errno)
          dispositions.set(trace.disposition, (dispositions.get(trace.disposition) ?? 0) + 1)
          compared++
          if (difference !== undefined) {
            problems.push(
              `CNMTOP_SEED=${seed} CNMTOP_ONLY=${number} (${legacy}) ${JSON.stringify(sending)}\n  ${difference}\n  ${trace.sentence}`,
            )
          }
        }
        problems.push(
          ...compareCounters(before, after, traces).map(
            text => `CNMTOP_SEED=${seed} CNMTOP_ONLY=${number} ${text}`,
          ),
        )
      }
      process.stderr.write(
        `seed ${seed}, ${family}: ${compared} packets, ${numbers.length} rule sets, ${JSON.stringify(Object.fromEntries(dispositions))}\n`,
      )
      expect(problems).toEqual([])
    })
  },
)

/** What is confirmed, because lo carries it on, is forgotten at once. */
const shortLives = [
  'generic_timeout',
  'icmp_timeout',
  'icmpv6_timeout',
  'udp_timeout',
  'udp_timeout_stream',
  'tcp_timeout_syn_sent',
  'tcp_timeout_syn_recv',
  'tcp_timeout_established',
  'tcp_timeout_unacknowledged',
].map(name => `net.netfilter.nf_conntrack_${name}=0`)

function randomSending(random: Random, family: Family, id: number): Sending {
  const { host, router, far, nobody, loopback, icmpTypes } = families[family]
  const isLocal = random.chance(0.3)
  const sources = isLocal ? router : [...host, nobody]
  // What a host sends to 127.0.0.1 does not leave it.
  const own = router.filter(address => isLocal || address !== loopback)
  const destinations = [...far, ...own, ...(isLocal ? host : [])]
  const packet = randomPacket(random, id, { sources, destinations, ports, icmpTypes })
  // What NAT sends over lo is confirmed, and would be in the way of the same one of an earlier rule set.
  return { isLocal, packet: isLocal ? { ...packet, sourcePort: 20_000 + (id % 30_000) } : packet }
}

/** The length of what is behind the header of IPv6 is what tells packets of a rule set apart. */
function withLength(random: Random, index: number, { isLocal, packet }: Sending): Sending {
  const length = 20 + index + (random.chance(0.25) ? 400 : 0)
  return { isLocal, packet: { ...packet, id: length, payload: length - headerLength[packet.protocol]! } }
}

function flowOf({ packet, isLocal }: Sending, family: Family, router: Router): Flow {
  const {
    protocol,
    source,
    destination,
    sourcePort,
    destinationPort,
    icmpType,
    tcpFlags,
    ttl,
    tos,
    payload,
  } = packet
  return {
    family,
    protocol: protocol === 1 && family === 'inet6' ? 58 : protocol,
    source,
    destination,
    ...(protocol === 1 ? { icmpType, icmpCode: 0 } : { sourcePort, destinationPort }),
    ...(protocol === 6 && { tcpFlags }),
    ttl,
    tos,
    length: families[family].header + headerLength[protocol]! + payload,
    entry: { kind: 'local', namespace: isLocal ? router.router.id : router.host.id },
  }
}

/**
 * What differs; undefined when the kernel did as we said. Where chains of one priority stand in an order that nothing tells, one
 * of the ways must be the kernel's.
 */
function compare(
  { path }: Trace,
  seen: readonly Seen[],
  { packet }: Sending,
  errno: number | undefined,
): string | undefined {
  const actual = seen.filter(({ id }) => id === packet.id)
  if (actual.length > 1) return `seen twice: ${JSON.stringify(actual)}`
  const leaves = leavesOf(path)
  const isOrder = leaves.every(({ labels }) => labels.every(label => label.startsWith("if 'the order of")))
  if (!isOrder) return `not sure: ${leaves.map(({ labels }) => labels.join(', ')).join('; ')}`
  const differences = leaves.map(({ path: leaf }) => compareEnd(leaf, actual[0], packet, errno))
  return differences.includes(undefined) ? undefined : differences.join('\n')
}

function compareEnd(
  path: Path,
  kernel: Seen | undefined,
  packet: TestPacket,
  errno: number | undefined,
): string | undefined {
  if (path.end?.disposition === 'insufficient-info') return `not sure: ${path.end.detail}`
  const chain = witnessChain(path)
  if (!kernel) {
    return chain === undefined
      ? undefined
      : `we say it gets to ${chain}, the kernel does not (${errno ?? 'sent'})`
  }
  if (chain === undefined) return `we do not say that it gets to ${kernel.chain}: ${JSON.stringify(kernel)}`
  const { packet: end } = path.end!
  const ours = {
    chain,
    source: end.source,
    destination: end.destination,
    ...(packet.protocol !== 1 && { sourcePort: end.sourcePort, destinationPort: end.destinationPort }),
    mark: end.mark,
    device: chain === 'in' ? end.inDevice : end.outDevice,
  }
  const theirs = Object.fromEntries(
    // A mark that depends on what a snapshot does not hold is none to compare.
    Object.entries(ours).map(([key, value]) => [
      key,
      value === undefined ? undefined : kernel[key as keyof Seen],
    ]),
  )
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return undefined
  return `ours ${JSON.stringify(ours)}\n  kernel ${JSON.stringify(theirs)}`
}

/** Every rule must have counted what our traces say that it matched. */
function compareCounters(before: Snapshot, after: Snapshot, traces: readonly Trace[]): string[] {
  const counts = new Map<string, number>()
  const refs = traces.flatMap(({ path }) => refsOf(path))
  for (const { key } of refs) counts.set(key, (counts.get(key) ?? 0) + 1)
  // A packet that came over lo and is refused is answered, whatever the limits say, and the answer is counted.
  if (traces.some(({ disposition }) => disposition === 'rejected' || disposition === 'no-route')) return []
  // Of two rules in chains of one priority either may be asked first: a drop hides the other.
  const [, router] = after.namespaces
  const [, old] = before.namespaces
  // And beside nft's own chains, of which iptables' tables know nothing, its counters are not told apart here.
  const isOwn = ({ table, family }: NftTable): boolean =>
    table !== 'witness' &&
    !router!.netfilter.some(
      other => other.family === family && other.table === table && other.backend === 'nft',
    )
  if (router!.nft.some(isOwn)) return []
  if (
    new Set(router!.netfilter.filter(({ rules }) => rules.length > 0).map(({ backend }) => backend)).size > 1
  )
    return []
  const problems: string[] = []
  for (const [at, table] of router!.netfilter.entries()) {
    const seen = new Map<string, number>()
    for (const [index, rule] of table.rules.entries()) {
      // As it was before: the text of a rule that only nft has words for holds its counters.
      const plain = `${table.backend} ${table.family} ${table.table} ${old!.netfilter[at]!.rules[index]!.text}`
      const times = (seen.get(plain) ?? 0) + 1
      seen.set(plain, times)
      const key = times === 1 ? plain : `${plain}#${times}`
      const counted = Number(rule.packets) - Number(old!.netfilter[at]!.rules[index]!.packets)
      const ours = counts.get(key) ?? 0
      if (counted !== ours) problems.push(`counter of '${key}': kernel ${counted}, ours ${ours}`)
    }
  }
  return problems
}

function refsOf(path: Path): RowRef[] {
  const own = path.hops.flatMap(({ steps }) =>
    steps.filter(({ kind }) => kind === 'rule').flatMap(({ evidence }) => evidence),
  )
  return [...own, ...(path.fork?.branches ?? []).flatMap(branch => refsOf(branch.path))]
}
