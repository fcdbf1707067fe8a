/**
 * Runs on a node of the swarm, in its mount and process namespaces: compares what a snapshot says of every network
 * namespace with what iproute2, iptables-save and ipvsadm print in it. Writes a NodeReport as JSON.
 */
import { execFileSync } from 'node:child_process'
import { collectSnapshot } from '../../src/collectors/kernel/collect.ts'
import { compare, newTally } from '../oracle/oracle.ts'
import { openNetns } from './node-netns.ts'
import { snapshotFacets } from './snapshot-facets.ts'

export type NodeReport = {
  /** Sources of the snapshot that are not ok, with the reason. */
  readonly sources: readonly string[]
  readonly namespaces: readonly {
    readonly name: string
    readonly kind: string
    readonly differences: readonly string[]
    /** How many rows the tools printed, by what was compared. */
    readonly rows: Readonly<Record<string, number>>
    /** The same lines as we and as ipvsadm -Sn print them. */
    readonly ipvs: { readonly ours: readonly string[]; readonly theirs: readonly string[] }
  }[]
}

function main(): NodeReport {
  const snapshot = collectSnapshot()
  return {
    sources: [
      ...snapshot.sources.map(source => ({ where: 'node', ...source })),
      ...snapshot.namespaces.flatMap(({ name, sources }) =>
        sources.map(source => ({ where: name, ...source })),
      ),
    ]
      .filter(({ status }) => status !== 'ok')
      .map(({ where, source, status, reason }) => `${where} ${source}: ${status}, ${reason}`),
    namespaces: snapshot.namespaces.map(({ id, name, kind, paths, pids, ipvs }) => {
      const path = paths[0] ?? `/proc/${pids[0]}/ns/net`
      const tally = newTally()
      const differences = compare(openNetns(name, path), snapshotFacets(id), tally)
      const printed = execFileSync('nsenter', [`--net=${path}`, 'ipvsadm', '-Sn'], { encoding: 'utf8' })
      return {
        name,
        kind,
        differences,
        rows: Object.fromEntries(tally.rows),
        ipvs: {
          ours: ipvs.services.flatMap(service => [
            service.text,
            ...service.realServers.map(({ text }) => text),
          ]),
          theirs: printed.split('\n').filter(line => line !== ''),
        },
      }
    }),
  }
}

process.stdout.write(JSON.stringify(main()))
