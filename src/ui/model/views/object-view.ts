import type { Graph, GraphObject } from '../../../graph/model.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { wrap } from '../../../util/text.ts'
import { type Data, snapshotOfNode } from '../data.ts'
import { describe, warningLines } from '../describe/index.ts'
import { evidenceLines } from '../evidence-lines.ts'
import { objectOf } from '../../../graph/query.ts'
import { typeWords } from '../objects.ts'
import type { Visible } from '../session.ts'
import { glyphs, isUnread } from '../sources.ts'
import { textLine } from '../span.ts'
import { type Column, type Row, type Table, withoutProblems } from '../table.ts'
import { wiringOf } from '../wiring-of.ts'
import { whyNameless } from './nameless.ts'
import { type Detail, nothingChosen, type TabLabel, type View } from './view.ts'

/** What a view of objects of the graph has to tell of itself. */
export type ObjectViewOptions = Pick<
  View,
  'id' | 'key' | 'title' | 'short' | 'singular' | 'description' | 'sortable'
> & {
  readonly columns: readonly Column[] | ((data: Data) => readonly Column[])
  readonly share?: number
  /** The rows of the list. Their ids are those of the objects, or `objectOfRow` tells. */
  readonly rows: (data: Data) => readonly Row[]
  readonly isTree?: true
  readonly objectOfRow?: (id: string) => string
  /** Why there is none, or what makes one appear. */
  readonly empty: string | ((data: Data) => string)
  /** What else the rows depend on, besides the graph. */
  readonly dependsOn?: (data: Data) => readonly unknown[]
  /** Tabs besides the description. */
  readonly moreTabs?: readonly ObjectTab[]
  readonly visible?: (id: string | undefined, data: Data) => Visible
}

/** A tab that tells more than the description. */
export type ObjectTab = Omit<TabLabel, 'isEmpty' | 'count'> & {
  readonly table: (object: GraphObject, data: Data) => Table
}

const nothingVisible: Visible = { namespaceId: undefined, tab: undefined }

/** A view of objects of the graph: a table of them, and what is known of the chosen one. */
export function objectView({ columns, rows, isTree, empty, ...options }: ObjectViewOptions): View {
  const { id, key, title, short, singular, description, sortable, share = 0.5 } = options
  const objectOfRow = options.objectOfRow ?? (row => row)
  const visible = options.visible ?? (() => nothingVisible)
  const dependsOn = options.dependsOn ?? (() => nothing)
  const moreTabs = options.moreTabs ?? []
  const tabs = [
    describeTab,
    wiringTab,
    ...moreTabs.map(({ id, title, short }) => ({ id, title, short, isEmpty: false })),
  ]
  let made: { graph: Graph; isFirst: boolean; other: readonly unknown[]; table: Table } | undefined
  return {
    id,
    key,
    title,
    short,
    singular,
    description,
    share,
    sortable,
    table: data => {
      const other = dependsOn(data)
      const { graph, isFirstReading: isFirst = false } = data
      const isSame = made?.graph === graph && made.isFirst === isFirst
      if (made && isSame && made.other.every((value, index) => value === other[index])) return made.table
      const shown = typeof columns === 'function' ? columns(data) : columns
      const all = isFirst ? withoutProblems(rows(data)) : rows(data)
      const table = { columns: shown, rows: all, ...(isTree && { isTree }) }
      made = { graph, isFirst, other, table }
      return table
    },
    notices: (data, width) => {
      // The line of the breadcrumbs says so.
      if (data.status.asking) return []
      const why = whyNameless(data.nodes, id)
      return why === undefined
        ? []
        : wrap(`${glyphs.unknown} ${why}`, width).map(line => textLine(line, 'unknown'))
    },
    empty: data => {
      if (isUnread(data.snapshot) || data.isFirstReading) return 'Reading…'
      return typeof empty === 'string' ? empty : empty(data)
    },
    tabs: () => tabs,
    detail: (row, tab, data) => {
      const object = row === undefined ? undefined : objectOf(data.graph, objectOfRow(row))
      if (!object) return nothingChosen
      if (tab === wiringTab.id) return wiringDetail(object, data)
      const table = moreTabs.find(more => more.id === tab)?.table(object, data) ?? describe(data, object)
      return objectDetail(object, table, data)
    },
    origin: (row, data, width, now) => {
      const object = row === undefined ? undefined : objectOf(data.graph, objectOfRow(row))
      return object ? evidenceLines(object.evidence, node => snapshotOfNode(data, node), width, now) : []
    },
    objectId: row => (row === undefined ? undefined : objectOfRow(row)),
    visible: (row, _, data) => visible(row, data),
  }
}

const nothing: readonly unknown[] = []

const describeTab: TabLabel = { id: 'describe', title: 'Describe', short: 'Describe', isEmpty: false }

const wiringTab: TabLabel = { id: 'wiring', title: 'Wiring', short: 'Wiring', isEmpty: false }

/** The drawing, as large as the pane: `w` has it over the whole screen. */
function wiringDetail(object: GraphObject, data: Data): Detail {
  return { ...objectDetail(object, noRows, data), empty: columns => wiringOf(data, object.id, columns) }
}

const noRows: Table = { columns: [], rows: [] }

function objectDetail(object: GraphObject, table: Table, data: Data): Detail {
  return {
    title: [
      { text: `${typeWords[object.type]} `, tone: 'dim' },
      { text: sanitise(object.name), tone: 'title' },
    ],
    table,
    sortable: [],
    notices: columns => (data.isFirstReading ? [] : warningLines(object.warnings, columns)),
    empty: () => [textLine('Nothing else is known.', 'dim')],
    origin: (row, columns, now) => {
      const found = table.rows.find(candidate => candidate.id === row)
      return evidenceLines(
        found?.evidence ?? object.evidence,
        node => snapshotOfNode(data, node),
        columns,
        now,
      )
    },
  }
}
