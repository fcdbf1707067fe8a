import { ByteReader, DecodeError } from 'netlink-codec'
import type { Chain, Family, Rule, Table } from '../model.ts'
import {
  isStandard,
  readEntry,
  readErrorName,
  readExtensionName,
  type EntryContext,
  readVerdict,
} from './entry.ts'
import { readLegacyInfo } from './info.ts'
import { ENTRIES_HEADER, entryLayouts, ERROR_TARGET, EXTENSION_HEADER, hookNames } from './layout.ts'

export type LegacyOptions = {
  /** Names of ipsets by index; without it a set is printed as `<set:3>`. */
  readonly setName?: (index: number) => string | undefined
}

/** A chain while its entries are walked; positions are from the first entry on. */
type Span = {
  readonly name: string
  /** First rule; for a user chain the entry behind its head. */
  readonly first: number
  /** Policy of a base chain, final RETURN of a user chain: not a rule. */
  readonly foot: number
  readonly base: boolean
}

/**
 * The table that two calls of getsockopt have brought: `info` as IPT_SO_GET_INFO fills it, `entries` as
 * IPT_SO_GET_ENTRIES does, its 40-byte header included.
 *
 * The kernel knows no chains but entry points and offsets: a user chain is what follows an entry with target ERROR and
 * a name, and a jump is the offset of such a chain's first rule.
 *
 * @throws DecodeError when lengths and offsets do not fit together
 */
export function readLegacyTable(
  info: Uint8Array,
  entries: Uint8Array,
  family: Family,
  options: LegacyOptions = {},
): Table {
  const { name, hooks, size } = readLegacyInfo(info)
  const reader = new ByteReader(entries, ENTRIES_HEADER + size)
  const offsets = entryOffsets(reader, family)
  const spans = chainSpans(reader, offsets, hooks, family)
  const chainNames = new Map(spans.filter(span => !span.base).map(span => [span.first, span.name]))
  const context: EntryContext = { reader, family, chainNames, setName: options.setName }

  const chains: Chain[] = []
  const rules: Rule[] = []
  for (const span of spans) {
    chains.push(
      span.base ? baseChain(context, span) : { name: span.name, policy: null, packets: '0', bytes: '0' },
    )
    const first = indexOf(offsets, span.first)
    const foot = indexOf(offsets, span.foot)
    if (first < 0 || foot < 0) throw new DecodeError(`chain ${span.name} ends inside of an entry`, span.first)
    for (let i = first; i < foot; i++) rules.push(readEntry(context, offsets[i]!, span.name))
  }
  return { family, name, chains, rules }
}

/** Where `offset` stands in ascending `offsets`; -1 when it does not. */
function indexOf(offsets: readonly number[], offset: number): number {
  let low = 0
  let high = offsets.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = offsets[middle]!
    if (found === offset) return middle
    if (found < offset) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/** Where each entry begins, from the first entry on. */
function entryOffsets(reader: ByteReader, family: Family): number[] {
  const layout = entryLayouts[family]
  const offsets: number[] = []
  for (let at = ENTRIES_HEADER; at < reader.end; ) {
    const target = reader.u16(at + layout.targetOffset)
    const next = reader.u16(at + layout.nextOffset)
    if (target < layout.matches || next < target + EXTENSION_HEADER || at + next > reader.end) {
      throw new DecodeError(`entry of ${next} bytes with its target at ${target}`, at)
    }
    offsets.push(at - ENTRIES_HEADER)
    at += next
  }
  return offsets
}

/** Base chains in hook order, then user chains as they lie in the table. */
function chainSpans(
  reader: ByteReader,
  offsets: readonly number[],
  hooks: ReturnType<typeof readLegacyInfo>['hooks'],
  family: Family,
): Span[] {
  const layout = entryLayouts[family]
  const spans: Span[] = []
  for (const [hook, range] of hooks.entries()) {
    if (range) spans.push({ name: hookNames[hook]!, first: range.entry, foot: range.underflow, base: true })
  }
  let head: { name: string; first: number } | undefined
  for (const [i, offset] of offsets.entries()) {
    const target = ENTRIES_HEADER + offset + reader.u16(ENTRIES_HEADER + offset + layout.targetOffset)
    if (isStandard(reader, target) || readExtensionName(reader, target) !== ERROR_TARGET) continue
    if (head) spans.push({ ...head, foot: offsets[i - 1]!, base: false })
    const next = offsets[i + 1]
    head = next === undefined ? undefined : { name: readErrorName(reader, target), first: next }
  }
  return spans
}

/** A base chain's policy and counters are those of its last entry. */
function baseChain({ reader, family }: EntryContext, span: Span): Chain {
  const layout = entryLayouts[family]
  const at = ENTRIES_HEADER + span.foot
  const verdict = readVerdict(reader, at + reader.u16(at + layout.targetOffset))
  if (typeof verdict !== 'string') throw new DecodeError(`chain ${span.name} has no policy`, at)
  return {
    name: span.name,
    policy: verdict,
    packets: reader.u64(at + layout.packets),
    bytes: reader.u64(at + layout.bytes),
  }
}
