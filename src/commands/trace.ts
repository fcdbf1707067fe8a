import { dockerParts } from '../collectors/docker/ask.ts'
import { buildGraph } from '../graph/build.ts'
import { snapshotsByNode } from '../graph/rows.ts'
import {
  type Answer,
  answerQuestion,
  type NameAnswer,
  nameToAsk,
  type Protocol,
  type Question,
  QuestionError,
} from '../lb/index.ts'
import { adviceFor, brokenEnds } from '../lb/tell/advice.ts'
import type { Snapshot } from '../snapshot/index.ts'
import { jsonText } from '../util/json-text.ts'
import { CommandError, exitCodes } from './exit.ts'
import { type LookOptions, look, readSnapshot } from './options.ts'
import { note, writeOut } from './output.ts'
import { milliseconds } from './seconds.ts'
import { shortcomings } from './shortcomings.ts'

export type TraceCommandOptions = Omit<LookOptions, 'fromSnapshot'> & {
  /** Several are one cluster. */
  readonly fromSnapshot?: readonly string[]
  readonly from?: string
  readonly protocol?: Protocol
  /** Bytes of a packet. */
  readonly size?: number
  readonly json?: boolean
  readonly dot?: boolean
  readonly mermaid?: boolean
  readonly watch?: boolean
  readonly interval?: number
  readonly count?: number
  readonly probe?: boolean
}

/**
 * `cnmtop trace TARGET`: where a connection goes, step by step.
 *
 * @returns 0 when it is delivered, else 3: what leaves the nodes of the snapshots ends where nobody here can tell
 */
export async function traceCommand(target: string, options: TraceCommandOptions): Promise<number> {
  if (!options.watch && (options.interval ?? options.count) !== undefined)
    throw new CommandError(exitCodes.usage, '--interval and --count need --watch')
  const nodes = await nodesOf(options)
  const { from, protocol, size } = options
  const question = {
    target,
    ...(from !== undefined && { from }),
    ...(protocol && { protocol }),
    ...(size !== undefined && { size }),
  }
  const answer = await ask(nodes, question, options)
  if (options.watch && nodes[0])
    return (await import('./trace-watch.ts')).watchAnswer(nodes[0], answer, options)
  if (options.probe && nodes[0])
    return (await import('./trace-probe.ts')).probeAnswer(nodes[0], answer, options)
  await writeOut(await textOf(answer, nodes, options))
  for (const node of nodes) for (const sentence of shortcomings(node)) note(sentence)
  return answer.disposition === 'delivered' ? exitCodes.ok : exitCodes.findings
}

async function nodesOf({ fromSnapshot, ...options }: TraceCommandOptions): Promise<readonly Snapshot[]> {
  if (fromSnapshot) return Promise.all(fromSnapshot.map(readSnapshot))
  return [await look(options, { owners: true, docker: dockerParts })]
}

async function ask(
  nodes: readonly Snapshot[],
  question: Question,
  { fromSnapshot, timeout }: TraceCommandOptions,
): Promise<Answer> {
  try {
    const graph = buildGraph(nodes)
    const name = fromSnapshot ? undefined : nameToAsk(graph, nodes, question)
    return answerQuestion(graph, nodes, question, name && (await askName(name, timeout)))
  } catch (error) {
    if (error instanceof QuestionError) throw new CommandError(exitCodes.usage, error.message)
    throw error
  }
}

/** Seconds that the resolver may take. */
const RESOLVER_TIME = 2

/** Asks the resolver of the client; where that cannot be, says why, and names are predicted. */
async function askName(
  { name, who, namespace }: NonNullable<ReturnType<typeof nameToAsk>>,
  timeout: number = RESOLVER_TIME,
): Promise<NameAnswer | undefined> {
  const { askResolver } = await import('../collectors/kernel/ask-resolver.ts')
  const told = askResolver(namespace, name, milliseconds(Math.min(timeout, RESOLVER_TIME)))
  if (told.kind === 'failure') return { failure: told.reason }
  if (told.kind === 'not-asked') {
    note(`the resolver of ${who} was not asked: ${told.reason}`)
    return undefined
  }
  return {
    addresses: told.addresses.map(address => ({ address, what: '' })),
    note: `${name} is ${told.addresses.join(', ')}: 127.0.0.11 was asked in ${who}`,
  }
}

/** Each format is loaded when it is asked for. */
async function textOf(
  answer: Answer,
  nodes: readonly Snapshot[],
  { json, dot, mermaid }: TraceCommandOptions,
): Promise<string> {
  if (json) return `${jsonText(document(answer, nodes))}\n`
  if (dot) return (await import('../export/trace-dot.ts')).exportTraceDot(answer)
  if (mermaid) return (await import('../export/trace-mermaid.ts')).exportTraceMermaid(answer)
  return (await import('../export/trace-text.ts')).formatAnswer(answer, nodes)
}

/** The answer with what can be done about each broken hop. */
function document(answer: Answer, nodes: readonly Snapshot[]): unknown {
  const byNode = snapshotsByNode(nodes)
  const broken = answer.traces.flatMap(({ label, trace }) =>
    brokenEnds(trace.path, trace.flow).map(({ end, hops }) => ({
      ...(label !== '' && { label }),
      disposition: end.disposition,
      detail: end.detail,
      node: end.node,
      namespace: end.namespace,
      name: end.namespaceName,
      evidence: end.evidence,
      ...(end.cause && { cause: end.cause }),
      ...adviceFor(byNode, end, hops),
    })),
  )
  return { ...answer, broken }
}
