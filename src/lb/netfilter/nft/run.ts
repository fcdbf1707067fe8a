import type { Maybe } from '../../maybe.ts'
import type { Packet } from '../../packet.ts'
import type { Effect, RuleResult } from '../outcome.ts'
import type { LoadResult } from './load.ts'
import { load, type Registers } from './registers.ts'

/** A rule half way: what its registers hold, and whether it came so far only by an assumption. */
export type Run = {
  readonly registers: Registers
  readonly packet: Packet
  readonly isSure: boolean
  /** What a number generator gave on this run. */
  readonly choice?: string
  /** The register that holds flags and offset of IPv4 fragments, of which only the offset is known: it is 0. */
  readonly wholeIn?: number | undefined
}

/** What an expression leads to: further runs of the rule, results that end it, and runs that break off. */
export type Stepped = {
  readonly runs?: readonly Run[]
  readonly done?: readonly RuleResult[]
  readonly broken?: readonly Run[]
}

export function brokenOff({ packet, isSure, choice }: Run): RuleResult {
  const result = { effect: { kind: 'continue' }, packet, isMatch: false } as const
  if (choice !== undefined) return { ...result, assumes: { kind: 'choice', taken: choice } }
  return isSure ? result : { ...result, assumes: { kind: 'unknown', taken: 'does not match' } }
}

export function resultOf(
  { packet, isSure, choice: drawn }: Run,
  effect: Effect,
  chosen?: string,
): RuleResult {
  const result = { effect, packet, isMatch: true }
  const choice = chosen ?? drawn
  if (choice !== undefined) return { ...result, assumes: { kind: 'choice', taken: choice } }
  return isSure ? result : { ...result, assumes: { kind: 'unknown', taken: 'matches' } }
}

export function test(fits: Maybe, run: Run): Stepped {
  if (fits === true) return { runs: [run] }
  if (fits === false) return { broken: [run] }
  return { runs: [{ ...run, isSure: false }], broken: [{ ...run, isSure: false }] }
}

export function loaded(run: Run, register: number | undefined, bytes: LoadResult): Stepped {
  if (bytes === null) return { broken: [run] }
  return { runs: [{ ...run, registers: load(run.registers, register ?? 1, bytes), wholeIn: undefined }] }
}

/** The rule ends here. */
export const stop = (run: Run, effect: Effect): Stepped => ({ done: [resultOf(run, effect)] })

/** What the kernel has picked on this run, and now this. */
export function chosen({ choice }: Run, picked: string): string {
  return choice === undefined ? picked : `${choice}, ${picked}`
}

/** Nobody here knows what the expression does. */
export function unknown(run: Run, what: string): Stepped {
  return stop({ ...run, isSure: true }, { kind: 'unknown', reason: `'${what}' of nf_tables is not known` })
}
