import { afterAll, beforeAll } from 'vitest'
import { type Path, type Trace, traceFlow } from '../../../src/lb/index.ts'
import type { Snapshot } from '../../../src/snapshot/index.ts'
import { headerLength, IP_HEADER, IPV6_HEADER, packet6Hex, packetHex, type TestPacket } from './packet.ts'
import { makeRouter, type Router, startSender } from './router.ts'
import { readWitness, type Seen } from './witness.ts'

type Family = 'inet' | 'inet6'

/** A router with a host before it, for the tests of one `describe`. */
export type Bench = {
  readonly router: Router
  /** Sends packets from the host; gives the snapshot of before, and what the witness has seen since. */
  send(
    packets: readonly TestPacket[],
    family?: Family,
  ): Promise<{ readonly before: Snapshot; readonly seen: readonly Seen[] }>
  /** What a trace of the snapshot says of a packet that the host sends. */
  trace(before: Snapshot, packet: TestPacket, family?: Family): Trace
}

/** Time in which a packet is through the router, in milliseconds. */
const THROUGH = 50

/**
 * Makes the router before the tests of the `describe` that calls it, and removes it behind them.
 *
 * @param prepare what else the router needs
 */
export function useRouter(prepare: (router: Router) => void = () => {}): Bench {
  let made: { readonly router: Router; readonly sender: ReturnType<typeof startSender> } | undefined
  beforeAll(() => {
    made = { router: makeRouter(), sender: startSender() }
    prepare(made.router)
  })
  afterAll(() => {
    made?.sender.stop()
    made?.router.remove()
  })
  return {
    get router() {
      return made!.router
    },
    async send(packets, family = 'inet') {
      const { router, sender } = made!
      const before = router.snapshot()
      const hexOf = family === 'inet' ? packetHex : packet6Hex
      await sender.send(
        packets.map(packet => ({ netns: router.host.path, packet: hexOf(packet), bind: false })),
      )
      await new Promise(resolve => setTimeout(resolve, THROUGH))
      return { before, seen: readWitness(router.snapshot().namespaces[1]!, family) }
    },
    trace(before, { id: _id, payload, icmpType, tcpFlags, ...packet }, family = 'inet') {
      const header = (family === 'inet' ? IP_HEADER : IPV6_HEADER) + headerLength[packet.protocol]!
      const more = packet.protocol === 6 ? { tcpFlags } : packet.protocol === 1 ? { icmpType } : {}
      const entry = { kind: 'local', namespace: made!.router.host.id } as const
      const flow = { ...packet, ...more, family, entry, length: header + payload }
      return traceFlow([before], flow, { reply: false })
    },
  }
}

/** Every way that a path may go. */
export function leavesOf(
  path: Path,
  labels: readonly string[] = [],
): { path: Path; labels: readonly string[] }[] {
  if (!path.fork) return [{ path, labels }]
  return path.fork.branches.flatMap(branch => leavesOf(branch.path, [...labels, branch.label]))
}
