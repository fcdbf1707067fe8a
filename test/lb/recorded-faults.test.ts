import { expect, test } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import { answerQuestion } from '../../src/lb/index.ts'
import { brokenEnds } from '../../src/lb/tell/advice.ts'
import { faults } from './faults/catalogue.ts'
import type { Namespace } from '../../src/snapshot/index.ts'
import { balancer, recorded, type World } from './faults/world.ts'

/** Faults that were really made in the guest's swarm, and recorded: the flow that breaks stops where it is broken. */
const made = faults.flatMap(fault => {
  const world = recorded(fault.name)
  return world ? [{ ...fault, world }] : []
})

/** The client still had the MAC of the balancer: the packet comes there, and ends there. */
const elsewhere: Readonly<Record<string, (world: World) => Namespace>> = { 'vip-alias-missing': balancer }

test('vxlan-wrong-source, recorded: other nodes drop what comes from an address that they do not know', () => {
  const { nodes } = recorded('vxlan-wrong-source')!
  const answer = answerQuestion(buildGraph(nodes), nodes, { target: 'api:80', from: 'client.1' })
  expect([answer.works, answer.sentence]).toEqual([false, expect.stringContaining('from 192.168.77.1 alone')])
})

test.each(made)('$name, recorded', ({ name, asks, stops, missed, world }) => {
  const answer = answerQuestion(buildGraph(world.nodes), world.nodes, asks)
  if (missed !== undefined) return expect(answer.works).toBe(true)
  const ends = answer.traces.flatMap(({ trace }) => brokenEnds(trace.path, trace.flow))
  expect([answer.works, ends.map(({ end }) => end.namespace)], answer.sentence).toEqual([
    false,
    expect.arrayContaining([(elsewhere[name] ?? stops)(world).id]),
  ])
})
