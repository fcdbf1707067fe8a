import { noteJson, redactJson } from './json.ts'
import type { Tokens } from './tokens.ts'

/** One expression of nf_tables, in the words of the node-iptables package. */
type Expression = { readonly name: string; readonly [key: string]: unknown }

/** What a register holds. */
type Content = 'address' | 'mac' | 'interface' | 'other'

/** Bytes of a constant. */
const constants = new Set(['data', 'from', 'to', 'xor'])

export const noteExpressions = (expressions: readonly Expression[], tokens: Tokens): void =>
  noteJson(expressions, tokens)

/**
 * The expressions of a rule. Constants are bytes without a type: what was loaded into the register that they are compared with,
 * or what takes it from there, tells whether they are an address. Bytes longer than a mark, and of no known type, become others.
 * A struct of xtables (`info`) is left out: `xt` says the same in words.
 */
export function redactExpressions(expressions: readonly Expression[], tokens: Tokens): unknown[] {
  const registers = new Map<unknown, Content>()
  return expressions.map((expression, index) => {
    if (expression.name === 'immediate') {
      registers.set(expression['dreg'], taker(expressions.slice(index + 1), expression['dreg']))
    } else {
      const loaded = loadedBy(expression)
      if (loaded) registers.set(expression['dreg'], loaded)
    }
    const register = expression['sreg'] ?? expression['dreg']
    const content = registers.get(register) ?? 'other'
    if (expression.name === 'bitwise') registers.set(expression['dreg'], content)
    return Object.fromEntries(
      Object.entries(expression)
        .filter(([key]) => key !== 'info')
        .map(([key, value]) => [
          key,
          constants.has(key) && typeof value === 'string'
            ? bytesOf(value, content, tokens)
            : redactJson(value, tokens, key, expression.name),
        ]),
    )
  })
}

function loadedBy({ name, key, base, offset, length }: Expression): Content | undefined {
  if (name === 'meta') return /ifname$|^[io]?brname$/.test(String(key)) ? 'interface' : 'other'
  if (name === 'payload' && base === 'link' && length === 6) return 'mac'
  if (name === 'payload' && base === 'network') {
    return (length === 4 && (offset === 12 || offset === 16)) || length === 16 ? 'address' : 'other'
  }
  if (name === 'ct') return /(?:saddr|daddr|src|dst)/.test(String(key)) ? 'address' : 'other'
  return name === 'rt' || name === 'xfrm'
    ? /nexthop|addr/.test(String(key))
      ? 'address'
      : 'other'
    : undefined
}

/** Who takes a constant from its register first. */
function taker(rest: readonly Expression[], register: unknown): Content {
  const next = rest.find(expression =>
    ['addressMin', 'addressMax', 'address', 'protoMin', 'protoMax', 'sreg', 'port'].some(
      key => expression[key] === register,
    ),
  )
  const isAddress = next && ['addressMin', 'addressMax', 'address'].some(key => next[key] === register)
  return isAddress ? 'address' : 'other'
}

function bytesOf(hex: string, content: Content, tokens: Tokens): string {
  const bytes = Array.from({ length: hex.length >> 1 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  )
  const text = (mapped: readonly number[]): string =>
    mapped.map(byte => byte.toString(16).padStart(2, '0')).join('')
  if (content === 'address' && (bytes.length === 4 || bytes.length === 16))
    return text(tokens.addresses.bytes(bytes))
  if (content === 'mac' && bytes.length === 6) return text(tokens.addresses.macBytes(bytes))
  if (content === 'interface') {
    const name = Buffer.from(bytes.filter(byte => byte !== 0)).toString('utf8')
    const mapped = [...Buffer.from(tokens.word(name, 'if'), 'utf8')]
    return text([...mapped, ...Array.from({ length: Math.max(0, bytes.length - mapped.length) }, () => 0)])
  }
  return bytes.length <= 4 ? hex : tokens.id(hex)
}
