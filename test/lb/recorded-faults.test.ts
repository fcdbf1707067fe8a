import { describe, expect, test } from 'vitest'
import type { Expectation } from '../../lab/faults/fault.ts'
import { placeName } from '../../lab/scenarios/place.ts'
import { buildGraph } from '../../src/graph/build.ts'
import { snapshotsByNode } from '../../src/graph/rows.ts'
import { type Answer, answerQuestion } from '../../src/lb/index.ts'
import { adviceFor, type BrokenEnd, brokenEnds } from '../../src/lb/tell/advice.ts'
import { namespaceAt, questionOf, readRecord, type Record, recordedNames } from './faults/record.ts'

/** Small enough for every device: what the probes that still work have sent. */
const SMALL = 500

/** What is written of each, for docs/trace-accuracy.md. */
const rows: string[] = []

describe.each(recordedNames)('%s, recorded', name => {
  const record = readRecord(name)
  const graph = buildGraph(record.nodes)
  const [broken, ...others] = record.expects
  const ask = ({ probe }: Expectation, size?: number): Answer =>
    answerQuestion(graph, record.nodes, { ...questionOf(record, probe), ...(size !== undefined && { size }) })

  test('its flow stops at the broken hop, which is named', () => {
    const answer = ask(broken!)
    const ends = brokenOf(answer)
    const named = ends.find(end => names(end, record))
    rows.push(rowOf(record, answer, named))
    expect([answer.works, named !== undefined], answer.sentence).toEqual([false, true])
    expect(adviceOf(record, named!)?.command).toBeTruthy()
    // Where every call failed, no way is told to deliver.
    if (broken!.fails === 'always') expect(answer.sentence).not.toMatch(/[1-9]\d* of \d+ ways deliver/)
    if (broken!.fails === 'sometimes') expect(answer.sentence).toMatch(/[1-9]\d* of \d+ ways deliver/)
  })

  test('other flows fare as they did', () => {
    const differing = others.filter(
      each => ask(each, each.fails === 'never' ? sizeOf(each) : undefined).works !== (each.fails === 'never'),
    )
    expect(differing.map(({ probe }) => probe.name)).toEqual([])
  })
})

/** A probe that asks for something large is told of as such. */
function sizeOf({ probe }: Expectation): number | undefined {
  return 'get' in probe && probe.get.endsWith('/big') ? undefined : SMALL
}

function brokenOf({ traces }: Answer): BrokenEnd[] {
  return traces.flatMap(({ trace }) => brokenEnds(trace.path, trace.flow))
}

/** The end, or what is behind it, lies where the fault was made; a rule's chain is among the evidence. */
function names({ end }: BrokenEnd, record: Record): boolean {
  const { at, chain } = record.hop
  if (at === 'client') return false
  const places = [end.namespace, end.cause?.namespace]
  const keys = [...end.evidence, ...(end.cause?.evidence ?? [])].map(({ key }) => key)
  const [table = '', name = ''] = chain?.split('/') ?? []
  const isChain =
    chain === undefined ||
    keys.some(key => key.includes(` ${table} `) && new RegExp(`(?::|-A )${name}\\b`).test(key))
  return places.includes(namespaceAt(record, at).id) && isChain
}

function adviceOf({ nodes }: Record, { end, hops }: BrokenEnd): ReturnType<typeof adviceFor> {
  return adviceFor(snapshotsByNode(nodes), end, hops)
}

function rowOf(record: Record, { disposition, sentence }: Answer, named: BrokenEnd | undefined): string {
  const { name, about, hop } = record
  const where = [placeName(hop.at), hop.chain, hop.what].filter(Boolean).join(', ')
  const advice = named && adviceOf(record, named)
  const look = advice ? `\`${advice.command}\`` : '**missed**'
  const cells = [`\`${name}\``, about, where, `${disposition}: ${sentence}`, look]
  return `| ${cells.map(cell => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
}

test('the page tells them', async () => {
  // Of a run of some of them no page is made.
  if (rows.length < recordedNames.length) return
  const missed = rows.filter(row => row.includes('**missed**')).length
  const page = `# How well a trace finds what is broken

Written by \`test/lb/recorded-faults.test.ts\`: ${rows.length} faults, ${rows.length - missed} named at their hop, ${missed} missed.

Each fault of \`lab/faults\` was made in a real swarm of three nodes in the guest, proved to break it, and recorded
(\`fixtures/captures/fault-*\`: Docker 20.10.24, legacy iptables, Linux 7.3.4, IPVS). The flow whose probe failed then is traced through the
recording: it must stop, and either it stops where the fault was made, or what is told to be behind it lies there (\`for:\` in the text); where
the fault is about a rule, its chain must be among the evidence. Probes that still worked beside it must be delivered, those that failed too
must not. Where a probe failed for some real servers, some ways must be told to deliver, and others not.

\`test/lb/faults.test.ts\` makes 37 of them in the snapshots of the healthy swarm besides, and traces these.

| fault | what is wrong | the broken hop | what the trace says | the command that it prints |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`
  await expect(page).toMatchFileSnapshot('../../docs/trace-accuracy.md')
})
