import type { Docker, DockerEvent, SourceReport } from '../../snapshot/index.ts'
import type { DockerReading } from './collect.ts'
import { KEPT_EVENTS } from './events.ts'
import { idOf, type Row } from './same.ts'

const lists = ['networks', 'containers', 'services', 'tasks', 'nodes'] as const

type ListName = (typeof lists)[number]

type Head = Omit<Docker, ListName | 'events'>

/** What passes from the thread that asks the daemon to the one that paints: only what changed, in small portions. */
export type DockerMessage =
  /** Rows that are new or other than before, with their ids. */
  | { readonly kind: 'rows'; readonly list: ListName; readonly rows: readonly (readonly [string, Row])[] }
  /** The ids of a list in their order; undefined for a list that is not there. */
  | { readonly kind: 'list'; readonly list: ListName; readonly ids: readonly string[] | undefined }
  | { readonly kind: 'events'; readonly isNew: boolean; readonly events: readonly DockerEvent[] }
  /** The rest. What came before it is whole now. */
  | { readonly kind: 'head'; readonly head: Head | undefined; readonly sources: SourceReport[] }

/** Rows in one message: some milliseconds of the receiving thread. */
const PORTION = 200

/** Makes messages of readings, each time of what changed since the last one. */
export function createSender(): (reading: DockerReading) => Generator<DockerMessage> {
  const sent: { [list in ListName]?: ReadonlyMap<string, Row> | undefined } = {}
  const sentRows: { [list in ListName]?: readonly Row[] | undefined } = {}
  let lastEvent: DockerEvent | undefined

  function* listMessages(list: ListName, rows: readonly Row[] | undefined): Generator<DockerMessage> {
    if (rows === sentRows[list]) return
    const before = sent[list]
    // Ids may be given twice by a daemon that is not right: the last row of an id is meant.
    const after = new Map(rows?.map(row => [idOf(row), row]))
    const changed = [...after].filter(([id, row]) => before?.get(id) !== row)
    for (let at = 0; at < changed.length; at += PORTION) {
      yield { kind: 'rows', list, rows: changed.slice(at, at + PORTION) }
    }
    sentRows[list] = rows
    sent[list] = after
    yield { kind: 'list', list, ids: rows && [...after.keys()] }
  }

  return function* messages({ docker, sources }) {
    for (const list of lists) yield* listMessages(list, docker?.[list])
    const events = docker?.events ?? []
    const at = lastEvent ? events.lastIndexOf(lastEvent) : -1
    if (at < events.length - 1) yield { kind: 'events', isNew: at === -1, events: events.slice(at + 1) }
    lastEvent = events.at(-1)
    const head = docker && { ...docker }
    for (const list of lists) delete head?.[list]
    delete head?.events
    yield { kind: 'head', head, sources }
  }
}

/** Puts the messages of a sender together again. @returns takes a message; gives the reading when it is whole */
export function createReceiver(): (message: DockerMessage) => DockerReading | undefined {
  const known: { [list in ListName]?: Map<string, Row> } = {}
  const whole: Partial<Record<ListName, Row[]>> = {}
  let events: DockerEvent[] | undefined

  return message => {
    switch (message.kind) {
      case 'rows': {
        const rows = (known[message.list] ??= new Map())
        for (const [id, row] of message.rows) rows.set(id, row)
        return undefined
      }
      case 'list': {
        const { list, ids } = message
        const rows = new Map(
          ids?.flatMap(id => {
            const row = known[list]?.get(id)
            return row ? [[id, row]] : []
          }),
        )
        known[list] = rows
        if (ids) whole[list] = [...rows.values()]
        else delete whole[list]
        return undefined
      }
      case 'events':
        events = [...(message.isNew ? [] : (events ?? [])), ...message.events].slice(-KEPT_EVENTS)
        return undefined
      case 'head': {
        const { head, sources } = message
        // Each list was taken from a Docker, with the rows of its kind.
        const docker = head && ({ ...head, ...whole, ...(events && { events }) } as Docker)
        return { docker, sources }
      }
    }
  }
}
