import { type Bytes, slice, unknownBytes } from './bytes.ts'

/** Registers as one run of bytes: 1 to 4 have sixteen each, 8 and up are the same bytes in words of four. */
export type Registers = Bytes

export const noRegisters: Registers = unknownBytes(80)

function offsetOf(register: number): number {
  return register >= 8 ? (register - 8) * 4 : (register - 1) * 16
}

export function load(registers: Registers, register: number, bytes: Bytes): Registers {
  const at = offsetOf(register)
  const next = [...registers]
  for (const [i, byte] of bytes.entries()) next[at + i] = byte
  // A shorter load clears the rest of its word.
  for (let i = bytes.length; i % 4 !== 0; i++) next[at + i] = 0
  return next
}

export function read(registers: Registers, register: number, length: number): Bytes {
  return slice(registers, offsetOf(register), length)
}
