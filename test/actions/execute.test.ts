import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { lastUndoable, parseAudit, readAudit } from '../../src/actions/audit-read.ts'
import type { Intent } from '../../src/actions/intent.ts'
import type { Outcome, Plan, Progress } from '../../src/actions/plan.ts'
import { outcomeText } from '../../src/actions/tell.ts'
import { type ActionSession, createActionSession } from '../../src/actions/session.ts'
import { type Call, type FakeEngine, fakeEngine, type Reply } from './fake-engine.ts'
import { network, service } from './intents.ts'
import { site } from './site.ts'

type Done = {
  readonly outcome: Outcome
  readonly progress: readonly Progress[]
  readonly plan: Plan
  readonly engine: FakeEngine
  readonly log: string
}

const open: { engine: FakeEngine; session: ActionSession }[] = []

afterEach(async () => {
  for (const { engine, session } of open.splice(0)) {
    await session.close()
    await engine.close()
  }
})

async function start(
  reply: (call: Call) => Reply | undefined,
  writeMs = 20_000,
): Promise<{ engine: FakeEngine; session: ActionSession }> {
  const engine = await fakeEngine(reply)
  const auditPath = join(engine.directory, 'state/audit.jsonl')
  const session = createActionSession({
    dockerHost: engine.dockerHost,
    auditPath,
    callMs: 20_000,
    writeMs,
  })
  open.push({ engine, session })
  return { engine, session }
}

async function act(
  intent: Intent,
  reply: (call: Call) => Reply | undefined,
  {
    signal = new AbortController().signal,
    limitMs = 20_000,
    writeMs,
  }: { readonly signal?: AbortSignal; readonly limitMs?: number; readonly writeMs?: number } = {},
): Promise<Done> {
  const { engine, session } = await start(reply, writeMs)
  const progress: Progress[] = []
  const plan = await session.prepare(intent, site)
  const outcome = await session.execute(plan, {
    tell: step => progress.push(step),
    signal,
    limitMs,
    stableMs: 0,
    pollMs: 5,
  })
  return {
    outcome,
    progress,
    plan,
    engine,
    log: readFileSync(join(engine.directory, 'state/audit.jsonl'), 'utf8'),
  }
}

const bridge = network({ driver: 'bridge', attachable: false })

function task(slot: number, state: string, more: object = {}): object {
  return {
    ID: `t${slot}`,
    ServiceID: 's1',
    Slot: slot,
    CreatedAt: `2026-01-01T00:00:0${slot}Z`,
    DesiredState: 'running',
    Spec: { ForceUpdate: 0 },
    Status: { State: state },
    ...more,
  }
}

/** A manager with one service of two tasks. */
function swarm(tasks: () => readonly object[], update?: object): (call: Call) => Reply | undefined {
  const one = {
    ID: 's1',
    Version: { Index: 7 },
    Spec: { Name: 'nginx-vip', TaskTemplate: { ForceUpdate: 0 }, Mode: { Replicated: { Replicas: 2 } } },
    ...(update && { UpdateStatus: update }),
  }
  return ({ method, path }) => {
    if (method === 'POST') return { status: 201, body: { ID: 's1', Warning: 'an odd image' } }
    if (path.startsWith('/services/')) return { status: 200, body: one }
    if (path.startsWith('/tasks')) return { status: 200, body: tasks() }
    return undefined
  }
}

describe('an action', () => {
  it('tells what a prune took otherwise than was planned', async () => {
    const { outcome, plan } = await act({ kind: 'network-prune' }, ({ method }) =>
      method === 'POST' ? { status: 200, body: { NetworksDeleted: ['young'] } } : undefined,
    )
    expect(plan.changes.join()).toMatch(/Network old .* is gone/)
    expect(outcome).toMatchObject({
      end: 'done',
      warnings: [
        'Network young went too: it was not in the plan, and is not in what takes this back.',
        'Network old stays: the daemon did not take it.',
      ],
    })
  })

  it('is sent as it was planned, once, and noted before', async () => {
    let noted = ''
    const done = await act(bridge, call => {
      if (call.method !== 'POST') return undefined
      noted = readFileSync(join(open[0]!.engine.directory, 'state/audit.jsonl'), 'utf8')
      return { status: 201, body: { Id: 'n1', Warning: '' } }
    })
    expect(done.outcome).toEqual({ end: 'done', id: 'n1', warnings: [] })
    expect(done.engine.writes).toEqual([
      { method: 'POST', path: '/networks/create', body: done.plan.requests[0]!.body },
    ])
    expect(JSON.parse(noted)).toMatchObject({ event: 'intended', title: done.plan.title, intent: bridge })
    expect(parseAudit(done.log)).toMatchObject({
      damaged: [],
      entries: [{ answers: [{ status: 201, created: 'n1' }], outcome: { end: 'done' } }],
    })
    const path = join(done.engine.directory, 'state/audit.jsonl')
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
  })

  it('waits until the tasks run, and tells how far they are', async () => {
    let asked = 0
    const done = await act(
      service(),
      swarm(() =>
        ++asked < 3 ? [task(1, 'running'), task(2, 'preparing')] : [task(1, 'running'), task(2, 'running')],
      ),
    )
    expect(done.outcome).toEqual({ end: 'done', id: 's1', warnings: ['an odd image'] })
    expect(done.progress.map(({ step }) => step)).toEqual(['sending', 'answered', 'converging', 'converging'])
    expect(done.progress[2]).toMatchObject({ done: 1, wanted: 2, states: { running: 1, preparing: 1 } })
  })

  it('gives up in time, with what the engine says of failing tasks', async () => {
    const Err = 'No such image: nope'
    const failing = [
      task(1, 'running'),
      task(2, 'pending'),
      task(2, 'rejected', { DesiredState: 'shutdown', Status: { State: 'rejected', Err } }),
    ]
    const { outcome } = await act(
      service(),
      swarm(() => failing),
      { limitMs: 0 },
    )
    expect(outcome).toEqual({ end: 'not-converged', id: 's1', reason: `after 0 s it is at 1 of 2 (${Err})` })
  })

  it('does not wait for an update that the engine stopped', async () => {
    const { outcome } = await act(
      service(),
      swarm(() => [task(1, 'running')], {
        State: 'paused',
        Message: 'update paused due to failure of task t2',
      }),
    )
    expect(outcome).toMatchObject({ end: 'not-converged', reason: expect.stringContaining('due to failure') })
  })

  it('is left in a state that is told', async () => {
    const leave = new AbortController()
    const { outcome, log } = await act(
      service(),
      swarm(() => {
        leave.abort()
        return [task(1, 'running')]
      }),
      { signal: leave.signal },
    )
    expect(outcome).toMatchObject({ end: 'not-converged', reason: expect.stringContaining('1 of 2') })
    expect(parseAudit(log).entries[0]?.outcome).toEqual(outcome)
  })
})

describe('a daemon that', () => {
  it.each([
    [
      "port '8080' is already in use by service 'web' (x) as an ingress port",
      service({ publish: [{ published: 8080, target: 80, protocol: 'tcp', mode: 'ingress' }] }),
      'publish.0.published',
    ],
    ['name conflicts with an existing object: service web already exists', service({ name: 'x' }), 'name'],
    ['Pool overlaps with other one on this address space', bridge, 'subnets.0.subnet'],
    ['ContainerSpec: "Nope!" is not a valid repository/tag', service(), 'image'],
    ['network nope not found', service({ networks: ['app', 'nope'] }), 'networks.1'],
    ['something that nobody ever said', service(), undefined],
  ] as const)('refuses with "%s" is heard, and the field found', async (message, intent, field) => {
    const done = await act(intent, ({ method }) =>
      method === 'POST' ? { status: 409, body: { message } } : undefined,
    )
    expect(done.outcome).toEqual({ end: 'refused', status: 409, message, field })
    expect(parseAudit(done.log).entries[0]).toMatchObject({
      answers: [{ status: 409 }],
      outcome: { end: 'refused', status: 409, message },
    })
  })

  it('never answers leaves it unknown, and is not asked again', async () => {
    const done = await act(bridge, ({ method }) => (method === 'POST' ? 'hang' : undefined), {
      writeMs: 200,
    })
    expect(done.outcome).toMatchObject({ end: 'unknown', reason: expect.stringContaining('did not answer') })
    expect(done.engine.writes).toHaveLength(1)
    expect(parseAudit(done.log).entries[0]?.outcome).toEqual(done.outcome)
  })

  it('breaks the connection leaves it unknown, and is not asked again', async () => {
    const done = await act(bridge, ({ method }) => (method === 'POST' ? 'break' : undefined))
    expect(done.outcome).toMatchObject({ end: 'unknown' })
    expect(done.engine.writes).toHaveLength(1)
  })

  it('breaks off in the middle of a good answer has done it', async () => {
    const done = await act(bridge, ({ method }) =>
      method === 'POST' ? { cut: 201, body: { Id: 'n1', Warning: '' } } : undefined,
    )
    expect(done.outcome).toEqual({ end: 'done', id: undefined, warnings: [] })
  })

  it('is gone was not reached: nothing was sent', async () => {
    const { engine, session } = await start(() => undefined)
    const plan = await session.prepare(bridge, site)
    await engine.close()
    const outcome = await session.execute(plan, { tell: () => {}, signal: new AbortController().signal })
    expect(outcome).toMatchObject({ end: 'refused', status: 0 })
  })
})

describe('an action of several requests', () => {
  const names = ['a', 'b', 'c']
  const several: Intent = {
    kind: 'network-restore',
    networks: names.map(name => network({ name, driver: 'bridge', attachable: false, subnets: [] })),
  }
  const nameOf = ({ body }: Call): string => (body as { Name?: string } | undefined)?.Name ?? ''

  it('sends them one after the other', async () => {
    const done = await act(several, call => ({ status: 201, body: { Id: nameOf(call) } }))
    expect(done.outcome).toMatchObject({ end: 'done' })
    expect(done.engine.writes.map(nameOf)).toEqual(names)
  })

  it('says what was done when the engine refuses one', async () => {
    const done = await act(several, call =>
      nameOf(call) === 'c' ? { status: 403, body: { message: 'no more' } } : { status: 201, body: {} },
    )
    expect(done.outcome).toEqual({
      end: 'refused',
      status: 403,
      message: 'no more',
      field: undefined,
      done: 2,
    })
    expect(outcomeText(done.outcome)).toContain('no more (2 requests before it were done)')
    // What was done can be taken back.
    const [entry] = parseAudit(done.log).entries
    const undo = { intent: bridge, text: '' }
    const undoable = { ...entry!, intended: { ...entry!.intended, undo } }
    expect(lastUndoable({ entries: [undoable], damaged: [] })).toBe(undoable)
    const [answer] = undoable.answers.slice(-1)
    expect(lastUndoable({ entries: [{ ...undoable, answers: [answer!] }], damaged: [] })).toBeUndefined()
  })

  it('does not say that nothing was sent when it is left in between', async () => {
    const leave = new AbortController()
    const done = await act(
      several,
      () => {
        leave.abort()
        return { status: 201, body: {} }
      },
      { signal: leave.signal },
    )
    expect(done.engine.writes).toHaveLength(1)
    expect(done.outcome).toMatchObject({ end: expect.stringMatching(/not-converged|unknown/) })
  })
})

describe('a name that is also the beginning of an id', () => {
  const other = { Id: 'bad0c0ffee', Name: 'other', IPAM: {} }
  const byBeginning = ({ path }: Call): Reply | undefined =>
    /^\/networks\/ba?d?$/.test(path) ? { status: 200, body: other } : undefined

  it('is gone although the daemon finds another network by it', async () => {
    const bad = {
      ...site.networks.value!.find(({ Name }) => Name === 'old')!,
      Id: 'network-bad',
      Name: 'bad',
    }
    const { session } = await start(call => (call.method === 'DELETE' ? { status: 204 } : byBeginning(call)))
    const plan = await session.prepare(
      { kind: 'network-remove', network: 'bad' },
      { ...site, networks: { value: [bad] } },
    )
    const how = { tell: () => {}, signal: new AbortController().signal, limitMs: 1000, pollMs: 5 }
    expect(await session.execute(plan, how)).toMatchObject({ end: 'done' })
  })

  it('is not taken for another one that is there', async () => {
    const { session } = await start(byBeginning)
    await expect(session.stateNow(network({ name: 'bad' }))).resolves.toBe('There is no network bad now.')
  })
})

describe('a session', () => {
  it('tells of a container by the id of the network, too', async () => {
    const NetworkSettings = { Networks: { old: { NetworkID: 'n1' } } }
    const { session } = await start(() => ({ status: 200, body: { NetworkSettings } }))
    for (const network of ['old', 'n1']) {
      const intent: Intent = { kind: 'network-connect', network, container: 'box', aliases: [] }
      await expect(session.stateNow(intent)).resolves.toBe(`box is on ${network} now.`)
    }
  })

  it('sends a plan once', async () => {
    const { engine, session } = await start(() => ({ status: 201, body: { Id: 'n1' } }))
    const plan = await session.prepare(bridge, site)
    const how = { tell: () => {}, signal: new AbortController().signal }
    const [first, second] = await Promise.all([session.execute(plan, how), session.execute(plan, how)])
    expect([first.end, second.end]).toEqual(['done', 'refused'])
    expect(engine.writes).toHaveLength(1)
  })

  it('sends nothing when it cannot be noted', async () => {
    const engine = await fakeEngine(() => ({ status: 201, body: {} }))
    // A file where the directory of the log should be.
    writeFileSync(join(engine.directory, 'state'), '')
    const auditPath = join(engine.directory, 'state/audit.jsonl')
    const session = createActionSession({ dockerHost: engine.dockerHost, auditPath })
    open.push({ engine, session })
    const plan = await session.prepare(bridge, site)
    const outcome = await session.execute(plan, { tell: () => {}, signal: new AbortController().signal })
    expect(outcome).toMatchObject({
      end: 'refused',
      status: 0,
      message: expect.stringContaining('cannot be noted'),
    })
    expect(engine.writes).toEqual([])
  })

  it('sends nothing that was left before', async () => {
    const { engine, session } = await start(() => ({ status: 201, body: {} }))
    const plan = await session.prepare(bridge, site)
    const outcome = await session.execute(plan, { tell: () => {}, signal: AbortSignal.abort() })
    expect(outcome).toMatchObject({ end: 'refused', status: 0 })
    expect(engine.writes).toEqual([])
    expect(readAudit(join(engine.directory, 'state/audit.jsonl')).entries[0]?.outcome).toEqual(outcome)
  })

  it('tells what the daemon shows now of an action that nobody saw the end of', async () => {
    const there = swarm(() => [task(1, 'running'), task(2, 'running')])
    const { session } = await start(there)
    await expect(session.stateNow(service())).resolves.toBe(
      'There is a service nginx-vip now, with 2 of 2 tasks running.',
    )
    await expect(session.stateNow(network())).resolves.toBe('There is no network my-network now.')
  })
})
