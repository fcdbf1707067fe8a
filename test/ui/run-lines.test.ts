import { describe, expect, it } from 'vitest'
import type { Intent } from '../../src/actions/intent.ts'
import type { Progress } from '../../src/actions/plan.ts'
import type { Run } from '../../src/ui/model/desk.ts'
import { runLines } from '../../src/ui/model/dialog/run-lines.ts'
import { lineText } from '../../src/ui/model/span.ts'
import { fakeDesk } from './operator.ts'
import { data, snapshot } from './recorded-data.ts'

const ENDED = 1_000_000
const request = { method: 'POST', path: '/x', query: {}, body: undefined } as const

/** What is told of an action that ended well at ENDED, some milliseconds later. */
function told(intent: Intent, later: number, ...steps: Progress[]): string[] {
  const run: Run = {
    id: 'run 1',
    plan: fakeDesk().plan(intent, snapshot),
    startedAt: ENDED - 1000,
    endedAt: ENDED,
    progress: [{ step: 'answered', request, status: 201 }, ...steps],
    outcome: { end: 'done', id: undefined, warnings: [] },
    before: snapshot,
    form: undefined,
  }
  return runLines(run, data, 100, ENDED + later).map(lineText)
}

function publishing(published: number): Intent {
  const publish = { published, target: 80, protocol: 'tcp', mode: 'ingress' } as const
  return { kind: 'service-publish-add', service: 'web', publish }
}

describe('the proof of an action', () => {
  it('gives no last verdict before other nodes can have heard of it', () => {
    const now = told(publishing(9999), 2000)
    expect(now.find(line => line.includes('no-listener'))).toMatch(/^… so far no-listener: /)
    const later = told(publishing(9999), 11_000)
    expect(later.find(line => line.includes('no-listener'))).toMatch(/^✖ no-listener: /)
  })

  it('says at once what this node cannot tell better later', () => {
    const lines = told(publishing(8080), 0)
    expect(lines[lines.indexOf('Trace from a client outside to 8080/tcp') + 1]).toMatch(
      /^◌ left-for-peer: 2 of 3 ways deliver/,
    )
  })
})

it('tells of a network how it is, and not of tasks', () => {
  const step = { step: 'converging', done: 1, wanted: 1, states: { gone: 1 }, errors: [] } as const
  const lines = told({ kind: 'network-remove', network: 'appnet' }, 0, step)
  expect(lines).toContain('✔ gone')
  expect(lines.join('\n')).not.toContain('tasks')
})
