import type { Graph, RowRef } from '../../../graph/model.ts'
import { objectOf } from '../../../graph/query.ts'
import { placeOfObject, placeOfRow } from '../objects.ts'
import type { Target } from '../places.ts'
import type { Tone } from '../span.ts'
import { type Cell, cellRow, lineRow, type Row, worldCell } from '../table.ts'

/** One line about an object: what it is called, what it is, and where that leads. */
export type Fact = {
  readonly label: string
  readonly value: Cell
  readonly target?: Target | undefined
  readonly evidence?: readonly RowRef[] | undefined
  readonly datum?: unknown
  readonly isProblem?: boolean
  /** Another value alone is no change. */
  readonly isMoving?: true
}

/** Facts under a title. Without facts nothing is shown of it. */
export type Group = { readonly title: string; readonly facts: readonly (Fact | undefined)[] }

/** A property; undefined when nobody told it. */
export function fact(
  label: string,
  value: string | number | boolean | undefined,
  more: { readonly tone?: Tone; readonly evidence?: readonly RowRef[]; readonly isMoving?: true } = {},
): Fact | undefined {
  if (value === undefined || value === '') return undefined
  const { tone, ...rest } = more
  return { label, value: worldCell(typeof value === 'boolean' ? yesNo(value) : value, tone), ...rest }
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no'
}

/** A relation to another object of the graph; undefined when there is none. */
export function relation(
  graph: Graph,
  label: string,
  id: string | undefined,
  more: { readonly suffix?: string | undefined; readonly evidence?: readonly RowRef[] } = {},
): Fact | undefined {
  if (id === undefined) return undefined
  const object = objectOf(graph, id)
  const name = object?.name ?? id
  const { suffix, evidence = object?.evidence } = more
  return {
    label,
    value: worldCell(suffix === undefined || suffix === '' ? name : `${name}  ${suffix}`, 'accent'),
    target: placeOfObject(graph, id),
    evidence,
    datum: object,
    isProblem: (object?.warnings.length ?? 0) > 0,
  }
}

/** Relations to several objects, each in a line of its own. */
export function relations(
  graph: Graph,
  label: string,
  ids: readonly string[],
  suffix?: (id: string) => string | undefined,
): (Fact | undefined)[] {
  return ids.map(id => relation(graph, label, id, { suffix: suffix?.(id) }))
}

/** Rows of the kernel or of the API that prove something, with their nodes where these are several. */
export function evidenceFacts({ nodes }: Graph, evidence: readonly RowRef[], label?: string): Fact[] {
  const several = new Set(evidence.map(({ node }) => node)).size > 1
  return evidence.map(ref => {
    const field = ref.field === undefined ? '' : `  ${ref.field}`
    const row = ref.from === 'kernel' ? `${ref.namespace}  ${ref.key}` : ref.id
    const text = `${row}${field}${several ? `  on ${nodes[ref.node]?.name ?? ref.node}` : ''}`
    return {
      label: label ?? partWord(ref),
      value: worldCell(text, 'dim'),
      target: placeOfRow(ref),
      evidence: [ref],
      datum: ref,
    }
  })
}

function partWord(ref: RowRef): string {
  return ref.from === 'kernel' ? ref.part : `docker ${ref.part}`
}

/** The rows of a description. */
export function groupRows(groups: readonly Group[]): Row[] {
  const rows: Row[] = []
  for (const { title, facts } of groups) {
    const told = facts.filter(fact => fact !== undefined)
    if (told.length === 0) continue
    rows.push({ ...lineRow(`# ${title}`, 0, [{ text: title, tone: 'title' }], null), isInert: true })
    const seen = new Map<string, number>()
    let before = ''
    for (const { label, value, target, evidence, datum, isProblem, isMoving } of told) {
      const times = (seen.get(label) ?? 0) + 1
      seen.set(label, times)
      const shown = label === before ? '' : label
      before = label
      const cells = [{ text: shown, tone: 'dim' as const }, value]
      const row = cellRow(`${title}/${label}/${times}`, cells, datum ?? { [label]: value.text }, isProblem)
      rows.push({
        ...row,
        alias: label,
        ...(target && { target }),
        ...(evidence && { evidence }),
        ...(isMoving && { says: label }),
      })
    }
  }
  return rows
}

export const describeColumns = [
  { id: 'property', title: 'PROPERTY', max: 20 },
  { id: 'value', title: 'VALUE', grow: true },
] as const
