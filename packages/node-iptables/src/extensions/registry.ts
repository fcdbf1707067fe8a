import type { ByteWriter } from 'netlink-codec'
import type { Family, Unknown, Verdict } from '../model.ts'
import { quote, type Word } from '../text/words.ts'
import type { Extension, Payload } from './extension.ts'
import { type KnownMatch, knownMatches } from './matches.ts'
import { type KnownTarget, knownTargets } from './targets.ts'

export type Match = KnownMatch | Unknown
export type Target = Verdict | KnownTarget | Unknown

/** The match of a name: `MatchNamed<'tcp'>`. */
export type MatchNamed<N extends KnownMatch['name']> = Extract<KnownMatch, { readonly name: N }>
/** The target of a name: `TargetNamed<'DNAT'>`. */
export type TargetNamed<N extends Exclude<Target, Unknown>['name']> = Extract<Target, { readonly name: N }>

type AnyExtension<T extends { readonly name: string }> = Extension<T, T>

/** Every match by its name. */
export const matchExtensions = byName<KnownMatch>(knownMatches)

/** Every target by its name. */
export const targetExtensions = byName<KnownTarget>(knownTargets)

function byName<T extends { readonly name: string }>(
  extensions: readonly AnyExtension<T>[],
): ReadonlyMap<string, AnyExtension<T>> {
  return new Map(extensions.map(extension => [extension.name, extension]))
}

/**
 * The value of a match whose struct lies in `payload`. What is not known (name, revision, too few bytes, a bit
 * without a meaning) is kept as `unknown`.
 *
 * @throws DecodeError when `payload` reaches beyond its reader.
 */
export function decodeMatch(name: string, payload: Payload): Match {
  return decode(matchExtensions, name, payload)
}

/** The same for a target. The standard target (a verdict) is none: its number only means something in its table. */
export function decodeTarget(name: string, payload: Payload): KnownTarget | Unknown {
  return decode(targetExtensions, name, payload)
}

function decode<T extends { readonly name: string }>(
  extensions: ReadonlyMap<string, AnyExtension<T>>,
  name: string,
  payload: Payload,
): T | Unknown {
  const { reader, at, length, revision, family } = payload
  const extension = extensions.get(name)
  const size = extension?.size(revision, family)
  const value = size === undefined || size > length ? undefined : extension?.decode(payload)
  return value ?? { name: 'unknown', extension: name, revision, hex: reader.hex(at, length) }
}

/** `['-m', 'tcp', '--dport', '80']`: words as iptables-save prints them, already quoted. */
export function printMatch(match: Match, family: Family): string[] {
  if (match.name === 'unknown') return ['-m', match.extension, ...unknownWords(match)]
  return ['-m', match.name, ...(matchExtensions.get(match.name)?.print(match, family) ?? [])]
}

/** `['-j', 'DNAT', …]`; `['-g', 'CHAIN']`; nothing for a rule that only counts. */
export function printTarget(target: Target, family: Family): string[] {
  switch (target.name) {
    case 'none':
      return []
    case 'jump':
      return ['-j', target.chain]
    case 'goto':
      return ['-g', target.chain]
    case 'ACCEPT':
    case 'DROP':
    case 'QUEUE':
    case 'RETURN':
      return ['-j', target.name]
    case 'unknown':
      return ['-j', target.extension, ...unknownWords(target)]
    default:
      return ['-j', target.name, ...(targetExtensions.get(target.name)?.print(target, family) ?? [])]
  }
}

const unknownRevision = '--unknown-revision'
const unknownBytes = '--unknown-bytes'

/** Bytes that we cannot read have no words in iptables' language; these say so, and lead back to the value. */
function unknownWords({ words, revision, hex }: Unknown): readonly string[] {
  return words ?? [unknownRevision, String(revision), unknownBytes, quote(hex)]
}

/** The value of the words behind `-m NAME`; words that are not understood are kept. */
export function parseMatch(name: string, words: readonly Word[], family: Family): Match {
  return parse(matchExtensions, name, words, family)
}

/** The value of the words behind `-j NAME`: a verdict, a target, or a jump to what `isChain` calls a chain. */
export function parseTarget(
  name: string,
  words: readonly Word[],
  family: Family,
  isChain: (name: string) => boolean,
): Target {
  if (words.length === 0) {
    if (name === 'ACCEPT' || name === 'DROP' || name === 'QUEUE' || name === 'RETURN') return { name }
    if (!targetExtensions.has(name) && isChain(name)) return { name: 'jump', chain: name }
  }
  return parse(targetExtensions, name, words, family)
}

function parse<T extends { readonly name: string }>(
  extensions: ReadonlyMap<string, AnyExtension<T>>,
  name: string,
  words: readonly Word[],
  family: Family,
): T | Unknown {
  const texts = words.map(word => word.text)
  const value = extensions.get(name)?.parse(texts, family)
  if (value) return value
  const [first, revision, second, hex = ''] = texts
  if (
    first === unknownRevision &&
    second === unknownBytes &&
    words.length === 4 &&
    /^([0-9a-f]{2})*$/.test(hex)
  ) {
    return { name: 'unknown', extension: name, revision: Number(revision), hex }
  }
  return { name: 'unknown', extension: name, revision: 0, hex: '', words: words.map(word => word.raw) }
}

/** Name, revision and bytes (unpadded) as an xt_entry_match or an nftables compat expression carries them. */
export type Encoded = { readonly name: string; readonly revision: number }

/** Writes the struct of a match and tells the name and revision that belong to it. */
export function encodeMatch(match: Match, writer: ByteWriter, family: Family): Encoded {
  return encode(matchExtensions, match, writer, family)
}

/** The same for a target that is no verdict. */
export function encodeTarget(target: KnownTarget | Unknown, writer: ByteWriter, family: Family): Encoded {
  return encode(targetExtensions, target, writer, family)
}

function encode<T extends { readonly name: string }>(
  extensions: ReadonlyMap<string, AnyExtension<T>>,
  value: T | Unknown,
  writer: ByteWriter,
  family: Family,
): Encoded {
  if (isUnknown(value)) {
    writer.raw(Uint8Array.from(value.hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16)))
    return { name: value.extension, revision: value.revision }
  }
  const extension = extensions.get(value.name)!
  extension.encode(value, writer, family)
  return { name: extension.kernelName ?? extension.name, revision: extension.revision }
}

function isUnknown(value: { readonly name: string }): value is Unknown {
  return value.name === 'unknown'
}
