import { describe, expect, it } from 'vitest'
import type { IntentKind } from '../../src/actions/intent.ts'
import { buildGraph } from '../../src/graph/build.ts'
import { allObjects } from '../../src/graph/query.ts'
import type { Data } from '../../src/ui/model/data.ts'
import { menuDialog, menuEntries } from '../../src/ui/model/dialog/menu.ts'
import { dialogTurn } from '../../src/ui/model/dialog/reduce.ts'
import { questionOfIntent } from '../../src/ui/model/dialog/question.ts'
import { type FormEvent, openForm, reduceForm } from '../../src/ui/model/form/form.ts'
import { stopsOf } from '../../src/ui/model/form/stops.ts'
import { panelOf, panels } from '../../src/ui/model/panels/index.ts'
import { fakeDesk } from './operator.ts'
import { data as recorded, snapshot } from './recorded-data.ts'

const port = fakeDesk()
const data: Data = {
  ...recorded,
  desk: {
    plan: port.plan,
    suggest: port.suggest,
    whyNot: port.whyNot,
    whyNotSent: undefined,
    runs: [],
    audit: [],
    unfinished: 0,
  },
}

function objectNamed(type: string, name: string): ReturnType<typeof allObjects>[number] | undefined {
  return allObjects(data.graph).find(object => object.type === type && object.name === name)
}

/** What a form is read as that begins on an object, after these keys. */
function intentOf(kind: IntentKind, type: string, name: string, ...events: FormEvent[]): unknown {
  const panel = panelOf(kind)!
  const { values, notes } = panel.start(data, objectNamed(type, name))
  const parts = (of: typeof values): ReturnType<typeof panel.parts> => panel.parts(of, data)
  const form = openForm(kind, values, notes, parts)
  return panel.intent(events.reduce((now, event) => reduceForm(now, event, parts), form).values)
}

const next: FormEvent = { type: 'move', by: 1 }
const type = (text: string): FormEvent => ({ type: 'type', text })

describe('a form that begins on what was chosen is read as', () => {
  it.each([
    [
      'service-publish-add',
      'service',
      'api',
      [type('8082'), next, type('80')],
      {
        service: 'api',
        publish: { published: 8082, target: 80, protocol: 'tcp', mode: 'ingress' },
      },
    ],
    // A name without a VIP has its ports on its nodes only.
    [
      'service-publish-add',
      'service',
      'dns',
      [next, type('53'), next, type('u')],
      { service: 'dns', publish: { target: 53, protocol: 'udp', mode: 'host' } },
    ],
    [
      'service-publish-remove',
      'task',
      'web.1',
      [],
      { service: 'web', publish: { published: 8080, target: 80, protocol: 'tcp', mode: 'ingress' } },
    ],
    // Another service has other ports: what is chosen of them goes with it.
    [
      'service-publish-remove',
      'service',
      'web',
      [{ type: 'move', by: -1 }, type('p')],
      { service: 'pin', publish: { published: 8081, target: 80, protocol: 'tcp', mode: 'ingress' } },
    ],
    ['service-scale', 'service', 'web', [type('5')], { service: 'web', replicas: 5 }],
    ['service-force-update', 'service', 'web', [], { service: 'web' }],
    ['service-remove', 'service', 'web', [], { service: 'web' }],
    ['network-remove', 'network', 'appnet', [], { network: 'appnet' }],
    ['network-prune', 'network', 'appnet', [], {}],
  ] as const)('%s of %s %s', (kind, type, name, events, intent) => {
    expect(intentOf(kind, type, name, ...events)).toMatchObject({ kind, ...intent })
  })

  it('network-connect and -disconnect', () => {
    const free = Object.values(data.graph.containers).filter(({ task }) => task === undefined)
    for (const kind of ['network-connect', 'network-disconnect'] as const) {
      const intent = intentOf(kind, 'network', 'appnet') as { container: string; network: string }
      expect(intent).toMatchObject({ kind })
      // Those of tasks are Swarm's to connect.
      expect([...free.map(({ name }) => name), '']).toContain(intent.container)
    }
  })

  it.each(panels.map(({ kind }) => [kind]))('%s, whatever it begins on', kind => {
    for (const object of [undefined, ...allObjects(data.graph)]) {
      const panel = panelOf(kind)!
      const { values } = panel.start(data, object)
      expect(panel.intent(values)).toMatchObject({ kind })
      // Every path of a form is there once.
      const ids = stopsOf(panel.parts(values, data), values).map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      // Whatever is filled in, a plan can be made of it.
      expect(port.plan(panel.intent(values), snapshot).command).toMatch(/^docker /)
    }
  })
})

describe('a menu that was opened', () => {
  const docker = { ...snapshot.docker!, services: [], tasks: [], containers: [], networks: [] }
  const without = { ...snapshot, docker }
  const later: Data = { ...data, snapshot: without, nodes: [without], graph: buildGraph([without]) }
  const menu = menuDialog(data, objectNamed('service', 'web')?.id)

  it('keeps its entries where they are while what it is about goes away', () => {
    const titles = menuEntries(data, menu).map(({ title }) => title)
    expect(titles[0]).toBe('Publish a port of a service')
    expect(menuEntries(later, menu).map(({ title }) => title)).toEqual(titles)
    // One that is opened then is about nothing.
    expect(menuEntries(later, menuDialog(later, menu.objectId)).map(({ title }) => title)).toEqual(
      titles.slice(-3),
    )
  })

  it('opens nothing on another object then', () => {
    const enter = { command: 'menu-open', isAlone: true, now: 0 } as const
    expect(dialogTurn(menu, enter, data).dialog).toMatchObject({ kind: 'form' })
    expect(dialogTurn(menu, enter, later)).toEqual({
      dialog: undefined,
      say: 'The service web is not there any more.',
    })
    const last = { ...menu, index: menu.entries.length - 2 }
    expect(dialogTurn(last, enter, later).dialog).toMatchObject({ kind: 'form' })
  })
})

describe('what proves an action', () => {
  const about = (service: string): unknown =>
    questionOfIntent({ kind: 'service-force-update', service }, data.graph, data.nodes)

  it('is asked of the service of that name, and of none that only has it in its id', () => {
    expect(about('web')).toMatchObject({ target: expect.stringContaining('8080') })
    // In the middle of many an id; at the beginning of none.
    for (const word of ['', 'e', 'service', '_']) expect(about(word), word).toBeUndefined()
  })
})
