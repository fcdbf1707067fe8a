/** docs/flows.md, made of the results that are kept in fixtures/flows. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Result } from './result.ts'

export const resultsFolder = resolve(import.meta.dirname, '../../fixtures/flows')

/** By suite and iptables: `bookworm-legacy`. */
export function readResults(): Map<string, Result> {
  const files = readdirSync(resultsFolder).filter(file => file.endsWith('.json'))
  return new Map(
    files.toSorted().map(file => {
      const result = JSON.parse(readFileSync(join(resultsFolder, file), 'utf8')) as Result
      return [file.replace(/\.json$/, ''), result]
    }),
  )
}

export function flowsPage(results: ReadonlyMap<string, Result>): string {
  const all = [...results]
  const sum = (of: (result: Result) => number): number =>
    all.reduce((total, [, result]) => total + of(result), 0)
  const names = [...new Set(all.flatMap(([, { scenarios }]) => scenarios.map(({ scenario }) => scenario)))]
  const misses = all.flatMap(([name, result]) => result.misses.map(miss => `- ${name}: ${miss}`))
  const flows = sum(result => result.flows)
  const same = sum(result => result.same)
  return `# Traces against the kernel's own witness

Written by \`npm run test:swarm -- --flows --suite all\` (test/flows): ${same} of ${flows} real connections went as predicted.

In the guest's swarm of three nodes, with all scenarios of \`lab/scenarios\` up at once, a snapshot of each node is taken. Then everybody
who may ask (the client outside, the nodes' hosts, every container) asks everything that there is: published ports at each node and by
each address, virtual addresses, tasks, host-mode and bridge ports, a macvlan's address, the resolver, the world outside. Each is a
connection of its own with a source port of its own, and is traced over the snapshots with that port. What the trace says is compared
with what others say became of it:

- whether it was answered, and who answered: the container's own host name against the namespace in which the trace ends;
- \`conntrack -L\` in every namespace: for each entry that is predicted both tuples, address by address and port by port, and no entry
  that is not;
- \`ipvsadm -Lnc\`: the real server that was chosen; and of several connections to one balancer, that the set of real servers is the
  predicted one;
- \`iptables-save -c\` before and after, for rules that ask for a port or an address: those of nat (DNAT, REDIRECT, SNAT and their
  like) have counted just as many connections as were predicted; those of raw, mangle (marks among them) and filter have counted
  where, and only where, a packet was predicted. That a mark leads to the right virtual service is seen by its real server.

The kernel's \`TRACE\` target is not in the guest's kernel; test/oracle/trace-rules holds single rules against it with random rule sets.

## By generation

| generation | Docker | iptables | kernel | date | flows | as predicted | rules compared | as predicted |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${all.map(generationRow).join('\n')}

## By scenario

As predicted of all flows; entries of connection tracking that were compared tuple by tuple; real servers that IPVS chose; tasks that
answered.

| scenario | ${all.map(([name]) => name).join(' | ')} |
| --- | ${all.map(() => '---').join(' | ')} |
${names.map(name => scenarioRow(name, all)).join('\n')}

## Misses

${misses.length === 0 ? 'None.' : misses.join('\n')}
`
}

function generationRow([name, result]: [string, Result]): string {
  const { docker, iptables, kernel, date, flows, same, rules } = result
  const cells = [name, docker, iptables, kernel, date, flows, same, rules.compared, rules.same]
  return `| ${cells.join(' | ')} |`
}

function scenarioRow(name: string, all: readonly [string, Result][]): string {
  const cells = all.map(([, { scenarios }]) => {
    const found = scenarios.find(({ scenario }) => scenario === name)
    if (!found) return '-'
    const { same, flows, entries, realServers, tasks } = found
    return `${same} of ${flows}; ${entries} entries, ${realServers} real servers, ${tasks} tasks`
  })
  return `| ${name} | ${cells.join(' | ')} |`
}
