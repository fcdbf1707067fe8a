import { ByteWriter } from 'netlink-codec'
import { writeAddress } from '../address.ts'
import { encodeMatch, encodeTarget } from '../extensions/registry.ts'
import { writeText } from '../extensions/text.ts'
import { interfaceBytes } from '../interface.ts'
import {
  ENTRIES_HEADER,
  ERROR_NAME_SIZE,
  ERROR_TARGET,
  EXTENSION_NAME_SIZE,
  type EntryLayout,
  entryLayouts,
  hookNames,
  INV_DSTIP,
  INV_FRAG,
  INV_PROTO,
  INV_SRCIP,
  INV_VIA_IN,
  INV_VIA_OUT,
  TABLE_NAME_SIZE,
  verdictNumbers,
} from '../legacy/layout.ts'
import type { Family, HeaderTests, Rule, Table, Target } from '../model.ts'

/** What IPT_SO_GET_INFO and IPT_SO_GET_ENTRIES would bring for a table. */
export type LegacyBlob = { readonly info: Uint8Array; readonly entries: Uint8Array }

type Jump = { readonly at: number; readonly chain: string }

/**
 * A table as the kernel would hand it out: the test double for readers of legacy tables. Extensions are written in
 * their highest revision; base chains must be in hook order and come first, as in any real table.
 *
 * @throws Error for a table that cannot exist: a jump to a chain that is not there, a policy that is no verdict
 */
export function encodeLegacyTable(table: Table): LegacyBlob {
  const writer = new ByteWriter()
  writeText(writer, table.name, TABLE_NAME_SIZE)
  writer.u32(0).zeros(4)
  const hooks = new Map<string, { entry: number; underflow: number }>()
  const firstRules = new Map<string, number>()
  const jumps: Jump[] = []
  let count = 0

  for (const chain of table.chains) {
    if (chain.policy === null) {
      writeEntry(writer, table.family, {}, { packets: '0', bytes: '0' }, () => writeError(writer, chain.name))
      count++
    }
    const first = writer.length - ENTRIES_HEADER
    firstRules.set(chain.name, first)
    for (const rule of table.rules.filter(({ chain: name }) => name === chain.name)) {
      writeRule(writer, table.family, rule, jumps)
      count++
    }
    hooks.set(chain.name, { entry: first, underflow: writer.length - ENTRIES_HEADER })
    const foot = chain.policy === null ? { packets: '0', bytes: '0' } : chain
    writeEntry(writer, table.family, {}, foot, () => writeVerdict(writer, policyVerdict(chain.policy)))
    count++
  }
  writeEntry(writer, table.family, {}, { packets: '0', bytes: '0' }, () => writeError(writer, ERROR_TARGET))
  count++
  for (const { at, chain } of jumps) {
    const first = firstRules.get(chain)
    if (first === undefined) throw new Error(`jump to ${chain}, which is no chain of ${table.name}`)
    writer.patch32(at, first)
  }
  const size = writer.length - ENTRIES_HEADER
  writer.patch32(TABLE_NAME_SIZE, size)
  const bases = hookNames.map(name =>
    table.chains.some(c => c.name === name && c.policy) ? hooks.get(name) : undefined,
  )
  return { info: encodeInfo(table.name, bases, count, size), entries: writer.finish() }
}

function encodeInfo(
  name: string,
  bases: readonly ({ entry: number; underflow: number } | undefined)[],
  count: number,
  size: number,
): Uint8Array {
  const writer = new ByteWriter()
  writeText(writer, name, TABLE_NAME_SIZE)
  writer.u32(bases.reduce((bits, base, hook) => (base ? bits | (1 << hook) : bits), 0))
  for (const base of bases) writer.u32(base?.entry ?? 0)
  for (const base of bases) writer.u32(base?.underflow ?? 0)
  return writer.u32(count).u32(size).finish()
}

function policyVerdict(policy: string | null): number {
  if (policy === null) return verdictNumbers.RETURN
  if (policy === 'ACCEPT' || policy === 'DROP') return verdictNumbers[policy]
  throw new Error(`policy ${policy} is neither ACCEPT nor DROP`)
}

function writeRule(writer: ByteWriter, family: Family, rule: Rule, jumps: Jump[]): void {
  const target = (start: number, layout: EntryLayout) => {
    for (const match of rule.matches) {
      writeExtension(writer, payload => encodeMatch(match, payload, family))
    }
    writer.patch16(start + layout.targetOffset, writer.length - start)
    const verdictAt = writeTarget(writer, rule.target, family)
    if (rule.target.name === 'none') writer.patch32(verdictAt, writer.length - ENTRIES_HEADER)
    if (rule.target.name === 'jump' || rule.target.name === 'goto') {
      jumps.push({ at: verdictAt, chain: rule.target.chain })
    }
  }
  writeEntry(writer, family, rule.ip, rule, target, rule.target.name === 'goto')
}

/** Returns where the verdict lies, for what is only known later. */
function writeTarget(writer: ByteWriter, target: Target, family: Family): number {
  const verdictAt = writer.length + 32
  switch (target.name) {
    case 'ACCEPT':
    case 'DROP':
    case 'QUEUE':
    case 'RETURN':
      writeVerdict(writer, verdictNumbers[target.name])
      break
    case 'jump':
    case 'goto':
    case 'none':
      writeVerdict(writer, 0)
      break
    default:
      writeExtension(writer, payload => encodeTarget(target, payload, family))
  }
  return verdictAt
}

function writeVerdict(writer: ByteWriter, verdict: number): void {
  writeExtension(writer, payload => {
    payload.u32(verdict >>> 0)
    return { name: '', revision: 0 }
  })
}

function writeError(writer: ByteWriter, name: string): void {
  writeExtension(writer, payload => {
    writeText(payload, name, ERROR_NAME_SIZE)
    return { name: ERROR_TARGET, revision: 0 }
  })
}

/** Header, then the payload padded to eight bytes (XT_ALIGN). */
function writeExtension(
  writer: ByteWriter,
  write: (payload: ByteWriter) => { readonly name: string; readonly revision: number },
): void {
  const payload = new ByteWriter()
  const { name, revision } = write(payload)
  const bytes = payload.align(8).finish()
  writer.u16(32 + bytes.length)
  writeText(writer, name, EXTENSION_NAME_SIZE)
  writer.u8(revision).raw(bytes)
}

/** Writes struct ipt_entry or ip6t_entry around what `extensions` writes, and its two offsets. */
function writeEntry(
  writer: ByteWriter,
  family: Family,
  ip: HeaderTests,
  counters: { readonly packets: string; readonly bytes: string },
  extensions: (start: number, layout: EntryLayout) => void,
  isGoto = false,
): void {
  const layout = entryLayouts[family]
  const start = writer.length
  for (const test of [ip.source?.address, ip.destination?.address, ip.source?.mask, ip.destination?.mask]) {
    writeAddress(writer, test, family)
  }
  const [from, to] = [interfaceBytes(ip.inInterface), interfaceBytes(ip.outInterface)]
  writer.raw(from.name).raw(to.name).raw(from.mask).raw(to.mask)
  writer.u16(ip.protocol?.number ?? 0).zeros(layout.flags - layout.protocol - 2)
  writer.u8(
    (isGoto ? layout.gotoFlag : 0) |
      (ip.fragment ? layout.fragmentFlag : 0) |
      (ip.protocol ? layout.protocolFlag : 0),
  )
  writer.u8(
    (ip.inInterface?.invert ? INV_VIA_IN : 0) |
      (ip.outInterface?.invert ? INV_VIA_OUT : 0) |
      (ip.source?.invert ? INV_SRCIP : 0) |
      (ip.destination?.invert ? INV_DSTIP : 0) |
      (ip.fragment?.invert ? INV_FRAG : 0) |
      (ip.protocol?.invert ? INV_PROTO : 0),
  )
  writer
    .zeros(layout.packets - layout.invert - 1)
    .u64(counters.packets)
    .u64(counters.bytes)
  writer.patch16(start + layout.targetOffset, layout.matches)
  extensions(start, layout)
  writer.patch16(start + layout.nextOffset, writer.length - start)
}
