import type { NetfilterRule } from '../../snapshot/index.ts'
import type { Maybe } from '../maybe.ts'
import { IPPROTO_UDP, type Packet } from '../packet.ts'
import {
  and,
  type Bits,
  exactly,
  isNumber,
  numberOf,
  or,
  type Reader,
  readerOf,
  shiftLeft,
  shiftRight,
} from './known-bits.ts'

type Match = Extract<NetfilterRule['matches'][number], { readonly name: 'bpf' }>
type Instruction = NonNullable<Match['program']>[number]

/** Classes, modes and operations of linux/bpf_common.h. */
const LD = 0
const LDX = 1
const ALU = 4
const JMP = 5
const RET = 6
const MISC = 7
const classOf = (code: number) => code & 0x07
const modeOf = (code: number) => code & 0xe0
const operationOf = (code: number) => code & 0xf0
const IMM = 0x00
const ABS = 0x20
const IND = 0x40
const MSH = 0xa0
const AND = 0x50
const OR = 0x40
const LSH = 0x60
const RSH = 0x70
const JA = 0x00
const JEQ = 0x10
const JSET = 0x40
/** SKF_AD_OFF and SKF_AD_PAY_OFFSET of linux/filter.h: where the payload of the packet begins. */
const PAYLOAD_OFFSET = (-0x1000 + 52) >>> 0
const sizes: Readonly<Record<number, number>> = { 0x00: 4, 0x08: 2, 0x10: 1 }

type Machine = { readonly a: Bits; readonly x: Bits }

/**
 * `-m bpf`: a classic program, as far as programs of rules use it (Docker's looks for a VNI). What needs more than the bytes
 * of a packet that are known, or another instruction, is not known. A pinned program is in no snapshot.
 */
export function matchBpf({ program }: Match, packet: Packet): Maybe {
  if (!program) return undefined
  const reader = readerOf(packet)
  let machine: Machine = { a: exactly(0), x: exactly(0) }
  // Jumps lead forwards alone, so it ends.
  for (let at = 0; at < program.length; at++) {
    const step = program[at]!
    if (classOf(step.code) === RET) return step.code === RET ? step.k !== 0 : undefined
    if (classOf(step.code) === JMP) {
      const skipped = jump(step, machine)
      if (skipped === undefined) return undefined
      at += skipped
      continue
    }
    const next = run(step, machine, reader, packet)
    // A load behind the end of the packet ends the program with 0.
    if (next === 'outside') return false
    if (next === undefined) return undefined
    machine = next
  }
  return undefined
}

function jump({ code, jt, jf, k }: Instruction, { a }: Machine): number | undefined {
  // Comparing with X, and the unsigned orders, are left out.
  if ((code & 0x08) !== 0) return undefined
  const operation = operationOf(code)
  if (operation === JA) return k
  const answer = operation === JEQ ? isNumber(a, k) : operation === JSET ? isSet(a, k) : undefined
  return answer === undefined ? undefined : answer ? jt : jf
}

function isSet(bits: Bits, mask: number): Maybe {
  const zero = isNumber(and(bits, mask), 0)
  return zero === undefined ? undefined : !zero
}

function run(
  step: Instruction,
  machine: Machine,
  reader: Reader,
  packet: Packet,
): Machine | 'outside' | undefined {
  const { code, k } = step
  switch (classOf(code)) {
    case LD: {
      const loaded =
        code === (LD | ABS) && k === PAYLOAD_OFFSET ? payloadOffset(packet) : load(step, machine, reader)
      return typeof loaded === 'object' ? { ...machine, a: loaded } : loaded
    }
    case LDX: {
      const loaded = loadIndex(step, reader)
      return typeof loaded === 'object' ? { ...machine, x: loaded } : loaded
    }
    case ALU: {
      const a = (code & 0x08) === 0 ? calculate(operationOf(code), machine.a, k) : undefined
      return a && { ...machine, a }
    }
    case MISC:
      return (code & 0xf8) === 0 ? { ...machine, x: machine.a } : { ...machine, a: machine.x }
    default:
      return undefined
  }
}

/** skb_get_poff: behind an IPv4 header without options and that of UDP; the length of others is not known. */
function payloadOffset({ family, protocol, isFragment }: Packet): Bits | undefined {
  if (family !== 'inet' || protocol !== IPPROTO_UDP || isFragment !== false) return undefined
  return exactly(20 + 8)
}

function load({ code, k }: Instruction, { x }: Machine, reader: Reader): Bits | 'outside' | undefined {
  const size = sizes[code & 0x18]
  if (modeOf(code) === IMM) return exactly(k)
  if (size === undefined) return undefined
  if (modeOf(code) === ABS) return reader.read(k, size)
  const index = modeOf(code) === IND ? numberOf(x) : undefined
  return index === undefined ? undefined : reader.read(index + k, size)
}

/** `ldx 4*([k]&0xf)`: the length of an IPv4 header. */
function loadIndex({ code, k }: Instruction, reader: Reader): Bits | 'outside' | undefined {
  if (modeOf(code) === IMM) return exactly(k)
  if (modeOf(code) !== MSH) return undefined
  const byte = reader.read(k, 1)
  return byte === 'outside' ? byte : shiftLeft(and(byte, 0x0f), 2)
}

function calculate(operation: number, a: Bits, k: number): Bits | undefined {
  switch (operation) {
    case AND:
      return and(a, k)
    case OR:
      return or(a, k)
    case LSH:
      return shiftLeft(a, k)
    case RSH:
      return shiftRight(a, k)
    default:
      return undefined
  }
}
