import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Flow, type Path, traceFlow } from '../../src/lb/index.ts'
import { needs } from '../support/needs.ts'
import { seed } from '../support/seed.ts'
import { mixSeed, type Random, seededRandom } from './random.ts'
import { type Answered, type AnswerSeen, answerWitness, makeAnswered, readAnswers } from './trace/far.ts'
import { installRules } from './trace/install.ts'
import { randomZones } from './trace/native-rules.ts'
import { packetHex, type TestPacket } from './trace/packet.ts'
import { farAddresses, hostAddresses, routerAddresses, startSender } from './trace/router.ts'
import { ports } from './trace/rule-set.ts'

const ruleSets = Number(process.env['CNMTOP_RULE_SETS'] ?? 30)
const only = process.env['CNMTOP_ONLY']
const PACKETS = 20

type Sending = { readonly packet: TestPacket; readonly isLocal: boolean }

describe(
  'what becomes of answers under random rule sets',
  needs(
    'root',
    'program:iptables-nft-restore',
    'program:iptables-legacy-restore',
    'program:nft',
    'program:python3',
  ),
  () => {
    let answered: Answered
    let sender: ReturnType<typeof startSender>

    beforeAll(async () => {
      answered = await makeAnswered()
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
        const sendings = random.list(PACKETS, () => randomSending(random, ++port))
        if (only !== undefined && Number(only) !== number) continue
        const backends = installRules(router, random, answerWitness, {
          wants: text => !/7777|4444/.test(text),
        })
        if (random.chance(0.4)) router.run('nft', ['-f', '-'], randomZones(random))
        const before = answered.snapshot()
        await sender.send(
          sendings.map(({ packet, isLocal }) => ({
            netns: isLocal ? router.router.path : router.host.path,
            packet: packetHex(packet),
            bind: isLocal,
          })),
        )
        await new Promise(resolve => setTimeout(resolve, 100))
        const seen = readAnswers(answered.snapshot().namespaces[1]!)
        for (const sending of sendings) {
          const { path, sentence } = traceFlow([before], flowOf(sending, answered))
          const leaves = leavesOf(path)
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
      process.stderr.write(`seed ${seed}: ${compared} connections, ${came} answers came back\n`)
      expect(problems).toEqual([])
    })
  },
)

function randomSending(random: Random, port: number): Sending {
  const isLocal = random.chance(0.25)
  const own = routerAddresses.filter(address => !address.startsWith('127'))
  const packet: TestPacket = {
    id: port,
    protocol: random.pick([6, 6, 17]),
    source: random.pick(isLocal ? own : hostAddresses),
    destination: random.pick([...farAddresses, ...farAddresses, ...own]),
    sourcePort: port,
    destinationPort: random.pick(ports),
    icmpType: 8,
    tcpFlags: 2,
    ttl: 64,
    tos: 0,
    payload: 0,
  }
  return { isLocal, packet }
}

function flowOf({ packet, isLocal }: Sending, { router }: Answered): Flow {
  const { protocol, source, destination, sourcePort, destinationPort, ttl, tos } = packet
  const namespace = isLocal ? router.router.id : router.host.id
  const entry = { kind: 'local', namespace } as const
  return { family: 'inet', protocol, source, destination, sourcePort, destinationPort, ttl, tos, entry }
}

function leavesOf(path: Path): Path[] {
  return path.fork ? path.fork.branches.flatMap(branch => leavesOf(branch.path)) : [path]
}

function compare(
  reply: Path | undefined,
  kernel: AnswerSeen | undefined,
  { packet }: Sending,
): string | undefined {
  const leaves = reply ? leavesOf(reply) : []
  const differences = leaves.map(leaf => compareLeaf(leaf, kernel, packet))
  return differences.includes(undefined) ? undefined : differences.join('; ')
}

function compareLeaf(
  { end }: Path,
  kernel: AnswerSeen | undefined,
  { sourcePort }: TestPacket,
): string | undefined {
  if (end?.disposition === 'insufficient-info') return `not sure: ${end.detail}`
  const chain = (['in', 'post'] as const).find(name =>
    end?.evidence.some(({ key }) => key === `nft ip witness :${name}`),
  )
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
