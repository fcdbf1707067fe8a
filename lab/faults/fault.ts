/** What a fault is: a change to a healthy scenario, what then fails, and where the packet stops. */
import type { Place, Probe, Step } from '../scenarios/scenario.ts'

/** A probe of the healthy scenario, and what becomes of it: each call fails, some do, or none does. */
export type Expectation = {
  readonly probe: Probe
  readonly fails: 'always' | 'sometimes' | 'never'
  /** Who must not be heard any more although nothing fails, as `web@node2`. */
  readonly without?: string
}

/** The step of the packet's way that is wrong; kinds are those of a trace's steps (src/lb/trace.ts), and `xfrm`. */
export type BrokenHop = {
  readonly at: Place
  readonly kind:
    | 'rule'
    | 'route'
    | 'neighbour'
    | 'link'
    | 'bridge'
    | 'vxlan'
    | 'ipvs'
    | 'socket'
    | 'conntrack'
    | 'xfrm'
  /** For rules: `nat/DOCKER-INGRESS`. */
  readonly chain?: string
  /** In a few words, as an operator would say it. */
  readonly what: string
}

export type Fault = {
  readonly name: string
  /** Its number in the catalogue of failures that the doctor's rules are made from. */
  readonly code: string
  /** A scenario, or `swarm` for the ordinary ones together. */
  readonly scenario: string
  /** What is wrong, in a sentence. */
  readonly about: string
  readonly break: readonly Step[]
  readonly undo: readonly Step[]
  /** The first is the flow that breaks; others tell how far it reaches. */
  readonly expects: readonly Expectation[]
  readonly hop: BrokenHop
  /** What an operator would type at the broken hop to see it; its output is kept, healthy and broken. */
  readonly look: string
  /** Tasks are made anew by it, so addresses change. */
  readonly restarts?: boolean
}

/** A fault whose change and broken hop are at the same place. */
export function faultAt(
  at: Place,
  fault: Omit<Fault, 'break' | 'undo' | 'hop'> & {
    readonly break: string
    readonly undo: string
    readonly hop: Omit<BrokenHop, 'at'>
  },
): Fault {
  return {
    ...fault,
    break: [{ at, run: fault.break }],
    undo: [{ at, run: fault.undo }],
    hop: { at, ...fault.hop },
  }
}

export const always = (probe: Probe): Expectation => ({ probe, fails: 'always' })
export const sometimes = (probe: Probe): Expectation => ({ probe, fails: 'sometimes' })
export const never = (probe: Probe): Expectation => ({ probe, fails: 'never' })
export const without = (task: string, probe: Probe): Expectation => ({ probe, fails: 'never', without: task })

/** Shell text that keeps a table of rules on the node, and that puts it back. */
export const keep = (table: string): string => `iptables-save -c -t ${table} >/run/kept-${table}`
export const putBack = (table: string): string => `iptables-restore -c -T ${table} </run/kept-${table}`

/** Shell text that deletes the rules of a chain that have a text in them. */
export const deleteRules = (table: string, chain: string, text: string): string =>
  `${keep(table)}; iptables -t ${table} -S ${chain} | grep -F -- '${text}' | sed 's/^-A/-D/' | xargs -L1 iptables -t ${table}`
