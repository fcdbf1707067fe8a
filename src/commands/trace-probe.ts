import { setTimeout as sleep } from 'node:timers/promises'
import { askConntrack } from '../collectors/kernel/conntrack.ts'
import { SystemCallError } from '../collectors/kernel/libc.ts'
import { openProbe, type Probe, type ProbeOutcome, type ProbeTarget } from '../collectors/kernel/probe.ts'
import { Unreadable } from '../collectors/kernel/source-log.ts'
import { movementDocument } from '../export/trace-movement.ts'
import { formatProbe } from '../export/trace-probe-text.ts'
import { buildGraph } from '../graph/build.ts'
import { type Answer, type Flow, type Trace, traceFlow } from '../lb/index.ts'
import { nameServers } from '../lb/question/name-servers.ts'
import { sceneOf } from '../lb/question/scene.ts'
import { movementOf, SETTLED_MS } from '../lb/verify/movement.ts'
import { rowsToWatch } from '../lb/verify/rows.ts'
import { judgeProbe, type Probed } from '../lb/verify/probed.ts'
import { type AskTracked, witnessWays } from '../lb/verify/tracked.ts'
import type { Namespace, Snapshot } from '../snapshot/index.ts'
import { jsonText } from '../util/json-text.ts'
import { CommandError, exitCodes } from './exit.ts'
import { note, writeOut } from './output.ts'
import { milliseconds } from './seconds.ts'
import { pathReader } from './trace-watch.ts'

export type ProbeOptions = { readonly json?: boolean; readonly timeout?: number }

/** Seconds that an answer may take. */
const PATIENCE = 3
/** For the last packets of the connection to be counted; IPVS takes longer. */
const SOON_MS = 100

/**
 * `cnmtop trace TARGET --probe`: sends one real connection from where the flow starts, and compares what the kernel did with what was
 * predicted. The only command that sends anything into the networks that it looks at.
 *
 * @returns 0 when it got through as predicted, else 3
 */
export async function probeAnswer(node: Snapshot, answer: Answer, options: ProbeOptions): Promise<number> {
  const { flow, namespace, target } = whatToSend(node, answer)
  const probe = opened(namespace, target)
  try {
    // Of the very port that is used: it is in every table of the kernel.
    const sent = target.protocol === 'icmp' ? flow : { ...flow, sourcePort: probe.localPort }
    const trace = nameServers(sceneOf(buildGraph([node]), [node]), traceFlow([node], sent))
    const probed = await sendOnce(node, { answer, trace, namespace, target, probe }, options)
    const text = options.json ? `${jsonText(document(probed, answer))}\n` : formatProbe(probed)
    await writeOut(text)
    return probed.isAsPredicted && probed.outcome.kind === 'answered' ? exitCodes.ok : exitCodes.findings
  } finally {
    probe.close()
  }
}

function whatToSend(
  node: Snapshot,
  { traces }: Answer,
): { readonly flow: Flow; readonly namespace: Namespace; readonly target: ProbeTarget } {
  const [first] = traces
  if (!first) throw new CommandError(exitCodes.findings, 'there is no address to send to')
  // Nothing of size is sent, whatever was asked for.
  const { length: _, ...flow } = first.trace.flow
  const namespace = node.namespaces.find(({ id }) => id === flow.entry.namespace)
  if (flow.entry.kind !== 'local' || !namespace) {
    throw new CommandError(
      exitCodes.usage,
      'a client outside cannot be played from this node: what is sent here does not come in by its interface. Say who sends with --from: host, a container, a task, a sandbox',
    )
  }
  const protocol = words[flow.protocol]
  if (!protocol)
    throw new CommandError(
      exitCodes.usage,
      'only tcp, udp and icmp are probed: a socket of another protocol may load a module',
    )
  if (traces.length > 1) note(`of ${traces.length} addresses only the first one is probed: ${first.label}`)
  const { family, destination: address, destinationPort: port } = flow
  return { flow, namespace, target: { family, protocol, address, ...(port !== undefined && { port }) } }
}

const words: Readonly<Record<number, ProbeTarget['protocol']>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmp',
}

function opened(namespace: Namespace, target: ProbeTarget): Probe {
  try {
    return openProbe(namespace, target)
  } catch (error) {
    if (!(error instanceof Unreadable || error instanceof SystemCallError)) throw error
    const isRefused = error instanceof SystemCallError && ['EPERM', 'EACCES'].includes(error.code)
    const needs = isRefused ? ': needs CAP_SYS_ADMIN, and for ICMP CAP_NET_RAW' : ''
    throw new CommandError(
      exitCodes.permission,
      `no socket can be opened in ${namespace.name}: ${error.message}${needs}`,
    )
  }
}

type Sending = {
  readonly answer: Answer
  readonly trace: Trace
  readonly namespace: Namespace
  readonly target: ProbeTarget
  readonly probe: Probe
}

async function sendOnce(
  node: Snapshot,
  { answer, trace, namespace, target, probe }: Sending,
  { timeout = PATIENCE }: ProbeOptions,
): Promise<Probed> {
  const read = pathReader(node, { ...answer, traces: [{ label: '', trace }] })
  note(`--probe: ${sentenceOf(target, namespace, probe)}`)
  const before = read()
  const outcome = probe.send(milliseconds(Math.min(timeout, PATIENCE)))
  const ways = witnessWays(trace.path, tracker(node, target, probe))
  const isBalanced = rowsToWatch([trace]).some(({ parts }) => parts.has('ipvs'))
  await sleep(isBalanced ? SETTLED_MS : SOON_MS)
  const after = read()
  const readings = { first: before.nodes, settled: after.nodes, previous: before.nodes, now: after.nodes }
  // One connection has no rate.
  const movement = movementOf(trace, { ...readings, elapsedMs: 0 })
  return judgeProbe({ trace, outcome: told(outcome), ways, movement, snapshot: after.snapshot })
}

const sentWords: Readonly<Record<ProbeTarget['protocol'], string>> = {
  tcp: 'one TCP connection without data',
  udp: 'one empty UDP datagram',
  icmp: 'one echo request',
}

function sentenceOf({ protocol, address, port }: ProbeTarget, { name }: Namespace, probe: Probe): string {
  const to = port === undefined ? address : `${address.includes(':') ? `[${address}]` : address}:${port}`
  const from = protocol === 'icmp' ? `identifier ${probe.localPort}` : `port ${probe.localPort}`
  return `sending ${sentWords[protocol]} from ${name} (${from}) to ${to}. It is real: who listens there sees it`
}

function told(outcome: ProbeOutcome): Probed['outcome'] {
  return outcome.kind === 'refused' ? { kind: 'refused', reason: outcome.reason } : { kind: outcome.kind }
}

/** Connection tracking of the namespaces on the way, asked for this connection alone. */
function tracker(node: Snapshot, { family, protocol }: ProbeTarget, { localPort }: Probe): AskTracked {
  return ({ namespace: id, protocol: number, original }) => {
    const namespace = node.namespaces.find(each => each.id === id)
    const { source, destination, sourcePort, destinationPort } = original
    if (!namespace || number === undefined || source === undefined || destination === undefined)
      return { kind: 'unread', reason: 'it is in no snapshot' }
    return askConntrack(namespace, {
      family,
      protocol: number,
      original: {
        source,
        destination,
        sourcePort: sourcePort ?? null,
        destinationPort: destinationPort ?? null,
      },
      ...(protocol === 'icmp' && { icmpId: localPort }),
    })
  }
}

function document(probed: Probed, answer: Answer): object {
  const { trace, outcome, isAsPredicted, differences, tracked, way, movement } = probed
  return {
    question: answer.question,
    probe: outcome,
    predicted: { disposition: trace.disposition, sentence: trace.sentence },
    isAsPredicted,
    differences,
    way: way?.branches.map(({ label }) => label) ?? [],
    tracked,
    movement: movementDocument({ ...answer, traces: [{ label: '', trace }] }, [movement])[0],
  }
}
