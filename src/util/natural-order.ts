const collator = new Intl.Collator('en', { numeric: true })

const FIRST = 32
const LAST = 126
const ZERO = 48
const NINE = 57

/** Where each character of ASCII stands in the collator's order; both cases of a letter stand at one place. */
const places = placesOfAscii()

/**
 * Orders two names as people count: `web.2` before `web.10`, and case only where nothing else differs. Gives the sign that
 * `Intl.Collator` gives with `numeric`, for plain ASCII in a small part of its time: ten thousand rows are ordered while a key is
 * pressed.
 */
export function naturalOrder(left: string, right: string): number {
  if (left === right) return 0
  let byCase = 0
  let a = 0
  let b = 0
  while (a < left.length && b < right.length) {
    const one = left.charCodeAt(a)
    const other = right.charCodeAt(b)
    // Where they differ before it, what is beyond ASCII decides nothing.
    if (!isPlain(one) || !isPlain(other)) return collator.compare(left, right)
    if (isDigit(one) && isDigit(other)) {
      const endA = endOfNumber(left, a)
      const endB = endOfNumber(right, b)
      const order = compareNumbers(left, a, endA, right, b, endB)
      if (order !== 0) return order
      a = endA
      b = endB
      continue
    }
    const order = (places[one] ?? 0) - (places[other] ?? 0)
    if (order !== 0) return order
    // The small letter comes first.
    if (byCase === 0) byCase = other - one
    a++
    b++
  }
  if (a < left.length || b < right.length) {
    const next = a < left.length ? left.charCodeAt(a) : right.charCodeAt(b)
    return isPlain(next) ? left.length - a - (right.length - b) : collator.compare(left, right)
  }
  return byCase
}

function isPlain(code: number): boolean {
  return code >= FIRST && code <= LAST
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE
}

function endOfNumber(text: string, from: number): number {
  let end = from
  while (end < text.length && isDigit(text.charCodeAt(end))) end++
  return end
}

/** By value, of any length: leading zeros count for nothing. */
function compareNumbers(
  left: string,
  fromA: number,
  endA: number,
  right: string,
  fromB: number,
  endB: number,
): number {
  let a = fromA
  let b = fromB
  while (a < endA && left.charCodeAt(a) === ZERO) a++
  while (b < endB && right.charCodeAt(b) === ZERO) b++
  if (endA - a !== endB - b) return endA - a - (endB - b)
  for (; a < endA; a++, b++) {
    const order = left.charCodeAt(a) - right.charCodeAt(b)
    if (order !== 0) return order
  }
  return 0
}

function placesOfAscii(): Uint8Array {
  const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))
  const base = new Intl.Collator('en', { sensitivity: 'base' })
  const found = new Uint8Array(128)
  let place = 0
  let before: string | undefined
  for (const character of characters.toSorted(base.compare)) {
    if (before !== undefined && base.compare(before, character) !== 0) place++
    found[character.charCodeAt(0)] = place
    before = character
  }
  return found
}
