import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Plan } from '../../src/actions/plan.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import type { AuditRow } from '../../src/ui/model/desk.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'
import { type FakeDesk, fakeDesk, type Operator, operatorOf, settled } from './operator.ts'
import { scriptedSession } from './user.tsx'

const manager = captureSnapshot('docker-26.1-nft', 'node1')
const worker = captureSnapshot('docker-26.1-nft', 'node2')

type Opened = { operator: Operator; desk: FakeDesk; text: () => string }

function open({
  snapshot = manager,
  desk = fakeDesk(),
  ...options
}: {
  snapshot?: Snapshot
  desk?: FakeDesk
  columns?: number
  rows?: number
  view?: string
} = {}): Opened {
  const operator = operatorOf(snapshot, desk, options)
  return { operator, desk, text: () => operator.text().join('\n') }
}

/** The row of a service, of a network … */
async function find(operator: Operator, name: string): Promise<void> {
  await operator.keys('/', ...name, 'enter')
}

/** A plan with Cancel chosen: my-network, on the wire as soon as it is confirmed. */
async function planOfNetwork(opened: Opened): Promise<void> {
  const { operator } = opened
  await operator.choose('Create a network')
  await operator.keys(...'my-network', 'tab', 'tab', 'ctrl-u', ...'192.168.10.0/24', 'enter')
  expect(opened.text()).toContain('[>Cancel<]')
}

/** The plan that removes the service `web`. */
async function planOfRemoval(opened: Opened): Promise<void> {
  await find(opened.operator, 'web')
  await opened.operator.choose('Remove a service')
  expect(opened.text()).toContain('Plan: ')
}

const serviceName = Object.values(manager.docker?.services ?? []).map(({ Spec }) => Spec.Name)[0] ?? ''

describe('a network that is made by keys', () => {
  it('is planned, confirmed and sent as it was planned', async () => {
    const opened = open()
    await planOfNetwork(opened)
    expect(opened.text()).toContain('docker network create --driver overlay --subnet 192.168.10.0/24')
    expect(opened.desk.sent).toEqual([])
    await opened.operator.confirm()
    expect(opened.desk.sent.map(({ intent }) => intent)).toMatchObject([
      {
        kind: 'network-create',
        name: 'my-network',
        driver: 'overlay',
        subnets: [{ subnet: '192.168.10.0/24' }],
        attachable: false,
      },
    ])
    opened.operator.stop()
  })

  it('begins with what is free, and says that this is a default', async () => {
    const { operator } = open()
    await operator.choose('Create a network')
    const subnet = operator.line('Subnet') ?? ''
    expect(subnet).toMatch(/10\.0\.\d+\.0\/24 {2}default/)
    await operator.keys('tab', 'tab')
    expect(operator.line('Default:')).toContain('no network, route or interface known')
    await operator.keys('x')
    expect(operator.line('1 Subnet')).not.toContain('default')
    operator.stop()
  })

  it('is judged while it is written, at the field', async () => {
    const { operator } = open()
    await operator.choose('Create a network')
    await operator.keys(...'appnet')
    expect(operator.text()[operator.text().findIndex(line => line.includes('▌ Name')) + 1]).toContain('✖')
    await operator.keys('tab', 'tab', 'ctrl-u', ...'10.0.1.0/33')
    const rows = operator.text()
    expect(rows[rows.findIndex(line => line.includes('1 Subnet')) + 1]).toMatch(/[✖]/)
    await operator.keys('ctrl-u', ...'10.0.1.0/24')
    const again = operator.text()
    expect(again[again.findIndex(line => line.includes('1 Subnet')) + 1]).toContain('overlaps')
    operator.stop()
  })

  it('is not planned while something is wrong: the cursor goes there', async () => {
    const { operator, desk, text } = open()
    await operator.choose('Create a network')
    await operator.keys('tab', 'enter')
    expect(text()).not.toContain('Plan: ')
    expect(operator.line('▌ Name')).toBeDefined()
    expect(desk.sent).toEqual([])
    operator.stop()
  })
})

describe('what must never send anything', () => {
  it('Enter that is held down from the menu on', async () => {
    const opened = open()
    const { operator, desk } = opened
    await operator.keys('a', ...Array<string>(200).fill('enter'))
    await operator.keys('escape', 'escape', 'escape')
    await planOfNetwork(opened)
    await operator.keys(...Array<string>(200).fill('enter'))
    expect(desk.sent).toEqual([])
    operator.stop()
  })

  it('Enter that is held down when the button was chosen before', async () => {
    const opened = open()
    await planOfNetwork(opened)
    // The first of them comes too soon after Tab, and each of the others too soon after the one before.
    await opened.operator.keys('tab', ...Array<string>(100).fill('enter'))
    expect(opened.desk.sent).toEqual([])
    expect(opened.text()).toContain('Do it')
    opened.operator.stop()
  })

  it.each([
    ['\t\r', ['tab', 'enter']],
    ['a name and line breaks', [...'web', 'enter', 'tab', 'enter', 'y', 'enter']],
    ['arrows', ['right', 'enter']],
  ])('text in one piece that is no bracketed paste: %s', async (_, piece) => {
    const opened = open()
    await planOfNetwork(opened)
    for (let time = 0; time < 5; time++) opened.operator.press(...piece)
    expect(opened.desk.sent).toEqual([])
    opened.operator.stop()
  })

  it('what is pasted, in a form, in a plan, and over a name that is asked for', async () => {
    const opened = open({ view: 'services' })
    const { operator, desk } = opened
    await planOfRemoval(opened)
    operator.paste('y\r\n')
    await operator.keys('tab')
    operator.paste(`${serviceName}\r`)
    expect(operator.text().at(-1)).toContain('has to be typed')
    await operator.keys('tab')
    operator.wait(1000)
    await operator.keys('enter')
    expect(desk.sent).toEqual([])
    operator.stop()
  })

  it('the name in one piece, as a terminal without bracketed paste would send it', async () => {
    const opened = open({ view: 'services' })
    const { operator, desk } = opened
    await planOfRemoval(opened)
    await operator.keys('tab')
    operator.press(...serviceName)
    await operator.keys('tab')
    operator.wait(1000)
    await operator.keys('enter')
    expect(desk.sent).toEqual([])
    operator.stop()
  })

  it('keys that came with the one that opened a dialog, or left it', async () => {
    const { operator, desk, text } = open()
    operator.press('a', 'j', 'j', 'j', 'enter', 'q')
    await settled()
    expect(text()).toContain('━━ Actions on')
    expect(operator.line('▌ Connect')).toBeDefined()
    operator.press('escape', 'q')
    expect(operator.effects).toEqual([])
    expect(desk.sent).toEqual([])
    operator.stop()
  })

  it('anything at all, without permission: panels open up to the plan', async () => {
    const opened = open({ desk: fakeDesk({ whyNotSent: 'cnmtop only reads: --allow-actions' }) })
    const { operator, desk, text } = opened
    await operator.keys('a')
    expect(text()).toContain('Plans only: cnmtop only reads: --allow-actions.')
    await operator.keys('escape')
    await planOfNetworkReadOnly(opened)
    await operator.keys('tab', 'tab')
    operator.wait(1000)
    await operator.keys('enter')
    expect(desk.sent).toEqual([])
    operator.stop()
  })

  async function planOfNetworkReadOnly({ operator, text }: Opened): Promise<void> {
    await operator.choose('Create a network')
    await operator.keys(...'my-network', 'tab', 'tab', 'ctrl-u', ...'192.168.10.0/24', 'enter')
    expect(text()).toContain('Not sent: cnmtop only reads: --allow-actions.')
    expect(text()).toContain('[>Back<]')
    expect(text()).not.toContain('Do it')
  }

  it('no keys in any order but those that confirm', async () => {
    const key = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('enter', 'tab', 'j', 'k', 'a', 'escape', 'y', ' ', 'right') },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          'shift-tab',
          'up',
          'down',
          'left',
          'u',
          '@',
          '5',
          '2',
          'ctrl-u',
          'ctrl-x',
          'q',
          ':',
        ),
      },
      // Not those that follow packets or draw wirings: they take their time, and lead nowhere from here.
      { weight: 1, arbitrary: fc.constantFrom(...'bcdfghilmps./-19') },
    )
    const piece = fc.oneof(
      { weight: 6, arbitrary: key.map(one => ({ keys: [one] })) },
      { weight: 2, arbitrary: fc.array(key, { minLength: 2, maxLength: 8 }).map(keys => ({ keys })) },
      { weight: 1, arbitrary: fc.string({ maxLength: 12 }).map(pasted => ({ pasted })) },
      { weight: 1, arbitrary: fc.constantFrom(100, 1000).map(wait => ({ wait })) },
      {
        weight: 2,
        arbitrary: fc
          .constantFrom(
            'Start every task',
            'Remove a service',
            'Scale a service',
            'Create a network',
            'Prune',
          )
          .map(title => ({ title })),
      },
    )
    type Piece = { keys?: string[]; pasted?: string; wait?: number; title?: string }
    let plans = 0
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 10, maxLength: 40, size: 'max' }), async pieces => {
        const { operator, desk } = open({ columns: 80, rows: 24, view: 'services' })
        await find(operator, 'web')
        for (const { keys, pasted, wait, title } of pieces as Piece[]) {
          if (title !== undefined && !operator.seen().includes('Plan: ')) await operator.choose(title)
          if (pasted !== undefined) operator.paste(pasted)
          if (wait !== undefined) operator.wait(wait)
          // The one way to confirm: Enter alone on a button that is chosen and armed.
          const isConfirming =
            keys?.length === 1 && keys[0] === 'enter' && operator.seen().includes('[>Do it<]')
          if (!keys || isConfirming) continue
          operator.press(...keys)
          await settled()
          if (operator.seen().includes('Plan: ')) plans++
        }
        expect(desk.sent).toEqual([])
        operator.stop()
      }),
      { numRuns: 30, endOnFailure: true },
    )
    // It was about something.
    expect(plans).toBeGreaterThan(5)
  }, 120_000)
})

describe('a severe plan', () => {
  it('is sent when its name was typed letter by letter, and the button pressed', async () => {
    const opened = open({ view: 'services' })
    const { operator, desk, text } = opened
    await planOfRemoval(opened)
    expect(text()).toMatch(/Type \S+ to confirm/)
    expect(text()).not.toContain('[ Do it ]')
    const word = /Type (\S+) to confirm/.exec(text())?.[1] ?? ''
    await operator.keys('tab', ...word)
    expect(text()).toContain('[ Do it ]')
    await operator.confirm()
    expect(desk.sent).toMatchObject([{ severity: 'severe', intent: { kind: 'service-remove' } }])
    operator.stop()
  })

  it('is not sent while the name is another one', async () => {
    const opened = open({ view: 'services' })
    const { operator, desk } = opened
    await planOfRemoval(opened)
    await operator.keys('tab', ...'wrong')
    await operator.confirm()
    expect(desk.sent).toEqual([])
    await operator.keys('shift-tab', 'ctrl-u', 'backspace')
    operator.stop()
  })
})

describe('what becomes of an action', () => {
  const request = { method: 'POST', path: '/networks/create', query: {}, body: {} } as const

  async function sent(): Promise<Opened> {
    const opened = open({ columns: 110 })
    await planOfNetwork(opened)
    await opened.operator.confirm()
    return opened
  }

  it('is told step by step, and to the end', async () => {
    const opened = open({ columns: 110, view: 'services' })
    const { operator, desk, text } = opened
    await find(operator, 'web')
    await operator.choose('Start every task')
    await operator.confirm()
    desk.tell({ step: 'sending', request })
    expect(text()).toContain('… POST /networks/create')
    desk.tell({ step: 'answered', request, status: 201, id: 'a'.repeat(25) })
    desk.tell({
      step: 'converging',
      done: 1,
      wanted: 2,
      states: { running: 1, rejected: 1 },
      errors: ['web.2: no suitable node'],
    })
    expect(text()).toContain('1 of 2 tasks as wanted: 1 running, 1 rejected')
    expect(text()).toContain('✖ web.2: no suitable node')
    await desk.end({ end: 'done', id: undefined, warnings: ['one word of warning'] })
    expect(text()).toContain('✔ Done.')
    expect(text()).toContain('▲ one word of warning')
    expect(text()).toContain('Data plane of this node, before and after')
    operator.stop()
  })

  it('goes on while the screen is used, and is come back to', async () => {
    const { operator, desk, text } = await sent()
    await operator.keys('escape', '5')
    expect(text()).toContain('━━ Services')
    await operator.keys('q')
    expect(operator.effects).toEqual([])
    expect(text()).toContain('q again')
    await operator.keys('2', 'a', 'enter')
    expect(text()).toContain('It is logged, and sent.')
    await operator.keys('escape')
    await desk.end({ end: 'done', id: undefined, warnings: [] })
    expect(operator.text().at(-1)).toContain('my-network (overlay): done')
    operator.wait(5000)
    await operator.keys('q')
    expect(operator.effects).toEqual(['quit 0'])
    operator.stop()
  })

  it('leads back into the form when the engine refuses, with its sentence at the field', async () => {
    const { operator, desk, text } = await sent()
    desk.tell({ step: 'answered', request, status: 409 })
    await desk.end({
      end: 'refused',
      status: 409,
      message: 'network with name my-network already exists',
      field: 'name',
    })
    expect(text()).toContain('━━ Create a network')
    const rows = operator.text()
    expect(rows[rows.findIndex(line => line.includes('▌ Name')) + 1]).toContain(
      'The engine said: network with name my-network already exists',
    )
    await operator.keys('2')
    expect(text()).not.toContain('The engine said')
    operator.stop()
  })

  it('leads back there too when the engine took what was sent before', async () => {
    const { operator, desk, text } = await sent()
    desk.tell({ step: 'answered', request, status: 201, id: 'abc' })
    desk.tell({ step: 'answered', request, status: 403 })
    await desk.end({ end: 'refused', status: 403, message: 'no more of these', field: undefined, done: 1 })
    expect(text()).toContain('━━ Create a network')
    expect(text()).toContain('The engine said: no more of these What was sent before that was done: @ tells')
    operator.stop()
  })

  it('offers what takes it back, as a plan of its own', async () => {
    const { operator, desk, text } = await sent()
    desk.tell({ step: 'answered', request, status: 201, id: 'abc' })
    await desk.end({ end: 'not-converged', id: 'abc', reason: 'it took too long' })
    expect(text()).toContain('It was taken, and is not as wanted: it took too long')
    expect(text()).toContain('u takes it back: docker network rm my-network')
    await operator.keys('u')
    expect(text()).toContain('Plan: ')
    expect(desk.sent).toHaveLength(1)
    operator.stop()
  })

  it('says that nothing was sent where nobody refused it', async () => {
    const { operator, desk, text } = await sent()
    await desk.end({ end: 'refused', status: 0, message: 'the log cannot be written', field: undefined })
    expect(text()).toContain('Nothing was sent: the log cannot be written')
    operator.stop()
  })

  it('is unknown when nobody answered', async () => {
    const { operator, desk, text } = await sent()
    await desk.end({ end: 'unknown', reason: 'the connection broke' })
    expect(text()).toContain('It is not known whether it was done: the connection broke')
    operator.stop()
  })

  it('is proven by what changed in the data plane', async () => {
    const { session, show } = scriptedSession(manager)
    const desk = fakeDesk()
    const operator = operatorOf(session, desk)
    const opened: Opened = { operator, desk, text: () => operator.text().join('\n') }
    await planOfNetwork(opened)
    await operator.confirm()
    desk.tell({ step: 'answered', request, status: 201, id: 'abc' })
    await desk.end({ end: 'done', id: 'abc', warnings: [] })
    expect(opened.text()).toContain('No difference so far.')
    const [first] = manager.namespaces
    show({
      ...manager,
      namespaces: [
        ...manager.namespaces,
        { ...first!, id: 'net:[1]', name: '1-abcdef', kind: 'overlay', paths: [] },
      ],
    })
    operator.wait(10_000)
    expect(opened.text()).toContain('+ namespace 1-abcdef (overlay)')
    operator.stop()
  })
})

describe('the exact plan', () => {
  it('cannot be confirmed before the daemon was asked, and not when that failed', async () => {
    const asked = Promise.withResolvers<Plan>()
    const opened = open({ desk: fakeDesk({ prepare: () => asked.promise }), view: 'services' })
    const { operator, text } = opened
    await find(operator, 'web')
    await operator.choose('Start every task')
    expect(text()).toContain('the daemon is asked how things are now')
    expect(text()).not.toContain('Do it')
    asked.reject(new Error('the daemon is away'))
    await settled()
    expect(text()).toContain('Not sent: the daemon is away.')
    operator.stop()
  })
})

describe('the menu of actions', () => {
  it('says why something cannot be done on a worker, without a Swarm, without a daemon', async () => {
    const info = manager.docker!.info!
    const alone = { ...info, Swarm: { ...info.Swarm, LocalNodeState: 'inactive', ControlAvailable: false } }
    const none = { ...manager, docker: { ...manager.docker!, info: alone } }
    const { docker: _, ...silent } = manager
    for (const [snapshot, why] of [
      [worker, /this node is a worker/],
      [none, /docker swarm init/],
      [silent, /the Docker daemon cannot be asked/],
    ] as const) {
      const { operator, desk, text } = open({ snapshot, view: 'overview' })
      await operator.choose('Create a service')
      expect(text()).toMatch(/━━ Actions/)
      expect(text().replaceAll(/\s+/g, ' ')).toMatch(why)
      expect(desk.sent).toEqual([])
      operator.stop()
    }
  })

  it('offers a service what concerns it, with it chosen', async () => {
    const { operator, text } = open({ view: 'services' })
    await find(operator, 'web')
    await operator.choose('Scale a service')
    expect(text()).toContain('━━ Scale a service')
    expect(operator.line('Service ')).toContain('default')
    operator.stop()
  })

  it('takes what has come since it was opened, and says that it waits to be chosen', async () => {
    const networks = manager.docker!.networks!.filter(({ Scope, Ingress }) => Scope !== 'swarm' || Ingress)
    const docker = { ...manager.docker!, networks, services: [], tasks: [], containers: [] }
    const { session, show } = scriptedSession({
      ...manager,
      namespaces: manager.namespaces.slice(0, 1),
      docker,
    })
    const operator = operatorOf(session, fakeDesk())
    await operator.choose('Create a service')
    await operator.keys(...'shop', 'tab', ...'nginx', 'tab', 'tab', 'tab', 'enter', 'enter')
    expect(operator.line('1 Network')).toContain('nothing to choose')
    show(manager)
    // Graphs are made at their own pace.
    await vi.waitFor(() => expect(operator.line('1 Network')).toMatch(/\d to choose from/), 30_000)
    operator.wait(1000)
    await operator.keys('enter')
    expect(operator.line('✖')).toContain('Something has to be chosen.')
    await operator.keys('right')
    expect(operator.line('1 Network')).toContain('<')
    expect(operator.line('✖')).toBeUndefined()
    operator.stop()
  })

  it('is reached from the palette by what an action is called', async () => {
    const { operator, text } = open({ view: 'overview' })
    await operator.keys(':', ...'create a service', 'enter')
    expect(text()).toContain('━━ Create a service')
    operator.stop()
  })

  it('is not there where nothing can be planned', async () => {
    const operator = operatorOf(manager, undefined)
    await operator.keys('a')
    expect(operator.text().at(-1)).toContain('Nothing can be changed from this screen.')
    operator.stop()
  })
})

describe('the log of actions', () => {
  const row = (id: string, more: Partial<AuditRow> = {}): AuditRow => ({
    id,
    time: '2026-11-23T05:00:00.000Z',
    title: `Create network ${id} (overlay)`,
    command: `docker network create ${id}`,
    end: 'done',
    told: 'Done.',
    requests: [{ method: 'POST', path: '/networks/create', query: {}, body: { Name: id } }],
    answers: [{ Id: 'abcdef' }],
    undo: { intent: { kind: 'network-remove', network: id }, text: `docker network rm ${id}` },
    ...more,
  })

  it('tells when, what and how it ended, and of each the request, the answer and the undo', async () => {
    const desk = fakeDesk({ audit: [row('b', { end: 'refused', told: 'no' }), row('a')] })
    const { operator, text } = open({ desk })
    await operator.keys('@')
    expect(text()).toContain('━━ Actions 2')
    expect(operator.line('11-23 05:00:00')).toMatch(/11-23 05:00:00 +Create network b .+✖ refused/)
    await operator.keys('j', 'enter')
    expect(text()).toContain('POST /networks/create')
    await operator.keys(']')
    expect(text()).toContain('"Id": "abcdef"')
    expect(text()).toContain('Begun at 2026-11-23 05:00:00 UTC.')
    await operator.keys(']')
    expect(text()).toContain('docker network rm a')
    await operator.keys('u')
    expect(text()).toContain('docker network rm a')
    expect(text()).toContain('Plan: ')
    operator.stop()
  })

  it('tells what was taken back', async () => {
    const { operator, text } = open({
      desk: fakeDesk({ audit: [row('a', { undoneAt: '2026-11-23T05:01:02.003Z' })] }),
    })
    await operator.keys('@')
    expect(operator.line('05:00:00')).toContain('✔ done, undone')
    await operator.keys('enter', ']', ']')
    expect(text()).toContain('It was taken back at 2026-11-23 05:01:02')
    operator.stop()
  })

  it('says at the start that an action of an earlier run was not finished, until somebody looks', async () => {
    const desk = fakeDesk({ audit: [row('a', { end: 'unfinished', told: 'the process ended' })] })
    const { operator, text } = open({ desk })
    await settled()
    operator.wait(0)
    expect(operator.text().at(-1)).toContain('An action of an earlier run was not finished: @ tells which')
    expect(operator.text()[1]).toContain('1 unfinished action of an earlier run: @')
    await operator.keys('@')
    expect(text()).toContain('▲ unfinished')
    operator.stop()
  })
})
