import type { DockerPart } from '../../../graph/model.ts'
import type { Snapshot, SourceReport } from '../../../snapshot/index.ts'
import { plural } from '../../../util/format.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { wrap } from '../../../util/text.ts'
import { dockerRowId } from '../objects.ts'
import { reportLines, wrapPair } from '../origin.ts'
import { statusGlyph, statusTone } from '../sources.ts'
import { type Line, textLine } from '../span.ts'
import { cellRow, type Row, type Table, worldCell } from '../table.ts'
import type { Detail, TabLabel } from './view.ts'

/** What the Docker API said, raw: a row among the namespaces, with a tab for each list that was read. */

const parts: readonly { readonly id: DockerPart; readonly title: string }[] = [
  { id: 'info', title: 'Info' },
  { id: 'networks', title: 'Networks' },
  { id: 'containers', title: 'Containers' },
  { id: 'services', title: 'Services' },
  { id: 'tasks', title: 'Tasks' },
  { id: 'nodes', title: 'Nodes' },
]

const joined = new WeakMap<Table, { readonly docker: Snapshot['docker']; readonly table: Table }>()

/** The namespaces, and below them the daemon when it answered. */
export function withDocker(table: Table, { docker }: Snapshot): Table {
  if (!docker) return table
  const known = joined.get(table)
  if (known?.docker === docker) return known.table
  const cells = [{ text: 'docker', tone: 'accent' as const }, worldCell(docker.host)]
  const row: Row = { ...cellRow(dockerRowId, cells, docker), label: 'Docker API' }
  const result = { ...table, rows: [...table.rows, row] }
  joined.set(table, { docker, table: result })
  return result
}

export function dockerTabs({ docker }: Snapshot): TabLabel[] {
  return parts.map(({ id, title }) => {
    const list = docker?.[id]
    const count = Array.isArray(list) ? list.length : undefined
    const isEmpty = list === undefined || count === 0
    return { id, title, short: title.slice(0, 5), isEmpty, ...(count !== undefined && { count }) }
  })
}

export function dockerDetail(snapshot: Snapshot, tab: string): Detail {
  const part = parts.find(({ id }) => id === tab)?.id ?? 'info'
  const { docker } = snapshot
  return {
    title: [
      { text: 'Docker API', tone: 'title' },
      { text: ` ${sanitise(docker?.version.Version ?? '')}`, tone: 'accent' },
      { text: ` ${sanitise(docker?.host ?? '')}`, tone: 'dim' },
    ],
    table: docker && tableOf(docker, part),
    sortable: ['id', 'name'],
    notices: () => [],
    empty: columns => emptyLines(snapshot, part, columns),
    origin: (_, columns) =>
      reportsOf(snapshot, part)
        .flatMap(reportLines)
        .flatMap(line => wrapPair(line, columns)),
  }
}

export function dockerOrigin(snapshot: Snapshot, columns: number): Line[] {
  const reports = snapshot.sources.filter(({ source }) => source.startsWith('docker'))
  return reports.flatMap(reportLines).flatMap(line => wrapPair(line, columns))
}

type Docker = NonNullable<Snapshot['docker']>

const tables = new WeakMap<object, Table>()

function tableOf(docker: Docker, part: DockerPart): Table | undefined {
  const datum = docker[part]
  if (!datum) return undefined
  let table = tables.get(datum)
  if (!table) {
    const rows = Array.isArray(datum) ? datum.map(item => itemRow(item)) : infoRows(datum)
    table = { columns: Array.isArray(datum) ? listColumns : infoColumns, rows }
    tables.set(datum, table)
  }
  return table
}

const listColumns = [
  { id: 'id', title: 'ID', max: 14 },
  { id: 'name', title: 'NAME', grow: true },
  { id: 'about', title: 'ABOUT', hide: 1, max: 60 },
] as const

const infoColumns = [
  { id: 'id', title: 'KEY' },
  { id: 'name', title: 'VALUE', grow: true },
] as const

function infoRows(info: NonNullable<Docker['info']>): Row[] {
  return Object.entries(info).map(([key, value]) =>
    cellRow(
      key,
      [worldCell(key, 'dim'), worldCell(typeof value === 'object' ? JSON.stringify(value) : String(value))],
      {
        [key]: value,
      },
    ),
  )
}

type Item =
  | NonNullable<Docker['networks']>[number]
  | NonNullable<Docker['containers']>[number]
  | NonNullable<Docker['services']>[number]
  | NonNullable<Docker['tasks']>[number]
  | NonNullable<Docker['nodes']>[number]

function itemRow(item: Item): Row {
  const id = 'Id' in item ? item.Id : item.ID
  const row = cellRow(
    id,
    [worldCell(id, 'dim'), worldCell(nameOf(item), 'strong'), worldCell(aboutOf(item), 'dim')],
    item,
  )
  return { ...row, label: nameOf(item) }
}

function nameOf(item: Item): string {
  if ('Name' in item) return item.Name
  if ('Hostname' in item) return item.Hostname
  if ('Spec' in item) return item.Spec.Name
  return `${item.ServiceID}.${item.Slot ?? item.NodeID ?? ''}`
}

function aboutOf(item: Item): string {
  if ('Driver' in item) return `${item.Driver} ${item.Scope}`
  if ('Hostname' in item) return `${item.Role} ${item.Availability} ${item.State}`
  if ('Spec' in item) return item.Spec.Image
  if ('ServiceID' in item) return `${item.DesiredState} ${item.Status.State}`
  return `${item.State.Status} ${item.Image}`
}

function reportsOf({ sources }: Snapshot, part: DockerPart): SourceReport[] {
  return sources.filter(({ source }) => source === 'docker' || source === `docker.${part}`)
}

function emptyLines(snapshot: Snapshot, part: DockerPart, columns: number): Line[] {
  if (snapshot.docker?.[part] !== undefined)
    return [textLine(`There are ${plural(0, part.slice(0, -1))}.`, 'strong')]
  const lines = reportsOf(snapshot, part).flatMap(({ source, status, reason }) => {
    const text = `${statusGlyph(status)} ${source} ${status}${reason === undefined ? '' : `: ${reason}`}`
    return wrap(sanitise(text), columns).map(line => textLine(line, statusTone(status)))
  })
  return [textLine(`${part}: not known`, 'strong'), ...lines]
}
