/** Rows of a list with their ids: `Id` of networks and containers, `ID` of what Swarm has. */
export type Row = { readonly Id: string } | { readonly ID: string }

export function idOf(row: Row): string {
  return 'Id' in row ? row.Id : row.ID
}

const texts = new WeakMap<object, string>()

function textOf(value: object): string {
  let text = texts.get(value)
  if (text === undefined) {
    text = JSON.stringify(value)
    texts.set(value, text)
  }
  return text
}

/** The object of before when the new one says the same. */
export function sameObject<Value extends object>(before: Value | undefined, after: Value): Value {
  return before !== undefined && textOf(before) === textOf(after) ? before : after
}

/** A list in which each row that did not change is the object of before, and so is the list itself. */
export function sameRows<Kind extends Row>(before: Kind[] | undefined, after: Kind[]): Kind[] {
  if (!before) return after
  const known = new Map(before.map(row => [idOf(row), row]))
  const rows = after.map(row => sameObject(known.get(idOf(row)), row))
  return rows.length === before.length && rows.every((row, index) => row === before[index]) ? before : rows
}
