/**
 * Compares what we read with what a tool printed, while the kernel's clock runs: we read before and after the tool.
 *
 * - A moving value of the tool has to lie between ours.
 * - Where ours before and after differ otherwise, the namespace did not hold still and the comparison says so.
 * - Everything else has to be equal.
 */
export type Comparison = { readonly differences: string[]; readonly unsettled: string[] }

export function compareRows(
  before: readonly unknown[],
  theirs: readonly unknown[],
  after: readonly unknown[],
  moving: ReadonlySet<string>,
): Comparison {
  const result: Comparison = { differences: [], unsettled: [] }
  if (before.length !== after.length) result.unsettled.push(`${before.length} rows became ${after.length}`)
  else if (before.length !== theirs.length) {
    result.differences.push(`${before.length} rows, theirs ${theirs.length}`, ...lonely(before, theirs))
  } else {
    for (const [index, row] of theirs.entries()) {
      compareValues(before[index], row, after[index], { path: `[${index}]`, key: '', moving, result })
    }
  }
  return result
}

type Place = {
  readonly path: string
  readonly key: string
  readonly moving: ReadonlySet<string>
  readonly result: Comparison
}

function compareValues(before: unknown, theirs: unknown, after: unknown, place: Place): void {
  if (isObject(before) && isObject(theirs) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(theirs), ...Object.keys(after)])) {
      const below = { ...place, path: `${place.path}.${key}`, key: Array.isArray(theirs) ? place.key : key }
      compareValues(before[key], theirs[key], after[key], below)
    }
    if (Array.isArray(before) !== Array.isArray(theirs))
      place.result.differences.push(say(before, theirs, place))
    return
  }
  if (place.moving.has(place.key) && isNumeric(before) && isNumeric(theirs) && isNumeric(after)) {
    const [first, value, last] = [BigInt(before), BigInt(theirs), BigInt(after)]
    const between = first < last ? first <= value && value <= last : last <= value && value <= first
    if (!between) place.result.differences.push(`${say(before, theirs, place)}, ours later ${show(after)}`)
    return
  }
  if (!same(before, after)) place.result.unsettled.push(`${place.path}: ${show(before)}, then ${show(after)}`)
  else if (!same(before, theirs)) place.result.differences.push(say(before, theirs, place))
}

function say(ours: unknown, theirs: unknown, place: Place): string {
  return `${place.path}: ours ${show(ours)}, theirs ${show(theirs)}`
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** A whole number, or one in decimal text: our 64-bit counters. */
function isNumeric(value: unknown): value is number | string {
  return Number.isInteger(value) || (typeof value === 'string' && /^-?\d+$/.test(value))
}

/** 64-bit numbers are text with us and bare digits in iproute2's JSON. */
function same(one: unknown, other: unknown): boolean {
  if (one === other) return true
  const mixed = typeof one === 'string' && typeof other === 'number'
  return (mixed && one === String(other)) || JSON.stringify(one) === JSON.stringify(other)
}

/** The first rows of each side that the other has not. */
function lonely(ours: readonly unknown[], theirs: readonly unknown[]): string[] {
  const left = new Set(ours.map(sortedText))
  const right = new Set(theirs.map(sortedText))
  return [
    ...[...left].filter(row => !right.has(row)).map(row => `only ours: ${row}`),
    ...[...right].filter(row => !left.has(row)).map(row => `only theirs: ${row}`),
  ].slice(0, 6)
}

function sortedText(row: unknown): string {
  return isObject(row) && !Array.isArray(row)
    ? JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))))
    : JSON.stringify(row)
}
