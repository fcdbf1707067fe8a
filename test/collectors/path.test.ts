import { execFileSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { liveSession } from '../../src/commands/live-session.ts'
import type { Namespace } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

const waiting = { timeout: 30_000, interval: 50 }

describe(
  'a path that is followed',
  needs('root', 'program:ip', 'program:iptables-nft', 'program:bash'),
  () => {
    let netns: TestNetns
    let session: ReturnType<typeof liveSession> | undefined
    beforeAll(() => {
      netns = makeNetns('path')
      netns.ip('link', 'set', 'lo', 'up')
      run('iptables-nft', '-A', 'OUTPUT', '-p', 'udp', '--dport', '9', '-j', 'ACCEPT')
    })
    afterEach(() => session?.ended())
    afterAll(() => netns.remove())

    function run(...command: string[]): void {
      execFileSync('ip', ['netns', 'exec', netns.name, ...command])
    }
    const send = (): void => run('bash', '-c', 'echo >/dev/udp/127.0.0.1/9')
    const seen = (): Namespace | undefined => session?.snapshot().namespaces.find(({ id }) => id === netns.id)
    const packets = (): number => Number(seen()?.netfilter[0]?.rules[0]?.packets)
    const received = (): number => Number(seen()?.links[0]?.stats64?.rx.packets)

    it('is read every second, though nobody looks at its namespace', async () => {
      session = liveSession({ netnsDirs: ['/run/netns'], onlyNetnsDirs: true }, undefined)
      session.setVisible({ namespaceId: undefined, tab: undefined })
      await vi.waitFor(() => expect(packets()).toBeGreaterThanOrEqual(0), waiting)
      await vi.waitFor(() => expect(session?.status().collecting).toBe(false), waiting)
      const path = [{ namespaceId: netns.id, parts: ['netfilter'], links: [1] }] as const
      session.setVisible({ namespaceId: undefined, tab: undefined, path })
      for (let times = 0; times < 3; times++) {
        const before = { packets: packets(), received: received() }
        send()
        await vi.waitFor(() => expect(packets()).toBe(before.packets + 1), waiting)
        await vi.waitFor(() => expect(received()).toBeGreaterThan(before.received), waiting)
      }
    })
  },
)
