import { remembered, type Secret } from './secret.ts'

/** Docker uses ids in full, and their first 12, 10, 9 and 5 characters; behind these nobody cuts. */
const LONGEST_PREFIX = 12

/**
 * Ids become ids of the same length and alphabet: a hex digit becomes a hex digit, a letter behind `f` another one, anything
 * else (the dashes of a UUID) stays. The beginning of an id becomes the beginning of its pseudonym.
 */
export function createIdMap(secret: Secret): (id: string) => string {
  return remembered(id => {
    const lower = id.toLowerCase()
    const rest = secret.bytes('id rest', lower.slice(0, LONGEST_PREFIX))
    let mapped = ''
    for (let index = 0; index < lower.length; index++) {
      const shift =
        index < LONGEST_PREFIX ? secret.bytes('id', lower.slice(0, index))[0]! : rest[index % rest.length]!
      mapped += turn(lower[index]!, shift)
    }
    return id === lower ? mapped : matchCase(id, mapped)
  })
}

const hex = '0123456789abcdef'
const letters = 'ghijklmnopqrstuvwxyz'

function turn(character: string, shift: number): string {
  for (const alphabet of [hex, letters]) {
    const at = alphabet.indexOf(character)
    if (at >= 0) return alphabet[(at + shift) % alphabet.length]!
  }
  return character
}

function matchCase(original: string, mapped: string): string {
  return /[a-z]/.test(original) ? mapped : mapped.toUpperCase()
}
