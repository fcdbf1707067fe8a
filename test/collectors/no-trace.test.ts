import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collectSnapshot } from '../../src/collectors/kernel/collect.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

const ROUNDS = 50

describe('looking leaves no trace', needs('root', 'program:ip', 'program:nft'), () => {
  /** One namespace that nobody touched, one with rules in nf_tables, one with legacy rules. */
  let namespaces: TestNetns[]
  /** Of these alone. */
  const directory = mkdtempSync(join(tmpdir(), 'cnmtop-no-trace-'))
  beforeAll(() => {
    namespaces = [makeNetns('untouched'), makeNetns('nft'), makeNetns('legacy')]
    for (const { name, path } of namespaces) symlinkSync(path, join(directory, name))
    inside(namespaces[1]!, 'nft', 'add table inet watched')
    // Without legacy iptables in this kernel the third is one more untouched namespace.
    inside(
      namespaces[2]!,
      'iptables-legacy',
      '-t',
      'mangle',
      '-A',
      'PREROUTING',
      '-j',
      'MARK',
      '--set-mark',
      '1',
    )
  })
  afterAll(() => {
    for (const netns of namespaces) netns.remove()
    rmSync(directory, { recursive: true })
  })

  // Namespaces of other tests are collected too, in the first rounds: there may be one with a hundred thousand rules among them.
  it(`in the kernel and in the process, over ${ROUNDS} collections`, { timeout: 300_000 }, async () => {
    const options = { netnsDirs: ['/run/netns'] }
    const untouched = kernelTraces(namespaces)
    // The first one loads native modules and opens what a thread keeps.
    const first = collectSnapshot(options)
    expect(first.namespaces.map(({ id }) => id)).toEqual(
      expect.arrayContaining(namespaces.map(({ id }) => id)),
    )
    expect(collectSnapshot({ netnsDirs: [directory], onlyNetnsDirs: true }).namespaces).toHaveLength(3)
    const own = ownTraces()
    for (let round = 0; round < 3; round++) collectSnapshot(options)
    for (let round = 3; round < ROUNDS; round++)
      collectSnapshot({ netnsDirs: [directory], onlyNetnsDirs: true })
    expect(ownTraces()).toEqual(own)
    // The kernel frees closed sockets a moment later.
    await expect.poll(() => kernelTraces(namespaces)).toEqual(untouched)
  })

  it('and starts no process, mounts nothing and loads no module', needs('program:strace'), () => {
    const directory = mkdtempSync(join(tmpdir(), 'cnmtop-trace-'))
    try {
      const script = join(directory, 'collect.ts')
      const collect = join(import.meta.dirname, '../../src/collectors/kernel/collect.ts')
      writeFileSync(
        script,
        `import { collectSnapshot } from ${JSON.stringify(collect)}
        for (let round = 0; round < 5; round++) collectSnapshot({ netnsDirs: ['/run/netns'] })`,
      )
      const log = join(directory, 'strace.log')
      execFileSync('strace', [
        '-f',
        '-qq',
        '-e',
        'trace=process,mount,umount2,init_module,finit_module',
        '-o',
        log,
        process.execPath,
        script,
      ])
      const calls = readFileSync(log, 'utf8').split('\n').filter(Boolean)
      const programs = calls.filter(line => line.includes('execve('))
      const forks = calls.filter(
        line => /\b(fork|vfork|clone3?)\(/.test(line) && !line.includes('CLONE_THREAD'),
      )
      expect(programs).toHaveLength(1)
      expect(forks).toEqual([])
      expect(calls.filter(line => /\b(mount|umount2|f?init_module)\(/.test(line))).toEqual([])
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

function inside(netns: TestNetns, program: string, ...words: string[]): string {
  const done = spawnSync('nsenter', [`--net=${netns.path}`, program, ...words], { encoding: 'utf8' })
  return done.stdout
}

/** What a look could change in a namespace or in the whole kernel. */
function kernelTraces(namespaces: readonly TestNetns[]): unknown {
  return {
    namespaces: namespaces.map(netns => ({
      legacy4: inside(netns, 'cat', '/proc/net/ip_tables_names'),
      legacy6: inside(netns, 'cat', '/proc/net/ip6_tables_names'),
      nft: inside(netns, 'nft', 'list', 'tables'),
      sockets: inside(netns, 'cat', '/proc/net/netlink').split('\n').length,
      links: netns.ip('-d', 'link').toString(),
    })),
    modules: existsSync('/proc/modules') ? readFileSync('/proc/modules', 'utf8') : '',
  }
}

/** What a look could leave in this process. */
function ownTraces(): unknown {
  return {
    mounts: mounts(),
    descriptors: readdirSync('/proc/self/fd').length,
    threads: new Set(
      readdirSync('/proc/self/task').map(thread => readlinkSync(`/proc/self/task/${thread}/ns/net`)),
    ),
  }
}

/** Mounts of this process, but for those that tests beside this one make and remove. */
function mounts(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter(line => !line.includes(' - nsfs ') && !line.includes('cnmtop-'))
}
