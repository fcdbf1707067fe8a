import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ByteReader } from 'netlink-codec'
import { SystemCallError } from '../../src/collectors/kernel/libc.ts'
import { type AskIpset, createSetNames } from '../../src/collectors/kernel/set-names.ts'
import { createSet, renameSet, restoreWith } from '../oracle/iptables/legacy-host.ts'
import { needs } from '../support/needs.ts'
import { readNetfilterOf } from '../support/netfilter.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

const EPERM = 1
const EPROTO = 71

/** A kernel with one set, that takes its own protocol version only, as those before 5.0 do. */
function kernel(version: number, sets: Readonly<Record<number, string>>, asked: number[] = []): AskIpset {
  return value => {
    const reader = new ByteReader(value)
    asked.push(reader.u32(0))
    if (reader.u32(0) === 0x100) {
      value[4] = version
      return
    }
    if (reader.u32(4) !== version) throw new SystemCallError('getsockopt', EPROTO)
    expect(value).toHaveLength(40)
    const name = new TextEncoder().encode(sets[reader.u16(8)] ?? '')
    value.fill(0, 8).set(name, 8)
  }
}

describe('names of ipsets', () => {
  it('are asked for once each, in the version that the kernel has', () => {
    const asked: number[] = []
    const setName = createSetNames(kernel(6, { 3: 'allowed', 300: 'far' }, asked), reason =>
      expect.fail(reason),
    )
    expect([3, 300, 3, 4, 4].map(setName)).toEqual(['allowed', 'far', 'allowed', undefined, undefined])
    expect(asked).toEqual([0x100, 7, 7, 7])
  })

  it('are unknown when the kernel refuses, which is said once', () => {
    const reasons: string[] = []
    let asked = 0
    const refuse: AskIpset = () => {
      asked++
      throw new SystemCallError('getsockopt', EPERM)
    }
    const setName = createSetNames(refuse, reason => reasons.push(reason))
    expect([setName(0), setName(1)]).toEqual([undefined, undefined])
    expect(reasons).toEqual(['names of ipsets: getsockopt: EPERM'])
    expect(asked).toBe(1)
  })
})

describe('ipsets in rules of a namespace', needs('root', 'program:iptables-nft-restore'), () => {
  let netns: TestNetns
  let missing: string | undefined
  beforeAll(() => {
    netns = makeNetns('sets')
    try {
      createSet(netns, 'other', 'hash:ip', 'ip')
      createSet(netns, 'allowed', 'hash:ip', 'ip')
    } catch (error) {
      missing = `needs a kernel with ipset (${String(error)})`
    }
  })
  afterAll(() => netns.remove())

  const rule = (name: string) => `-A INPUT -m set --match-set ${name} src -j DROP`

  /** Puts the rule into both back ends; no words of it, and the tables are empty. */
  function load(...rules: readonly string[]): void {
    for (const backend of ['nft', 'legacy']) {
      const save = ['*filter', ...rules, 'COMMIT', ''].join('\n')
      expect(restoreWith(netns, `iptables-${backend}-restore`, save)).toBe('')
    }
  }

  const texts = () => readNetfilterOf(netns).flatMap(table => table.rules.map(({ text }) => text))

  it('have the name that they have now', ({ task, skip }) => {
    if (missing !== undefined) {
      task.meta.skipped = missing
      skip(missing)
    }
    load(rule('allowed'))
    expect(texts()).toEqual([rule('allowed'), rule('allowed')])
    // A set keeps its name as long as a rule refers to it.
    load()
    renameSet(netns, 'allowed', 'denied')
    load(rule('denied'))
    expect(texts()).toEqual([rule('denied'), rule('denied')])
  })
})
