import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Flow, type Path, traceFlow } from '../../src/lb/index.ts'
import { needs } from '../support/needs.ts'
import { seed } from '../support/seed.ts'
import { mixSeed, type Random, seededRandom } from './random.ts'
import { type Answered, type AnswerSeen, answerWitness, makeAnswered, readAnswers } from './trace/far.ts'
import { installRules } from './trace/install.ts'
import { randomZones } from './trace/native-rules.ts'
import { leavesOf } from './trace/bench.ts'
import { packet6Hex, packetHex, plainPacket, type TestPacket } from './trace/packet.ts'
import { farAddresses, hostAddresses, routerAddresses, startSender } from './trace/router.ts'
import { farAddresses6, hostAddresses6, routerAddresses6 } from './trace/router6.ts'
import { ports } from './trace/rule-set.ts'
import { witnessChain } from './trace/witness.ts'

const ruleSets = Number(process.env['CNMTOP_RULE_SETS'] ?? 30)
const only = process.env['CNMTOP_ONLY']
const PACKETS = 20

type Sending = { readonly packet: TestPacket; readonly isLocal: boolean }

const families = {
  inet: {
    ip: 'ip',
    host: hostAddresses,
    router: routerAddresses.filter(address => !address.startsWith('127')),
    far: farAddresses,
    hexOf: packetHex,
  },
  inet6: {
    ip: 'ip6',
    host: hostAddresses6,
    router: routerAddresses6.filter(address => address !== '::1'),
    far: farAddresses6,
    hexOf: packet6Hex,
  },
} as const
type Family = keyof typeof families

describe.each(['inet', 'inet6'] as const)(
  'what becomes of answers under random rule sets, %s',
  needs(
    'root',
    'program:iptables-nft-restore',
    'program:iptables-legacy-restore',
    'program:nft',
    'program:python3',
  ),
  family => {
    const { ip, hexOf } = families[family]
    let answered: Answered
    let sender: ReturnType<typeof startSender>

    beforeAll(async () => {
      answered = await makeAnswered(family)
      sender = startSender()
    })
    afterAll(() => {
      sender.stop()
      answered.remove()
    })

    test(`is what the kernel does with them (CNMTOP_SEED=${seed})`, { timeout: 3_600_000 }, async () => {
      const problems: string[] = []
      let compared = 0
      let came = 0
      const { router, far } = answered
      // A connection is told by its client's port: no two have the same one.
      let port = 20_000
      for (let number = 0; number < ruleSets; number++) {
        const random = seededRandom(mixSeed(seed, number))
        const sendings = random.list(PACKETS, () => randomSending(random, family, ++port))
        if (only !== undefined && Number(only) !== number) continue
        const backends = installRules(router, random, answerWitness[family], {
          family,
          wants: text => !/7777|4444/.test(text),
        })
        if (random.chance(0.4)) router.run('nft', ['-f', '-'], randomZones(random, ip))
        const before = answered.snapshot()
        await sender.send(
          sendings.map(({ packet, isLocal }) => ({
            netns: isLocal ? router.router.path : router.host.path,
            packet: hexOf(packet),
            bind: isLocal,
          })),
        )
        await new Promise(resolve => setTimeout(resolve, 100))
        const seen = readAnswers(answered.snapshot().namespaces[1]!, family)
        for (const sending of sendings) {
          const { path, sentence } = traceFlow([before], flowOf(sending, family, answered))
          const leaves = endsOf(path)
          // Where it is not delivered behind the router, nobody answers there; the other test has looked at that.
          if (!leaves.every(leaf => leaf.end?.disposition === 'delivered' && leaf.end.namespace === far.id))
            continue
          compared++
          const kernel = seen.find(({ destinationPort }) => destinationPort === sending.packet.sourcePort)
          if (kernel) came++
          const differences = leaves.map(({ reply }) => compare(reply, kernel, sending))
          if (!differences.includes(undefined))
            problems.push(
              `CNMTOP_SEED=${seed} CNMTOP_ONLY=${number} (${backends}) ${JSON.stringify(sending)}\n  ${differences.join('\n  ')}\n  ${sentence}`,
            )
        }
      }
      process.stderr.write(`seed ${seed}, ${family}: ${compared} connections, ${came} answers came back\n`)
      expect(problems).toEqual([])
    })
  },
)

function randomSending(random: Random, family: Family, port: number): Sending {
  const { host, router, far } = families[family]
  const isLocal = random.chance(0.25)
  const protocol = random.pick([6, 6, 17])
  const source = random.pick(isLocal ? router : host)
  const destination = random.pick([...far, ...far, ...router])
  const ends = { protocol, sourcePort: port, destinationPort: random.pick(ports) }
  return { isLocal, packet: plainPacket(port, { source, destination }, ends) }
}

function flowOf({ packet, isLocal }: Sending, family: Family, { router }: Answered): Flow {
  const { protocol, source, destination, sourcePort, destinationPort, ttl, tos } = packet
  const namespace = isLocal ? router.router.id : router.host.id
  const entry = { kind: 'local', namespace } as const
  return { family, protocol, source, destination, sourcePort, destinationPort, ttl, tos, entry }
}

const endsOf = (path: Path): Path[] => leavesOf(path).map(leaf => leaf.path)

function compare(
  reply: Path | undefined,
  kernel: AnswerSeen | undefined,
  { packet }: Sending,
): string | undefined {
  const leaves = reply ? endsOf(reply) : []
  const differences = leaves.map(leaf => compareLeaf(leaf, kernel, packet))
  return differences.includes(undefined) ? undefined : differences.join('; ')
}

function compareLeaf(
  leaf: Path,
  kernel: AnswerSeen | undefined,
  { sourcePort }: TestPacket,
): string | undefined {
  const { end } = leaf
  if (end?.disposition === 'insufficient-info') return `not sure: ${end.detail}`
  const chain = witnessChain(leaf)
  if (!kernel || !end || !chain)
    return kernel === undefined && chain === undefined
      ? undefined
      : `ours ${chain}: ${end?.detail}, kernel ${JSON.stringify(kernel)}`
  const ours: AnswerSeen = {
    chain,
    source: end.packet.source ?? '?',
    destination: end.packet.destination ?? '?',
    sourcePort: end.packet.sourcePort ?? 0,
    destinationPort: end.packet.destinationPort ?? sourcePort,
    mark: end.packet.mark ?? kernel.mark,
    device: (chain === 'in' ? end.packet.inDevice : end.packet.outDevice) ?? '?',
  }
  return JSON.stringify(ours) === JSON.stringify(kernel)
    ? undefined
    : `ours ${JSON.stringify(ours)}, kernel ${JSON.stringify(kernel)}`
}
