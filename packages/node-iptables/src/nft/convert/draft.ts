import { matchExtensions, targetExtensions } from '../../extensions/registry.ts'
import type { Family, HeaderTests, Match, Target, Unknown } from '../../model.ts'
import { quote } from '../../text/words.ts'

/** Writable form of a type of the model, for the time a rule is being put together. */
type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** A port test in the making; `load` tells whether a second comparison is about the same load. */
export type PortTest = { first: number; last: number; invert: boolean; readonly load: unknown }

/** What native expressions said of a TCP or UDP header; which of the two, only the whole rule knows. */
export type TransportTests = {
  readonly kind: 'transport'
  source?: PortTest
  destination?: PortTest
  /** Both ports were compared as one value, with `!`. */
  either?: true
  flags?: { readonly mask: number; readonly set: number; readonly invert: boolean }
}

/** A rule of iptables' shape in the making. */
export type Draft = {
  readonly family: Family
  readonly ip: Writable<HeaderTests>
  readonly matches: (Match | TransportTests)[]
  target: Target | undefined
  packets: string | undefined
  bytes: string | undefined
}

export function createDraft(family: Family): Draft {
  return { family, ip: {}, matches: [], target: undefined, packets: undefined, bytes: undefined }
}

/**
 * The value of a match that iptables-nft wrote as expressions of nf_tables, from the words that iptables has for it:
 * the extension's own reader makes the same value as from any other source.
 */
export function matchOfWords(name: string, words: readonly string[], family: Family): Match {
  return matchExtensions.get(name)?.parse(words, family) ?? unknownOfWords(name, words)
}

export function targetOfWords(name: string, words: readonly string[], family: Family): Target {
  return targetExtensions.get(name)?.parse(words, family) ?? unknownOfWords(name, words)
}

function unknownOfWords(extension: string, words: readonly string[]): Unknown {
  const quoted = words.map(word => (/^(!|--?[a-z0-9-]+|[\w.:/,%-]+)$/.test(word) ? word : quote(word)))
  return { name: 'unknown', extension, revision: 0, hex: '', words: quoted }
}

/** The tests of the transport header, made when the first one is met: iptables prints them at that place. */
export function transportTests(draft: Draft): TransportTests {
  const known = draft.matches.find(match => 'kind' in match)
  if (known) return known
  const tests: TransportTests = { kind: 'transport' }
  draft.matches.push(tests)
  return tests
}

const flagNames = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']
const IPPROTO_TCP = 6
const IPPROTO_UDP = 17

/** Every match in its final form; undefined when a transport test stands in a rule for another protocol. */
export function finishMatches(draft: Draft): Match[] | undefined {
  const matches: Match[] = []
  for (const match of draft.matches) {
    if (!('kind' in match)) {
      matches.push(match)
      continue
    }
    const { protocol } = draft.ip
    if (!protocol || protocol.invert) return undefined
    if (protocol.number !== IPPROTO_TCP && (protocol.number !== IPPROTO_UDP || match.flags)) return undefined
    const name = protocol.number === IPPROTO_TCP ? 'tcp' : 'udp'
    const known = matchOfWords(name, transportWords(match), draft.family)
    const isPorts = known.name === 'tcp' || known.name === 'udp'
    matches.push(isPorts && match.either ? { ...known, either: true } : known)
  }
  return matches
}

function transportWords({ source, destination, flags }: TransportTests): string[] {
  const words: string[] = []
  for (const [option, test] of [
    ['--sport', source],
    ['--dport', destination],
  ] as const) {
    if (!test) continue
    if (test.invert) words.push('!')
    words.push(option, test.first === test.last ? String(test.first) : `${test.first}:${test.last}`)
  }
  if (flags) {
    if (flags.invert) words.push('!')
    words.push('--tcp-flags', tcpFlagNames(flags.mask), tcpFlagNames(flags.set))
  }
  return words
}

function tcpFlagNames(bits: number): string {
  return flagNames.filter((_, bit) => bits & (1 << bit)).join(',') || 'NONE'
}
