import { clearHostBits, parseMaskedAddress, prefixLength } from '../address.ts'
import { type Match, parseMatch, parseTarget, type Target } from '../extensions/registry.ts'
import { parseInterface } from '../interface.ts'
import type { Family, HeaderTests, Rule } from '../model.ts'
import { protocolName, protocolNumber } from '../protocols.ts'
import { splitWords, type Word } from './words.ts'

/** Text that is not of iptables-save's form; the message names the word. */
export class SaveSyntaxError extends Error {
  override readonly name = 'SaveSyntaxError'
  /** From 1; 0 when a single rule was read. */
  readonly line: number

  constructor(message: string, line = 0) {
    super(line === 0 ? message : `line ${line}: ${message}`)
    this.line = line
  }
}

/** Options of iptables itself, by their long names' short ones. */
const headerOptions: Readonly<Record<string, string>> = {
  '-s': '-s',
  '--source': '-s',
  '--src': '-s',
  '-d': '-d',
  '--destination': '-d',
  '--dst': '-d',
  '-i': '-i',
  '--in-interface': '-i',
  '-o': '-o',
  '--out-interface': '-o',
  '-p': '-p',
  '--protocol': '-p',
  '-f': '-f',
  '--fragments': '-f',
  '-c': '-c',
  '--set-counters': '-c',
  '-m': '-m',
  '--match': '-m',
  '-j': '-j',
  '--jump': '-j',
  '-g': '-g',
  '--goto': '-g',
  '-A': '-A',
  '--append': '-A',
}

/** Options whose value is free text and may look like an option (`--comment -j`). */
const textOptions = new Set(['--comment', '--log-prefix', '--nflog-prefix', '--string', '--name', '--path'])

/** The match that iptables loads by itself for an option behind `-p` alone. */
const impliedMatches: Readonly<Record<string, string>> = { 'ipv6-icmp': 'icmp6', icmpv6: 'icmp6' }

type Draft = {
  chain?: string
  packets: string
  bytes: string
  ip: HeaderTests
  matches: Match[]
  target: Target
}

/**
 * Reads a line as iptables-save prints it: `[12:720] -A INPUT -p tcp -m tcp --dport 80 -j ACCEPT`, with or without
 * counters. `isChain` tells a jump from a target that this package does not know; without it, a target without words
 * is a jump.
 *
 * @throws SaveSyntaxError when a word of iptables itself cannot be read; words of extensions are kept as they are
 */
export function parseRule(
  text: string,
  family: Family,
  isChain: (name: string) => boolean = () => true,
): Rule {
  const draft: Draft = { packets: '0', bytes: '0', ip: {}, matches: [], target: { name: 'none' } }
  const counters = /^\[(\d+):(\d+)\]\s*/.exec(text)
  if (counters) {
    draft.packets = counters[1]!
    draft.bytes = counters[2]!
  }
  const words = splitWords(text.slice(counters?.[0].length ?? 0))
  for (let i = 0; i < words.length; ) i = readOption(draft, words, i, family, isChain)
  if (draft.chain === undefined) throw new SaveSyntaxError(`no -A in '${text}'`)
  return { ...draft, chain: draft.chain }
}

/** Reads the option at `i` and returns where the next one begins. */
function readOption(
  draft: Draft,
  words: readonly Word[],
  i: number,
  family: Family,
  isChain: (name: string) => boolean,
): number {
  const invert = words[i]!.raw === '!'
  const at = invert ? i + 1 : i
  const name = optionAt(words, at)
  if (name === undefined) return readImplied(draft, words, i, family)
  const value = (offset = 1): string => {
    const word = words[at + offset]
    if (!word) throw new SaveSyntaxError(`no value behind ${words[at]?.raw}`)
    return word.text
  }
  switch (name) {
    case '-m': {
      const end = endOfWords(words, at + 2)
      draft.matches.push(parseMatch(value(), words.slice(at + 2, end), family))
      return end
    }
    case '-j':
    case '-g': {
      const end = endOfWords(words, at + 2)
      draft.target =
        name === '-g'
          ? { name: 'goto', chain: value() }
          : parseTarget(value(), words.slice(at + 2, end), family, isChain)
      return name === '-g' ? at + 2 : end
    }
    case '-A':
      draft.chain = value()
      return at + 2
    case '-c':
      draft.packets = value()
      draft.bytes = value(2)
      return at + 3
    case '-f':
      draft.ip = { ...draft.ip, fragment: { invert } }
      return at + 1
    default: {
      // `-s ! 10.0.0.1` is the form of iptables before 1.4.
      const late = !invert && words[at + 1]?.raw === '!'
      draft.ip = { ...draft.ip, ...readHeader(name, value(late ? 2 : 1), invert || late, family) }
      return at + (late ? 3 : 2)
    }
  }
}

function readHeader(name: string, text: string, invert: boolean, family: Family): HeaderTests {
  switch (name) {
    // What every packet passes is no test: iptables neither keeps `-i +` nor `-s 0.0.0.0/0`.
    case '-i':
      return text === '+' && !invert ? {} : { inInterface: parseInterface(text, invert) }
    case '-o':
      return text === '+' && !invert ? {} : { outInterface: parseInterface(text, invert) }
    case '-p': {
      const number = protocolNumber(text)
      if (number === undefined) throw new SaveSyntaxError(`'${text}' is no protocol`)
      return number === 0 ? {} : { protocol: { number, name: protocolName(number), invert } }
    }
    default: {
      const masked = parseMaskedAddress(text, family)
      if (!masked) throw new SaveSyntaxError(`'${text}' is no address`)
      if (!invert && prefixLength(masked.mask, family) === 0) return {}
      const test = { ...clearHostBits(masked, family), invert }
      return name === '-s' ? { source: test } : { destination: test }
    }
  }
}

/** `-p tcp --dport 80`: an option of the match that is named like the protocol. */
function readImplied(draft: Draft, words: readonly Word[], i: number, family: Family): number {
  const protocol = draft.ip.protocol
  if (!protocol || draft.matches.length > 0) throw new SaveSyntaxError(`'${words[i]!.raw}' is no option`)
  const end = endOfWords(words, i)
  draft.matches.push(parseMatch(impliedMatches[protocol.name] ?? protocol.name, words.slice(i, end), family))
  return end
}

/** Where the words of an extension end: at iptables' next own option. At least one word is taken, to come forward. */
function endOfWords(words: readonly Word[], from: number): number {
  let i = from
  while (i < words.length) {
    const at = words[i]!.raw === '!' ? i + 1 : i
    if (optionAt(words, at) !== undefined) break
    i = textOptions.has(words[at]?.raw ?? '') ? at + 2 : at + 1
  }
  return Math.min(i, words.length)
}

function optionAt(words: readonly Word[], i: number): string | undefined {
  const raw = words[i]?.raw ?? ''
  return Object.hasOwn(headerOptions, raw) ? headerOptions[raw] : undefined
}
