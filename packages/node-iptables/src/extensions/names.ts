/** Names of single bits, in the order in which iptables prints them. */
export type NamedBits<N extends string> = readonly (readonly [name: N, bit: number])[]

/** The names of the bits that are set; undefined when one of them has no name. */
export function namesOfBits<N extends string>(bits: number, table: NamedBits<N>): N[] | undefined {
  const names: N[] = []
  let rest = bits
  for (const [name, bit] of table) {
    if ((bits & bit) === 0) continue
    names.push(name)
    rest &= ~bit
  }
  return rest === 0 ? names : undefined
}

export function bitsOfNames<N extends string>(names: readonly N[], table: NamedBits<N>): number {
  let bits = 0
  for (const [name, bit] of table) if (names.includes(name)) bits |= bit
  return bits
}

/** Names between commas, in any order and case; they come back in the table's order. */
export function parseNames<N extends string>(text: string, table: NamedBits<N>): N[] | undefined {
  const given = text === '' ? [] : text.toLowerCase().split(',')
  const names = table.map(([name]) => name).filter(name => given.includes(name.toLowerCase()))
  return given.every(word => names.some(name => name.toLowerCase() === word)) ? names : undefined
}
