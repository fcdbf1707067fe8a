import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collectSnapshot } from '../../src/collectors/kernel/collect.ts'
import type { Namespace } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

function collect(id: string): Namespace | undefined {
  return collectSnapshot({
    netnsDirs: ['/run/netns'],
    onlyNetnsDirs: true,
    timeoutMs: 120_000,
  }).namespaces.find(namespace => namespace.id === id)
}

/** Descriptors of the kinds that a walk opens: namespace files and sockets. */
function openByWalks(): number {
  return readdirSync('/proc/self/fd').filter(descriptor => {
    try {
      return /^(?:net:|mnt:|socket:|\/run\/netns|\/proc)/.test(readlinkSync(`/proc/self/fd/${descriptor}`))
    } catch {
      return false
    }
  }).length
}

describe('namespaces that come and go during the walk', needs('root', 'program:ip'), () => {
  it('are read or gone, and cost no descriptor', async () => {
    const name = `cnmtop-churn-${process.pid}`
    const loop = `for i in $(seq 60); do ip netns add ${name}-$i; ip netns del ${name}-$i; done`
    // The thread's way home is opened with the first namespace that is entered, and kept.
    const entered = makeNetns('entered')
    collect(entered.id)
    entered.remove()
    const descriptors = openByWalks()
    const churn = spawn('sh', ['-c', loop], { stdio: 'ignore' })
    const ended = once(churn, 'exit')
    const statuses = new Set<string>()
    while (churn.exitCode === null) {
      const { namespaces } = collectSnapshot({ netnsDirs: ['/run/netns'], onlyNetnsDirs: true })
      for (const namespace of namespaces.filter(each => each.name.startsWith(name))) {
        for (const { status } of namespace.sources) statuses.add(status)
      }
      await new Promise(setImmediate)
    }
    await ended
    expect(
      [...statuses].filter(status => !['ok', 'gone', 'unavailable', 'interrupted'].includes(status)),
    ).toEqual([])
    // What the runner opens for itself meanwhile (pipes, files, event descriptors) is not counted.
    expect(openByWalks()).toBeLessThanOrEqual(descriptors)
  })
})

describe('names that hold escape sequences', needs('root', 'program:ip'), () => {
  let netns: TestNetns
  beforeAll(() => {
    netns = makeNetns('hostile')
  })
  afterAll(() => netns.remove())

  it('are read as they are', () => {
    netns.ip('link', 'add', '\u001b[31mred', 'type', 'bridge')
    expect(collect(netns.id)?.links.map(({ ifname }) => ifname)).toEqual(['lo', '\u001b[31mred'])
  })
})

describe('100,000 rules in one namespace', needs('root', 'program:iptables-nft-restore'), () => {
  const COUNT = 100_000
  let netns: TestNetns
  beforeAll(() => {
    netns = makeNetns('many')
  })
  afterAll(() => netns.remove())

  it('are all read', { timeout: 300_000 }, () => {
    const rules = Array.from(
      { length: COUNT },
      (_, index) =>
        `-A FORWARD -s 10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}/32 -p tcp -m tcp --dport 80 -j DROP`,
    )
    const input = ['*filter', ':FORWARD ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n')
    const loaded = spawnSync('nsenter', [`--net=${netns.path}`, 'iptables-nft-restore'], { input })
    expect(loaded.stderr.toString()).toBe('')
    const namespace = collect(netns.id)
    const read = namespace?.netfilter.flatMap(table => table.rules.map(({ text }) => text))
    expect(read).toHaveLength(COUNT)
    expect(read?.at(-1)).toBe(rules.at(-1))
    expect(namespace?.sources.find(({ source }) => source === 'nft')?.status).toBe('ok')
  })
})
