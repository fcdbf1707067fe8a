import type { Chain, Family, Rule, Table } from '../model.ts'
import { parseRule, SaveSyntaxError } from './rule.ts'

type Draft = { name: string; chains: Chain[]; lines: { text: string; line: number }[] }

/**
 * Reads the text of iptables-save, or with family `ip6` of ip6tables-save, with or without `-c`: one table for each
 * `*name … COMMIT`. Comments go; words of extensions that this package does not know stay.
 *
 * @throws SaveSyntaxError with the line
 */
export function parseSave(text: string, family: Family = 'ip'): Table[] {
  const tables: Table[] = []
  let draft: Draft | undefined
  for (const [i, line] of text.split('\n').entries()) {
    const first = line[0]
    if (first === undefined || first === '#' || line.trim() === '') continue
    if (first === '*') {
      if (draft) throw new SaveSyntaxError(`table ${draft.name} has no COMMIT`, i + 1)
      draft = { name: line.slice(1).trim(), chains: [], lines: [] }
    } else if (!draft) throw new SaveSyntaxError('stands outside of a table', i + 1)
    else if (first === ':') draft.chains.push(parseChain(line, i + 1))
    else if (line.trim() === 'COMMIT') {
      tables.push(finish(draft, family))
      draft = undefined
    } else draft.lines.push({ text: line, line: i + 1 })
  }
  if (draft) throw new SaveSyntaxError(`table ${draft.name} has no COMMIT`)
  return tables
}

/** `:INPUT ACCEPT [6:338]`, `:DOCKER - [0:0]`. */
function parseChain(line: string, number: number): Chain {
  const [, name, policy, packets = '0', bytes = '0'] =
    /^:(\S+)\s+(\S+)(?:\s+\[(\d+):(\d+)\])?\s*$/.exec(line) ?? []
  if (!name || !policy) throw new SaveSyntaxError(`'${line}' is no chain`, number)
  return { name, policy: policy === '-' ? null : policy, packets, bytes }
}

/** Rules are read last, when every chain is known: iptables lets a rule jump to a chain that comes later. */
function finish({ name, chains, lines }: Draft, family: Family): Table {
  const names = new Set(chains.map(chain => chain.name))
  const rules = lines.map(({ text, line }): Rule => {
    try {
      return parseRule(text, family, chain => names.has(chain))
    } catch (error) {
      throw error instanceof SaveSyntaxError ? new SaveSyntaxError(error.message, line) : error
    }
  })
  return { family, name, chains, rules }
}
