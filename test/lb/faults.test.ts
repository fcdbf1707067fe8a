import { describe, expect, test } from 'vitest'
import { snapshotsByNode } from '../../src/graph/rows.ts'
import { buildGraph } from '../../src/graph/build.ts'
import { type Answer, answerQuestion, type Question } from '../../src/lb/index.ts'
import { adviceFor, brokenEnds } from '../../src/lb/tell/advice.ts'
import { faults } from './faults/catalogue.ts'
import { healthy, type World } from './faults/world.ts'

const ask = ({ nodes }: World, question: Question): Answer =>
  answerQuestion(buildGraph(nodes), nodes, question)
const isGood = ({ works }: Answer): boolean => works

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
    expect(isGood(answer), answer.sentence).toBe(false)
    const ends = answer.traces.flatMap(({ trace }) => brokenEnds(trace.path, trace.flow))
    const places = ends.flatMap(({ end }) => [end.namespace, end.cause?.namespace])
    expect(places).toContain(fault.stops(world).id)
    expect(answer.sentence).toMatch(fault.says)
    const byNode = snapshotsByNode(world.nodes)
    for (const { end, hops } of ends) expect(adviceFor(byNode, end, hops)?.command).toBeTruthy()
  })

  test('flows beside it are delivered', () => {
    expect(fault.beside.filter(question => !isGood(ask(world, question)))).toEqual([])
  })
})
