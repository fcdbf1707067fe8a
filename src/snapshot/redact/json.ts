import type { Kind } from './names.ts'
import { ruleText } from './texts.ts'
import type { Tokens } from './tokens.ts'

type Json = unknown

/** What names are, by the key that they stand under. */
const kindsOfKeys: Readonly<Record<string, Kind>> = {
  chain: 'chain',
  set: 'set',
  list: 'set',
  table: 'set',
  comment: 'text',
  prefix: 'text',
  path: 'text',
  link: 'if',
  dev: 'if',
}

/** Objects whose `name` is that of an interface. */
const interfaceKeys = new Set(['inInterface', 'outInterface', 'in', 'out', 'physicalIn', 'physicalOut'])

function kindOf(key: string, parent: string): Kind | undefined {
  return key === 'name' && interfaceKeys.has(parent) ? 'if' : kindsOfKeys[key]
}

/** Notes the names in values of which only keys tell what they are: parameters of a link, matches and targets of a rule. */
export function noteJson(value: Json, tokens: Tokens, key = '', parent = ''): void {
  if (typeof value === 'string') {
    const kind = kindOf(key, parent)
    if (kind !== undefined) tokens.note(value, kind)
  } else if (Array.isArray(value)) for (const inner of value) noteJson(inner, tokens, key, parent)
  else if (typeof value === 'object' && value !== null) {
    for (const [inner, content] of Object.entries(value)) noteJson(content, tokens, inner, key)
  }
}

export function redactJson(value: Json, tokens: Tokens, key = '', parent = ''): Json {
  if (typeof value === 'string') return textOf(value, tokens, key, parent)
  if (Array.isArray(value)) return value.map(inner => redactJson(inner, tokens, key, parent))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([inner, content]) => [
    inner,
    redactJson(content, tokens, inner, key),
  ])
  const made: Record<string, unknown> = Object.fromEntries(entries)
  // A network as rules hold it: without host bits, before and after.
  if (
    'address' in value &&
    'mask' in value &&
    typeof value.address === 'string' &&
    typeof value.mask === 'string'
  ) {
    made['address'] = tokens.addresses.network(value.address, value.mask) ?? made['address']
  }
  return made
}

function textOf(text: string, tokens: Tokens, key: string, parent: string): string {
  if (key === 'mask') return text
  if (key === 'hex') return tokens.id(text)
  // Words of an extension that nobody knows, with their quotes.
  if (key === 'words') return ruleText(text, tokens)
  const kind = kindOf(key, parent)
  return kind === 'text' ? tokens.name(text, kind) : tokens.word(text, kind)
}
