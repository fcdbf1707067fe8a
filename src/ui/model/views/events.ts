import { objectOf } from '../../../graph/query.ts'
import type { Graph } from '../../../graph/model.ts'
import type { DockerEvent } from '../../../snapshot/index.ts'
import { uniqueKeys } from '../../../snapshot/row-keys.ts'
import { sanitise } from '../../../util/sanitise.ts'
import type { Data } from '../data.ts'
import { describeColumns, type Fact, fact, groupRows } from '../describe/rows.ts'
import type { LogEntry } from '../log.ts'
import { placeOfObject } from '../objects.ts'
import { reportLines, wrapPair } from '../origin.ts'
import { type Line, textLine, type Tone } from '../span.ts'
import { cellRow, type Row, type Table, worldCell } from '../table.ts'
import type { Detail, View } from './view.ts'
import { shortId } from './words.ts'

/** What happened: what the daemon told, and namespaces that came and went while cnmtop looked. The newest first. */
export const eventsView: View = {
  id: 'events',
  key: '9',
  title: 'Events',
  short: 'Ev',
  singular: 'event',
  description: 'Events: what the daemon told, namespaces that came and went',
  share: 0.6,
  sortable: ['time', 'type', 'action', 'name'],
  table: eventTable,
  notices: () => [],
  empty: whyNothing,
  tabs: () => [{ id: 'describe', title: 'Describe', short: 'Describe', isEmpty: false }],
  detail: (id, _, data) => eventDetail(id, data),
  origin: (_, data, columns) => originOf(data, columns),
  objectId: () => undefined,
  visible: () => ({ namespaceId: undefined, tab: undefined }),
}

/** Nothing happened, or nobody told. */
function whyNothing({ snapshot, status }: Data): string {
  const daemon =
    status.asking && snapshot.docker?.events === undefined
      ? 'the daemon is being asked.'
      : snapshot.docker?.events === undefined
        ? 'what the daemon has to tell is not known.'
        : 'the daemon told of nothing.'
  return status.mode === 'file'
    ? `In a snapshot nothing happens, and ${daemon}`
    : `Nothing happened since cnmtop looks, and ${daemon}`
}

const columns = [
  { id: 'time', title: 'TIME' },
  { id: 'type', title: 'TYPE' },
  { id: 'action', title: 'ACTION', max: 28 },
  { id: 'name', title: 'NAME', grow: true },
] as const

let made: { readonly events: unknown; readonly log: unknown; readonly table: Table } | undefined

function eventTable({ snapshot, log = noLog }: Data): Table {
  const events = snapshot.docker?.events ?? noEvents
  if (made?.events !== events || made.log !== log) {
    const keyOf = uniqueKeys()
    const timed = [
      ...events.map(event => ({ at: event.time, row: eventRow(event, keyOf) })),
      ...log.map(entry => ({ at: new Date(entry.at).toISOString(), row: logRow(entry, keyOf) })),
    ]
    timed.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
    made = { events, log, table: { columns, rows: timed.map(({ row }) => row) } }
  }
  return made.table
}

const noEvents: readonly DockerEvent[] = []
const noLog: readonly LogEntry[] = []

const actionTones: Readonly<Record<string, Tone>> = {
  start: 'ok',
  connect: 'ok',
  create: 'ok',
  found: 'ok',
  die: 'warn',
  kill: 'warn',
  oom: 'bad',
  disconnect: 'warn',
  destroy: 'warn',
  remove: 'warn',
  gone: 'warn',
}

function eventRow(event: DockerEvent, keyOf: (key: string) => string): Row {
  const { time, Type, Action, Actor } = event
  const name = Actor.Attributes['name'] ?? shortId(Actor.ID)
  const row = cellRow(
    keyOf(`${time} ${Type} ${Action} ${Actor.ID}`),
    [
      worldCell(time.slice(11, 23), 'dim'),
      worldCell(Type),
      worldCell(Action, actionTones[Action.split(':')[0] ?? ''] ?? 'plain'),
      worldCell(name, 'strong'),
    ],
    event,
  )
  return { ...row, label: `${Type} ${Action} ${name}`, alias: Actor.ID }
}

function logRow(entry: LogEntry, keyOf: (key: string) => string): Row {
  const { at, what, namespace } = entry
  const time = new Date(at).toISOString()
  const row = cellRow(
    keyOf(`${time} namespace ${what} ${namespace.id}`),
    [
      worldCell(time.slice(11, 23), 'dim'),
      worldCell('namespace'),
      worldCell(what, actionTones[what] ?? 'plain'),
      worldCell(namespace.name, 'strong'),
    ],
    entry,
  )
  return { ...row, label: `namespace ${what} ${namespace.name}`, alias: namespace.id }
}

function eventDetail(id: string | undefined, data: Data): Detail {
  const row = eventTable(data).rows.find(candidate => candidate.id === id)
  const rows = row
    ? groupRows([{ title: 'Event', facts: factsOf(row.datum as DockerEvent | LogEntry, data) }])
    : []
  return {
    title: row
      ? [
          { text: 'event ', tone: 'dim' },
          { text: sanitise(row.label ?? ''), tone: 'title' },
        ]
      : [{ text: 'Nothing is chosen', tone: 'dim' }],
    table: { columns: describeColumns, rows },
    sortable: [],
    notices: () => [],
    empty: () => [],
    origin: (_, width) => originOf(data, width),
  }
}

function factsOf(event: DockerEvent | LogEntry, { graph, snapshot }: Data): (Fact | undefined)[] {
  if ('namespace' in event) {
    const { id, name, kind } = event.namespace
    const isHere = snapshot.namespaces.some(namespace => namespace.id === id)
    return [
      fact('time', new Date(event.at).toISOString()),
      fact(event.what, `${kind} ${name}`),
      {
        label: 'namespace',
        value: worldCell(id, 'accent'),
        ...(isHere && { target: { view: 'namespaces', id } }),
      },
    ]
  }
  const { time, Type, Action, scope, Actor } = event
  return [
    fact('time', time),
    fact('type', Type),
    fact('action', Action),
    fact('scope', scope),
    objectFact(graph, Type, Actor.ID),
    ...Object.entries(Actor.Attributes).map(
      ([label, value]) => objectFact(graph, label, value) ?? fact(label, value),
    ),
  ]
}

/** What an event is about, where the graph has it: `container`, `network`, `service`, `node` with its id. */
function objectFact(graph: Graph, type: string, id: string): Fact | undefined {
  const object = objectOf(graph, `${type}:${id}`)
  const target = placeOfObject(graph, object?.id)
  if (!object || !target) return undefined
  return {
    label: type,
    value: worldCell(object.name, 'accent'),
    target,
    datum: object,
    evidence: object.evidence,
  }
}

function originOf({ snapshot }: Data, width: number): Line[] {
  const reports = snapshot.sources.filter(({ source }) => source === 'docker.events')
  return [
    ...reports.flatMap(reportLines),
    textLine('Namespaces that came and went are noted when cnmtop reads the node.', 'dim'),
  ].flatMap(line => wrapPair(line, width))
}
