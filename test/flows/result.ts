/** What came of a comparison, short enough to be kept. */
import type { Comparison } from './compare.ts'
import type { Gathered } from './gather.ts'

export type Result = {
  readonly docker: string
  readonly iptables: string
  readonly kernel: string
  readonly date: string
  readonly flows: number
  readonly same: number
  readonly scenarios: readonly ScenarioResult[]
  readonly rules: { readonly compared: number; readonly same: number }
  /** Flows and rules of which something was not as predicted, each with what. */
  readonly misses: readonly string[]
}

export type ScenarioResult = {
  readonly scenario: string
  readonly flows: number
  readonly same: number
  /** Entries of connection tracking that were as predicted, address by address and port by port. */
  readonly entries: number
  /** Different real servers that IPVS chose, and tasks that answered. */
  readonly realServers: number
  readonly tasks: number
}

export function resultOf({ docker, iptables, kernel }: Gathered, { flows, rules }: Comparison): Result {
  const isSame = ({ differences }: Comparison['flows'][number]): boolean => differences.length === 0
  const scenarios = [...Map.groupBy(flows, ({ scenario }) => scenario)].map(([scenario, of]) => ({
    scenario,
    flows: of.length,
    same: of.filter(isSame).length,
    entries: of.reduce((sum, { seen }) => sum + seen.entries, 0),
    realServers: new Set(of.flatMap(({ seen }) => seen.realServer ?? [])).size,
    tasks: new Set(of.flatMap(({ seen }) => seen.task ?? [])).size,
  }))
  return {
    docker,
    iptables,
    kernel,
    date: new Date().toISOString().slice(0, 10),
    flows: flows.length,
    same: flows.filter(isSame).length,
    scenarios,
    rules: { compared: rules.compared, same: rules.compared - rules.differences.length },
    misses: [
      ...flows.flatMap(({ scenario, name, differences }) =>
        differences.map(difference => `${scenario}: ${name}: ${difference}`),
      ),
      ...rules.differences.map(difference => `rules: ${difference}`),
    ],
  }
}
