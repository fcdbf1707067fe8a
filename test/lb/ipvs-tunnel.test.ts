import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { traceFlow } from '../../src/lb/index.ts'
import type { RealServer, Snapshot } from '../../src/snapshot/index.ts'
import type { TunnelCase } from '../tunnel/cases.ts'
import { flowOf, saidByTrace, type Witness } from '../tunnel/compare.ts'

type Recorded = { readonly cases: readonly (TunnelCase & Witness & { readonly snapshot: Snapshot })[] }

const file = join(import.meta.dirname, '../../fixtures/tunnel/ipvs-tunnel.json.br')
const { cases } = JSON.parse(brotliDecompressSync(readFileSync(file)).toString()) as Recorded
const [healthy] = cases

describe('IPVS by IPIP, as a kernel with ipip interfaces did it', () => {
  test.each(cases.map(each => [each.name, each] as const))('%s', (_, each) => {
    const { sentence, ...said } = saidByTrace(each.snapshot, each)
    expect(said, sentence).toEqual({ answered: each.answered, counted: each.counted })
  })

  test('each end is among what was recorded', () => {
    const told = cases.map(({ answered }) => answered.join(' '))
    expect(new Set(told)).toEqual(new Set(['rs1 rs2', 'rs2', 'director rs1 rs2', '']))
  })
})

/** The healthy case with other real servers, or without some of its namespaces. */
function changed(change: (snapshot: Snapshot) => void): ReturnType<typeof traceFlow> {
  const snapshot = structuredClone(healthy!.snapshot)
  change(snapshot)
  return traceFlow([snapshot], flowOf(snapshot, healthy!))
}

function toRealServers(snapshot: Snapshot, change: (server: RealServer) => void): void {
  for (const { ipvs } of snapshot.namespaces)
    for (const { realServers } of ipvs.services) for (const server of realServers) change(server)
}

describe('what is not followed is said (synthetic changes of the recording)', () => {
  test.each(['gue', 'gre'])('a tunnel of %s', type => {
    const { disposition, sentence } = changed(snapshot =>
      toRealServers(snapshot, server => Object.assign(server, { tunnel: { type, flags: [] } })),
    )
    expect(disposition).toBe('insufficient-info')
    expect(sentence).toContain(`IPVS sends by a tunnel of ${type}, which is not followed`)
  })

  test('a real server that is in no snapshot: it leaves', () => {
    const { disposition, sentence } = changed(snapshot => {
      snapshot.namespaces.splice(3)
      for (const link of snapshot.namespaces.flatMap(({ links }) => links)) {
        if (snapshot.namespaces.every(({ id }) => id !== link.peer?.namespace)) delete link.peer
      }
    })
    expect(disposition).toBe('left-for-peer')
    expect(sentence).toMatch(/for 10\.6[12]\.0\.2 \(IPIP\), which is not in this snapshot/)
  })

  test('interfaces that were not read', () => {
    const { disposition } = changed(snapshot => {
      for (const namespace of snapshot.namespaces.slice(3)) {
        namespace.links.splice(
          0,
          namespace.links.length,
          ...namespace.links.filter(({ ifname }) => ifname !== 'tunl0'),
        )
        namespace.sources.push({ source: 'rtnl.links', status: 'timeout', tookMs: 0 })
      }
    })
    expect(disposition).toBe('insufficient-info')
  })
})

describe('packets of full size', () => {
  const full = (change: (snapshot: Snapshot) => void) => {
    const { disposition, sentence } = changed(change)
    return { disposition, sentence }
  }
  const setMtu = (snapshot: Snapshot, index: number, ifname: string, mtu: number): void => {
    for (const link of snapshot.namespaces[index]!.links) if (link.ifname === ifname) link.mtu = mtu
  }

  test('are told to be smaller by the director, as IPIP takes 20 bytes', () => {
    expect(full(() => {})).toMatchObject({ disposition: 'delivered' })
  })

  test('are lost where the other end of its cable takes less than the director sends', () => {
    const { disposition, sentence } = full(snapshot => setMtu(snapshot, 3, 'eth0', 1400))
    expect(disposition).toBe('dropped')
    expect(sentence).toContain('eth0 takes 1400 bytes (MTU), and these have 1500')
  })
})
