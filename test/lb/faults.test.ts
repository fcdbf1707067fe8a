import { describe, expect, test } from 'vitest'
import { snapshotsByNode } from '../../src/graph/rows.ts'
import { buildGraph } from '../../src/graph/build.ts'
import { type Answer, answerQuestion, type Question } from '../../src/lb/index.ts'
import { adviceFor, brokenEnds } from '../../src/lb/tell/advice.ts'
import { type Fault, faults } from './faults/catalogue.ts'
import { healthy, type World } from './faults/world.ts'

const ask = ({ nodes }: World, question: Question): Answer =>
  answerQuestion(buildGraph(nodes), nodes, question)
const isGood = ({ works }: Answer): boolean => works

/** What is written of each, for docs/trace-accuracy.md. */
const rows: string[] = []

test('the healthy swarm delivers all of it', () => {
  const world = healthy()
  const questions = faults.flatMap(({ asks, beside }) => [asks, ...beside])
  expect(questions.filter(question => !isGood(ask(world, question)))).toEqual([])
})

describe.each(faults)('$name', fault => {
  const world = healthy()
  fault.apply(world)

  test('its flow stops at the broken hop, which is named', () => {
    const answer = ask(world, fault.asks)
    rows.push(rowOf(fault, world, answer))
    if (fault.missed !== undefined) return expect(isGood(answer)).toBe(true)
    expect(isGood(answer), answer.sentence).toBe(false)
    const ends = answer.traces.flatMap(({ trace }) => brokenEnds(trace.path, trace.flow))
    expect(ends.map(({ end }) => end.namespace)).toContain(fault.stops(world).id)
    expect(answer.sentence).toMatch(fault.says)
    const byNode = snapshotsByNode(world.nodes)
    for (const { end, hops } of ends) expect(adviceFor(byNode, end, hops)?.command).toBeTruthy()
  })

  test('flows beside it are delivered', () => {
    expect(fault.beside.filter(question => !isGood(ask(world, question)))).toEqual([])
  })
})

function rowOf(fault: Fault, world: World, { disposition, sentence, traces }: Answer): string {
  const broken = traces.flatMap(({ trace }) => brokenEnds(trace.path, trace.flow))[0]
  const advice = broken && adviceFor(snapshotsByNode(world.nodes), broken.end, broken.hops)
  const told = `${disposition}: ${sentence}`
  const look = advice ? `\`${advice.command}\`` : `missed: ${fault.missed}`
  const cells = [`\`${fault.name}\``, fault.about, told, look]
  return `| ${cells.map(cell => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
}

test('the page tells them', async () => {
  // Of a run of some of them no page is made.
  if (rows.length < faults.length) return
  const missed = faults.filter(fault => fault.missed !== undefined).length
  const page = `# How well a trace finds what is broken

Written by \`test/lb/faults.test.ts\`: ${faults.length} faults, ${faults.length - missed} named at their hop, ${missed} missed. In each case the flows beside
the fault are traced too, and delivered.

The swarm is a real one of three nodes (\`fixtures/captures/swarm\`: Docker 20.10.24, legacy iptables, Linux 7.3.4, IPVS). The
faults are **synthetic**: made in its snapshots, each as the fault of that name is made on the nodes of the guest (\`lab/faults\`). What
the kernel does besides, when such a fault is made for real, is in them only as far as somebody thought of it.

\`test/lb/recorded-faults.test.ts\` traces the same flows through swarms in which these faults were really made
(\`fixtures/captures/fault-*\`): they stop in the same namespaces, but for \`vip-alias-missing\`, where the client still had the MAC of
the balancer and the packet ends there; \`masquerade-removed\` is missed there too.

\`vxlan-wrong-source\` is traced in its record alone, and named.

Not found, or not tried: an MTU that is too small (a trace follows a connection's first packet, which is small), two containers with
one address, a real server that is missing (the flow is delivered, by the others), encrypted
overlays.

| fault | what is wrong | what the trace says | the command that it prints |
| --- | --- | --- | --- |
${rows.join('\n')}
`
  await expect(page).toMatchFileSnapshot('../../docs/trace-accuracy.md')
})
