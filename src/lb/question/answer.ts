import type { Graph } from '../../graph/model.ts'
import type { Namespace, Snapshot } from '../../snapshot/index.ts'
import { parseIp } from '../../util/prefix.ts'
import type { Disposition, Trace } from '../trace.ts'
import { brokenEnds } from '../tell/advice.ts'
import { traceFlow } from '../trace-flow.ts'
import { clientOf } from './client.ts'
import { nameServers } from './name-servers.ts'
import { askedFlows, type NameAnswer, nodeOf } from './destinations.ts'
import { parseTarget, type Question, QuestionError } from './question.ts'
import { namespaceOf, sceneOf } from './scene.ts'

/** What became of a question: one trace for each connection that it may mean. */
export type Answer = {
  readonly question: Question
  /** Of all of them: delivered when each is, and when there is one at all. */
  readonly disposition: Disposition
  readonly sentence: string
  /** Delivered, or left the node for where it was sent to with nothing wrong here; the answer too. */
  readonly works: boolean
  /** How names and places were chosen. */
  readonly notes: readonly string[]
  readonly traces: readonly { readonly label: string; readonly trace: Trace }[]
}

/**
 * Follows what is asked for through the snapshots.
 *
 * @param answer what the resolver of the client said, where it was asked
 * @throws QuestionError when a name is not known or has several meanings
 */
export function answerQuestion(
  graph: Graph,
  snapshots: readonly Snapshot[],
  question: Question,
  answer?: NameAnswer,
): Answer {
  const scene = sceneOf(graph, snapshots)
  const client = clientOf(scene, question.from)
  const target = parseTarget(question.target)
  const { protocol, size } = question
  const asked = askedFlows({ scene, client, target, protocol, answer, ...(size !== undefined && { size }) })
  if (asked.unresolved !== undefined) {
    const sentence = `${asked.unresolved}.`
    return {
      question,
      disposition: 'insufficient-info',
      works: false,
      sentence,
      notes: asked.notes,
      traces: [],
    }
  }
  const traces = asked.flows.map(({ label, flow }) => ({
    label,
    trace: nameServers(scene, follow(snapshots, flow)),
  }))
  if (traces.length === 0) throw new QuestionError('no snapshot has the namespace that this begins in')
  return { question, notes: asked.notes, traces, ...judgeAll(traces) }
}

/**
 * A name that the resolver of the client can be asked for before the question is answered, and the namespace to ask it in.
 *
 * @returns undefined for an address, a node, or a client that does not ask that resolver
 * @throws QuestionError when the client is not known
 */
export function nameToAsk(
  graph: Graph,
  snapshots: readonly Snapshot[],
  question: Question,
): { readonly name: string; readonly who: string; readonly namespace: Namespace } | undefined {
  const scene = sceneOf(graph, snapshots)
  const client = clientOf(scene, question.from)
  const { host } = parseTarget(question.target)
  if (client.kind === 'outside' || client.sandbox.kind === 'host') return undefined
  if (host === undefined || parseIp(host) || nodeOf(scene, host)) return undefined
  const namespace = namespaceOf(scene, client.sandbox)
  return namespace && { name: host, who: client.name, namespace }
}

function follow(snapshots: readonly Snapshot[], flow: Parameters<typeof traceFlow>[1]): Trace {
  try {
    return traceFlow(snapshots, flow)
  } catch (error) {
    if (error instanceof RangeError) throw new QuestionError(error.message)
    throw error
  }
}

const good: ReadonlySet<Disposition> = new Set(['delivered', 'left-node'])

function worksIn({ flow, path, disposition }: Trace): boolean {
  return good.has(disposition) && brokenEnds(path, flow).length === 0
}

/** What leaves the node although it was sent to it needs a word more. */
function sentenceOf(trace: Trace): string {
  const { sentence, disposition, flow } = trace
  if (disposition !== 'left-node' || worksIn(trace)) return sentence
  return `${sentence} It was sent to ${flow.destination}, and nothing here leads to where it has to go.`
}

function judgeAll(traces: Answer['traces']): Pick<Answer, 'disposition' | 'sentence' | 'works'> {
  const [first] = traces
  const bad = traces.filter(({ trace }) => !worksIn(trace))
  const works = bad.length === 0
  const worst = bad.find(({ trace }) => trace.disposition !== 'insufficient-info') ?? bad[0]
  const chosen = worst ?? traces.find(({ trace }) => trace.disposition === 'left-node') ?? first!
  const { disposition } = chosen.trace
  const sentence = sentenceOf(chosen.trace)
  if (traces.length === 1) return { disposition, sentence, works }
  if (!worst)
    return {
      disposition,
      works,
      sentence: `each of ${traces.length}: ${traces.map(({ label }) => label).join(', ')}.`,
    }
  const count = `${bad.length} of ${traces.length} are not delivered`
  return { disposition, works, sentence: `${count}. ${chosen.label}: ${sentence}` }
}
