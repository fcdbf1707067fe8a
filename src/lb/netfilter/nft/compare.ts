import type { NftTable } from '../../../snapshot/index.ts'
import { all, any, type Maybe, not } from '../../maybe.ts'
import { type Bytes, bytesOfHex } from './bytes.ts'

/** nft_cmp: bytes from the left, as memcmp has it. */
export function compareBytes(op: string, left: Bytes, right: Bytes): Maybe {
  switch (op) {
    case 'eq':
      return equals(left, right)
    case 'neq':
      return not(equals(left, right))
    case 'lt':
      return isBelow(left, right)
    case 'gte':
      return not(isBelow(left, right))
    case 'gt':
      return isBelow(right, left)
    case 'lte':
      return not(isBelow(right, left))
    default:
      return undefined
  }
}

export function equals(left: Bytes, right: Bytes): Maybe {
  let isSure = true
  for (const [i, byte] of right.entries()) {
    const other = left[i]
    if (byte === undefined || other === undefined) isSure = false
    else if (byte !== other) return false
  }
  return isSure ? true : undefined
}

function isBelow(left: Bytes, right: Bytes): Maybe {
  for (const [i, byte] of right.entries()) {
    const other = left[i]
    if (byte === undefined || other === undefined) return undefined
    if (other !== byte) return other < byte
  }
  return false
}

/** Fields of a concatenation take whole words of four bytes, and each has its own bounds (nft_set_pipapo.c). */
function isWithinWords(value: Bytes, from: Bytes, to: Bytes): Maybe {
  const words: Maybe[] = []
  for (let at = 0; at < from.length; at += 4) {
    words.push(isWithin(value.slice(at, at + 4), from.slice(at, at + 4), to.slice(at, at + 4)))
  }
  return all(words)
}

export function isWithin(value: Bytes, from: Bytes, to: Bytes): Maybe {
  const tooLow = isBelow(value, from)
  const tooHigh = isBelow(to, value)
  return not(any([tooLow, tooHigh]))
}

type SetData = NonNullable<NftTable['setData']>[number]
type SetElement = SetData['elements'][number]

/** The elements that a key may be in: `isSure` when it is in the first of them for certain. */
export type Found = { readonly element: SetElement; readonly fits: Maybe }

/** Every element that the key fits, or may fit; nothing behind one that it is in for certain. */
export function lookUp(set: SetData, key: Bytes): Found[] {
  const found: Found[] = []
  for (const { element, from, to } of spansOf(set)) {
    const fits =
      to === undefined
        ? equals(key, from)
        : element.keyEnd === undefined
          ? isWithin(key, from, to)
          : isWithinWords(key, from, to)
    if (fits === false) continue
    // It may be gone when the packet comes.
    found.push({ element, fits: element.expiring ? undefined : fits })
    if (fits === true && !element.expiring) return found
  }
  const catchall = set.elements.find(element => element.key === undefined)
  if (catchall) found.push({ element: catchall, fits: found.length === 0 ? true : undefined })
  return found
}

type Span = { readonly element: SetElement; readonly from: Bytes; readonly to: Bytes | undefined }
const spans = new WeakMap<SetData, readonly Span[]>()

function spansOf(set: SetData): readonly Span[] {
  let made = spans.get(set)
  if (!made) spans.set(set, (made = set.interval ? intervalSpans(set) : plainSpans(set)))
  return made
}

function plainSpans({ elements }: SetData): Span[] {
  return elements.flatMap(element =>
    element.key === undefined
      ? []
      : [
          {
            element,
            from: bytesOfHex(element.key),
            to: element.keyEnd === undefined ? undefined : bytesOfHex(element.keyEnd),
          },
        ],
  )
}

/** An element opens an interval that ends just before the next one (nft_set_rbtree.c); concatenations have both bounds. */
function intervalSpans(set: SetData): Span[] {
  if (set.elements.some(element => element.keyEnd !== undefined)) return plainSpans(set)
  const sorted = set.elements
    .filter(element => element.key !== undefined)
    .toSorted((a, b) =>
      a.key! < b.key! ? -1 : a.key! > b.key! ? 1 : Number(b.end ?? false) - Number(a.end ?? false),
    )
  return sorted.flatMap((element, i) => {
    if (element.end) return []
    const next = sorted[i + 1]?.key
    const digits = element.key!.length
    const last =
      next === undefined ? 'f'.repeat(digits) : (BigInt(`0x${next}`) - 1n).toString(16).padStart(digits, '0')
    return [{ element, from: bytesOfHex(element.key!), to: bytesOfHex(last) }]
  })
}
