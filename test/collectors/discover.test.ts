import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { discover } from '../../src/collectors/kernel/discover.ts'
import { kindOfFile } from '../../src/collectors/kernel/kinds.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

describe('discover', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cnmtop-discover-'))
  afterAll(() => rmSync(directory, { recursive: true }))

  it('finds the namespace that it runs in, by process', () => {
    const own = readlinkSync('/proc/self/ns/net')
    const found = discover().namespaces.find(({ id }) => id === own)
    expect(found?.pidCount).toBeGreaterThan(0)
  })

  it('says of plain files that they are no namespaces', () => {
    mkdirSync(join(directory, 'plain'))
    writeFileSync(join(directory, 'plain', '18531514ffd0'), '')
    const { namespaces, sources } = discover({ netnsDirs: [join(directory, 'plain')], onlyNetnsDirs: true })
    expect(namespaces).toEqual([])
    expect(sources).toMatchObject([
      {
        source: `dir ${join(directory, 'plain')}`,
        status: 'partial',
        reason: expect.stringContaining('18531514ffd0 is not a namespace'),
      },
    ])
  })

  it('says of a directory that was asked for that no such file or directory, and is silent about usual ones', () => {
    const absent = join(directory, 'absent')
    const { sources } = discover({ netnsDirs: [absent] })
    expect(sources.find(({ source }) => source === `dir ${absent}`)).toMatchObject({
      status: 'unavailable',
      reason: 'no such file or directory',
    })
    expect(sources.filter(({ status }) => status === 'unavailable')).toHaveLength(1)
  })

  describe('with namespaces', needs('root', 'program:ip'), () => {
    let netns: TestNetns
    beforeAll(() => {
      netns = makeNetns('discover')
    })
    afterAll(() => netns.remove())

    it('merges the ways to one namespace by its inode', async () => {
      symlinkSync('/run/netns', join(directory, 'link'))
      const sleeper = spawn('nsenter', [`--net=${netns.path}`, 'sleep', '60'], { stdio: 'ignore' })
      try {
        await once(sleeper, 'spawn')
        await expect
          .poll(() => discover().namespaces.find(({ id }) => id === netns.id)?.pids)
          .toEqual([sleeper.pid])
        const found = discover({ netnsDirs: [join(directory, 'link')] }).namespaces.filter(
          ({ id }) => id === netns.id,
        )
        expect(found).toMatchObject([
          {
            name: netns.name,
            kind: 'container',
            paths: [join(directory, 'link', netns.name)],
            pidCount: 1,
          },
        ])
      } finally {
        sleeper.kill()
        await once(sleeper, 'exit')
      }
    })
  })
})

describe('namespaces of other kinds', needs('root', 'program:ip', 'program:mount'), () => {
  const directory = mkdtempSync(join(tmpdir(), 'cnmtop-kinds-'))
  /** A mount namespace cannot be mounted into itself. */
  const others = ['uts', 'ipc', 'pid', 'user']
  const mounted: string[] = []
  let netns: TestNetns
  const mountOver = (name: string, source: string): void => {
    const path = join(directory, name)
    writeFileSync(path, '')
    execFileSync('mount', ['--bind', source, path])
    mounted.push(path)
  }
  beforeAll(() => {
    netns = makeNetns('kinds')
    mountOver('a-net', netns.path)
    for (const kind of others) mountOver(`a-${kind}`, `/proc/self/ns/${kind}`)
  })
  afterAll(() => {
    for (const path of mounted) execFileSync('umount', [path])
    rmSync(directory, { recursive: true })
    netns.remove()
  })

  it('are said to be so, and are no network namespaces', () => {
    const { namespaces, sources } = discover({ netnsDirs: [directory], onlyNetnsDirs: true })
    expect(namespaces.map(({ id, name }) => [id, name])).toEqual([[netns.id, 'a-net']])
    expect(sources).toMatchObject([{ source: `dir ${directory}`, status: 'partial' }])
    const reason = sources[0]?.reason
    for (const kind of others) {
      expect(reason).toContain(`a-${kind} is not a network namespace: its type is ${kind}`)
    }
  })
})

describe('kindOfFile', () => {
  it.each([
    ['ingress_sbox', 'ingress'],
    ['default', 'host'],
    ['lb_opsjcgadw', 'load-balancer'],
    ['1-i6xug49nwd', 'overlay'],
    ['12-vxe1cwk14', 'overlay'],
    ['18531514ffd0', 'container'],
    ['18531514ffd', 'other'],
    ['my-netns', 'other'],
  ])('%s is %s', (name, kind) => {
    expect(kindOfFile(name, false)).toBe(kind)
  })

  it('takes a file of any name with processes inside for a container', () => {
    expect(kindOfFile('my-netns', true)).toBe('container')
  })
})
