import { uniqueKeys } from '../row-keys.ts'

/** One field that differs; absent on the side that does not have it. */
export type FieldChange = { readonly field: string; readonly before?: unknown; readonly after?: unknown }

/** One object that is there on one side only, or differs. */
export type Change = {
  readonly change: 'added' | 'removed' | 'changed'
  /** Namespace that it belongs to, by name; absent for what is of Docker or of the node. */
  readonly namespace?: string
  /** `link`, `real server`, `docker service` … */
  readonly type: string
  /** What it is called. */
  readonly name: string
  /** Only of what changed. */
  readonly fields?: readonly FieldChange[]
}

/** A kind of object that two snapshots are compared by. */
export type Kind<Row> = {
  readonly type: string
  /** What an object is known by, on both sides; also what it is called. */
  readonly key: (row: Row) => string
  /** What is compared of it: no counters, no times, nothing that another capture numbers anew. */
  readonly state: (row: Row) => object
}

/** Changes of one kind, sorted by name. */
export function diffRows<Row>(kind: Kind<Row>, before: readonly Row[], after: readonly Row[]): Change[] {
  const [old, now] = [keyed(kind, before), keyed(kind, after)]
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted()
  return names.flatMap((name): Change[] => {
    const [was, is] = [old.get(name), now.get(name)]
    if (was === undefined) return [{ change: 'added', type: kind.type, name }]
    if (is === undefined) return [{ change: 'removed', type: kind.type, name }]
    const fields = diffFields(kind.state(was), kind.state(is))
    return fields.length === 0 ? [] : [{ change: 'changed', type: kind.type, name, fields }]
  })
}

function keyed<Row>({ key }: Kind<Row>, rows: readonly Row[]): Map<string, Row> {
  const unique = uniqueKeys()
  return new Map(rows.map(row => [unique(key(row)), row]))
}

/** Where two values differ, by the path of the innermost fields. A list of plain values is one field. */
export function diffFields(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (!isMap(before) || !isMap(after)) {
    if (JSON.stringify(before) === JSON.stringify(after)) return []
    return [{ field: path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }]
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap(name =>
    diffFields(own(before, name), own(after, name), path === '' ? name : `${path}.${name}`),
  )
}

function own(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A copy without some of its fields. */
export function without<Row extends object>(row: Row, ...names: readonly (keyof Row)[]): Partial<Row> {
  const copy: Partial<Row> = { ...row }
  for (const name of names) delete copy[name]
  return copy
}
