/** Every scenario of lab/scenarios, all of them in one swarm at a time: it works, as curl and nslookup see it. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toolTexts } from '../../lab/capture/record.ts'
import { clearSwarm, downScenarios, upScenarios, verifyScenarios } from '../../lab/scenarios/driver.ts'
import type { World } from '../../lab/scenarios/facts.ts'
import { scenarioNamed, scenarios } from '../../lab/scenarios/index.ts'
import { whileAsked } from '../../lab/scenarios/wire.ts'
import { openSwarm, output } from '../../lab/swarm/index.ts'
import { buildGraph } from '../../src/graph/build.ts'
import { snapshotSchema } from '../../src/snapshot/schema/snapshot.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { graphLines, isManager, type ToldNode, toldLines, type ToolTexts } from '../support/swarm-told.ts'
import { program } from '../support/program.ts'
import { testFlows } from './flow-tests.ts'

const swarm = openSwarm()
const story: string[] = []
let world: World | undefined

afterAll(() => {
  process.stderr.write(`${story.join('\n')}\n`)
})

/** The world of all scenarios, which stand for all tests of them. */
function up(): World {
  if (!world) throw new Error('the scenarios did not come up')
  return world
}

describe('the scenarios', () => {
  beforeAll(async () => {
    await clearSwarm(swarm)
    world = await upScenarios(swarm, scenarios)
  })

  afterAll(() => (world ? downScenarios(swarm, world, scenarios) : clearSwarm(swarm)))

  test.each(scenarios.map(scenario => [scenario.name, scenario] as const))(
    '%s answers as it must',
    async (_, scenario) => {
      const verified = verifyScenarios(swarm, up(), [scenario], line => story.push(line))
      await expect(verified).resolves.toBeUndefined()
    },
  )

  test('what crosses the encrypted overlay is ESP on the wire, and nothing of it can be read', async () => {
    const seen = await whileAsked(swarm, up(), scenarioNamed('encrypted'), 'secret')
    story.push(`encrypted: on the wire of node1: ${JSON.stringify(seen)}`)
    expect(seen.clear).toBe(0)
    expect(seen.esp).toBeGreaterThan(0)
    // Both directions, as the states of both ends count them.
    for (const { sent, received } of Object.values(seen.stateBytes)) {
      expect(sent).toBeGreaterThan(0)
      expect(received).toBeGreaterThan(0)
    }
  })

  test('what crosses an overlay without encryption can be read on the same wire', async () => {
    const seen = await whileAsked(swarm, up(), scenarioNamed('ingress'), 'app')
    expect(seen.clear).toBeGreaterThan(0)
  })

  describe('the graph', () => {
    const nodes: (ToldNode & { snapshot: Snapshot })[] = []

    beforeAll(async () => {
      for (const node of swarm.nodes) {
        const text = await node.exec(['node', program, 'snapshot', '-o', '-'])
        const texts = JSON.parse(await toolTexts(node)) as ToolTexts
        const snapshot = snapshotSchema.parse(JSON.parse(text))
        nodes.push({ name: node.name, texts, snapshot })
      }
    })

    test.each(swarm.nodes.map(({ name }, index) => [name, index] as const))(
      'of %s alone has what docker, ipvsadm, ip and iptables tell there, each once',
      (name, index) => {
        const node = nodes[index]!
        const told = toldLines([node])
        const counts = Object.entries(told).map(([what, lines]) => `${what} ${lines.length}`)
        story.push(`${name}: graph and tools agree: ${counts.join(', ')}`)
        for (const what of ['containers', 'networks', 'overlays', 'vips', 'realServers'])
          expect(told[what], what).not.toEqual([])
        expect(graphLines(buildGraph([node.snapshot]), isManager(node.texts))).toEqual(told)
      },
    )

    test('of the whole swarm has what all of them tell, each once', () => {
      const graph = buildGraph(nodes.map(({ snapshot }) => snapshot))
      const told = toldLines(nodes)
      for (const what of Object.keys(told)) expect(told[what], what).not.toEqual([])
      expect(graphLines(graph, true)).toEqual(told)
    })
  })

  describe('real connections', () => {
    testFlows(swarm, up)
  })
})

test('the first text, by hand, balances in the sandbox of the container that asks', async () => {
  const lines = await output(['node', join(import.meta.dirname, '../../lab/scenarios/seed.ts')])
  story.push(lines.trimEnd())
  expect(lines).toContain('seed: virtual address of nginx-vip: 192.168.10.')
  expect(lines).toContain('seed: 18531514ffd0: ipvsadm -Sn: -A -f 274 -s rr')
})
