/** The catalogue of faults against what was recorded of it: captures and catalogue must not drift apart. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Proof } from '../../lab/faults/driver.ts'
import { faults } from '../../lab/faults/index.ts'
import { scenarios } from '../../lab/scenarios/index.ts'
import { clusterCaptures, snapshotPath } from '../support/cluster-captures.ts'

describe('the catalogue of faults', () => {
  it('names each fault once, and a scenario that there is', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length)
    const known = ['swarm', ...scenarios.map(({ name }) => name)]
    for (const { name, scenario } of faults) expect(known, name).toContain(scenario)
  })

  it('is what was recorded, no more and no less', () => {
    const recorded = clusterCaptures.filter(name => name.startsWith('fault-'))
    expect(faults.map(({ name }) => `fault-${name}`).toSorted()).toEqual(recorded)
  })

  it.each(faults.map(fault => [fault.name, fault] as const))(
    '%s was recorded as it stands, with its proof',
    (_, fault) => {
      const folder = dirname(snapshotPath(`fault-${fault.name}`, 'node1'))
      const capture = JSON.parse(readFileSync(join(folder, 'capture.json'), 'utf8')) as Record<
        string,
        unknown
      >
      const { name: _name, restarts: _restarts, ...parts } = fault
      expect(capture).toMatchObject(parts)
      const { broken, look } = capture['proof'] as Omit<Proof, 'seconds'>
      expect(broken.map(({ probe }) => probe)).toEqual(fault.expects.map(({ probe }) => probe.name))
      expect(look.broken).not.toBe(look.healthy)
    },
  )
})
