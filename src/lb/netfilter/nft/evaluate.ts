import type { NftTable } from '../../../snapshot/index.ts'
import type { Packet } from '../../packet.ts'
import type { RuleResult } from '../outcome.ts'
import type { Place } from '../place.ts'
import { type Bytes, bytesOfHex, hostNumber, unknownBytes } from './bytes.ts'
import { compareBytes, type Found, isWithin, lookUp } from './compare.ts'
import { stepMatch, stepTarget } from './compat.ts'
import type {
  Bitwise,
  Byteorder,
  Cmp,
  CompatMatch,
  CompatTarget,
  Ct,
  Dynset,
  Expression,
  Fib,
  Immediate,
  Lookup,
  Masq,
  Meta,
  Nat,
  Numgen,
  Objref,
  Payload,
  Range,
  Reject,
} from './expression.ts'
import { loadCt, loadFib, loadMeta, loadPayload } from './load.ts'
import { load, noRegisters, read, type Registers } from './registers.ts'
import { brokenOff, chosen, loaded, resultOf, type Run, type Stepped, stop, test, unknown } from './run.ts'
import {
  masqueradeStatement,
  natStatement,
  rejectStatement,
  setCt,
  setMeta,
  setPayload,
  verdictEffect,
} from './statement.ts'

type SetData = NonNullable<NftTable['setData']>[number] & {
  /** Rules change it as packets pass, this one perhaps: what is in it then is not known. */
  readonly isWritten?: boolean
}
export type SetsByName = ReadonlyMap<string, SetData>

/** Follows the expressions of a rule of nf_tables; every way that it may go is one result. */
export function evaluateNative(
  expressions: readonly Expression[],
  sets: SetsByName,
  packet: Packet,
  place: Place,
): RuleResult[] {
  let runs: readonly Run[] = [{ registers: noRegisters, packet, isSure: true }]
  const results: RuleResult[] = []
  for (const expression of expressions) {
    const next: Run[] = []
    for (const run of runs) {
      const { runs: further = [], done = [], broken = [] } = step(expression, run, sets, place)
      next.push(...further)
      results.push(...done, ...broken.map(brokenOff))
    }
    runs = next
    if (runs.length === 0) break
  }
  results.push(...runs.map(run => resultOf(run, { kind: 'continue' })))
  return results
}

/** Statements that change nothing of what is followed here. */
const harmless = new Set(['counter', 'log', 'last', 'dup', 'flow_offload'])

function step(expression: Expression, run: Run, sets: SetsByName, place: Place): Stepped {
  const { registers, packet } = run
  if (harmless.has(expression.name)) return { runs: [run] }
  switch (expression.name) {
    case 'meta': {
      const meta = expression as Expression & Meta
      if (meta.sreg !== undefined) return { runs: [{ ...run, packet: setMeta(meta, registers, packet) }] }
      return loaded(run, meta.dreg, loadMeta(meta, packet, place))
    }
    case 'payload': {
      const payload = expression as Expression & Payload
      if (payload.sreg !== undefined)
        return { runs: [{ ...run, packet: setPayload(payload, registers, packet) }] }
      const { runs, ...broken } = loaded(run, payload.dreg, loadPayload(payload, packet))
      if (!isOffsetOfWhole(payload, packet)) return { runs: runs ?? [], ...broken }
      return { runs: runs?.map(each => ({ ...each, wholeIn: payload.dreg })) ?? [] }
    }
    case 'ct': {
      const ct = expression as Expression & Ct
      if (ct.sreg !== undefined) return { runs: [{ ...run, packet: setCt(ct, registers, packet) }] }
      return loaded(run, ct.dreg, loadCt(ct, packet))
    }
    case 'fib': {
      const fib = expression as Expression & Fib
      return loaded(run, fib.dreg, loadFib(fib, packet, place))
    }
    case 'cmp': {
      const { sreg, op, data } = expression as Expression & Cmp
      const wanted = bytesOfHex(data)
      return test(compareBytes(op, read(registers, sreg, wanted.length), wanted), run)
    }
    case 'range': {
      const { sreg, op, from, to } = expression as Expression & Range
      const within = isWithin(read(registers, sreg, from.length >> 1), bytesOfHex(from), bytesOfHex(to))
      return test(op === 'neq' && within !== undefined ? !within : within, run)
    }
    case 'bitwise': {
      const bitwise = expression as Expression & Bitwise
      const isOffset = run.wholeIn === bitwise.sreg && bitwise.mask === IP_OFFSET
      return loaded(run, bitwise.dreg, isOffset ? [0, 0] : bitwiseBytes(bitwise, registers))
    }
    case 'byteorder': {
      const { sreg, dreg, length = 4, size = 4 } = expression as Expression & Byteorder
      return loaded(run, dreg, swap(read(registers, sreg, length), size))
    }
    case 'immediate': {
      const { dreg, data } = expression as Expression & Immediate
      if (typeof data === 'string') return loaded(run, dreg, bytesOfHex(data))
      const effect = verdictEffect(data)
      return effect.kind === 'continue' ? { runs: [run] } : stop(run, effect)
    }
    case 'lookup':
      return stepLookup(expression as Expression & Lookup, run, sets)
    default:
      return stepStatement(expression, run, place)
  }
}

function stepStatement(expression: Expression, run: Run, place: Place): Stepped {
  const { registers, packet } = run
  const ended = (all: ReturnType<typeof natStatement>): Stepped => ({
    done: all.map(({ effect, packet: after, choice }) => resultOf({ ...run, packet: after }, effect, choice)),
  })
  switch (expression.name) {
    case 'nat':
      return ended(natStatement(expression as Expression & Nat, registers, packet, place))
    case 'masq':
      return ended(
        masqueradeStatement('MASQUERADE', expression as Expression & Masq, registers, packet, place),
      )
    case 'redir':
      return ended(masqueradeStatement('REDIRECT', expression as Expression & Masq, registers, packet, place))
    case 'reject':
      return stop(run, rejectStatement(expression as Expression & Reject))
    case 'notrack':
      return {
        runs: [
          packet.connection || packet.zone
            ? run
            : { ...run, packet: { ...packet, connectionInfo: 'untracked' } },
        ],
      }
    case 'limit':
    case 'quota':
    case 'connlimit':
      return test(undefined, run)
    case 'dynset': {
      const { expression: one, expressions = [] } = expression as Expression & Dynset
      return one || expressions.length > 0 ? test(undefined, run) : { runs: [run] }
    }
    case 'objref': {
      // Limits and quotas may be used up; counters and helpers let pass.
      const { type, set } = expression as Expression & Objref
      return set !== undefined || type === 2 || type === 4 || type === 5
        ? test(undefined, run)
        : { runs: [run] }
    }
    case 'numgen':
    case 'hash':
      return draw(expression as Expression & Numgen, run)
    case 'exthdr':
    case 'rt':
    case 'socket':
    case 'osf':
    case 'xfrm':
    case 'tunnel': {
      const { dreg, sreg } = expression as Expression & { dreg?: number; sreg?: number }
      if (dreg === undefined || (sreg !== undefined && expression.name === 'exthdr')) return { runs: [run] }
      const all = { ...run, registers: load(registers, dreg, unknownBytes(16)), isSure: false }
      return { runs: [all], broken: [{ ...run, isSure: false }] }
    }
    case 'match':
      return stepMatch(expression as Expression & CompatMatch, run, place)
    case 'target':
      return stepTarget(expression as Expression & CompatTarget, run, place)
    case 'queue':
      return stop(run, { kind: 'unknown', reason: 'a program decides about it (nfqueue)' })
    default:
      return unknown(run, (expression as { expression?: string }).expression ?? expression.name)
  }
}

/** Numbers up to this many are followed one by one. */
const MOST_DRAWN = 16

/** nft_ng_inc_eval, nft_ng_random_eval, nft_jhash_eval: any of the numbers may come. */
function draw({ name, dreg, modulus, offset = 0 }: Expression & Numgen, run: Run): Stepped {
  if (modulus > MOST_DRAWN) {
    const registers = load(run.registers, dreg, unknownBytes(4))
    return { runs: [{ ...run, registers, isSure: false }] }
  }
  return {
    runs: Array.from({ length: modulus }, (_, drawn) => ({
      ...run,
      registers: load(run.registers, dreg, hostNumber(offset + drawn)),
      choice: chosen(run, `${name} ${offset + drawn}`),
    })),
  }
}

/** The mask of the offset of an IPv4 fragment (IP_OFFSET of net/ip.h), behind three flags. */
const IP_OFFSET = '1fff'

/** How iptables-nft and nft ask for a fragment: the two bytes of flags and offset, then the mask. */
function isOffsetOfWhole({ base, offset, length }: Payload, { family, isFragment }: Packet): boolean {
  return base === 'network' && offset === 6 && length === 2 && family === 'inet' && isFragment === false
}

function bitwiseBytes(
  { sreg, length = 4, mask, xor, op = 'mask-xor' }: Bitwise,
  registers: Registers,
): Bytes {
  const bytes = read(registers, sreg, length)
  if (op !== 'mask-xor') return unknownBytes(length)
  const masks = mask === undefined ? [] : bytesOfHex(mask)
  const xors = xor === undefined ? [] : bytesOfHex(xor)
  return bytes.map((byte, i) => {
    const kept = masks[i] ?? 0xff
    if (kept === 0) return xors[i] ?? 0
    return byte === undefined ? undefined : (byte & kept) ^ (xors[i] ?? 0)
  })
}

function swap(bytes: Bytes, size: number): Bytes {
  return bytes.map((_, i) => bytes[i - (i % size) + size - 1 - (i % size)])
}

/** nft_lookup_eval: a set is a test, a map loads a value or gives a verdict. */
function stepLookup({ set: name, sreg, dreg, flags = [] }: Lookup, run: Run, sets: SetsByName): Stepped {
  const set = sets.get(name)
  if (!set)
    return stop({ ...run, isSure: true }, { kind: 'unknown', reason: `what is in set ${name} was not read` })
  const length = (set.elements.find(({ key }) => key !== undefined)?.key?.length ?? 0) >> 1
  const told = lookUp(set, read(run.registers, sreg, length))
  const found = set.isWritten ? told.map(each => ({ ...each, fits: undefined })) : told
  if (set.isWritten && dreg === undefined) return test(undefined, run)
  if (set.isWritten && found.length === 0)
    return stop(
      { ...run, isSure: true },
      { kind: 'unknown', reason: `what rules put into map ${name} is not known` },
    )
  const isIn = found.some(({ fits }) => fits === true) ? true : found.length > 0 ? undefined : false
  if (dreg === undefined) return test(flags.includes('inv') && isIn !== undefined ? !isIn : isIn, run)
  if (isIn === false) return { broken: [run] }
  const further = found.map(each =>
    withValue(each, dreg, isIn === true && found.length === 1 ? run : { ...run, isSure: false }),
  )
  return {
    runs: further.flatMap(({ runs = [] }) => runs),
    done: further.flatMap(({ done = [] }) => done),
    ...(isIn === undefined && { broken: [{ ...run, isSure: false }] }),
  }
}

function withValue({ element: { data } }: Found, dreg: number, run: Run): Stepped {
  if (data === undefined) return { runs: [run] }
  if (typeof data === 'string') return loaded(run, dreg, bytesOfHex(data))
  const effect = verdictEffect({ code: data.code, ...(data.chain !== undefined && { chain: data.chain }) })
  return effect.kind === 'continue' ? { runs: [run] } : stop(run, effect)
}
