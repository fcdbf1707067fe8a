import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askResolver } from '../../src/collectors/kernel/ask-resolver.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

const program = resolve(import.meta.dirname, '../support/resolver-program.ts')

describe('the embedded resolver', needs('root', 'program:ip'), () => {
  let netns: TestNetns
  let silent: TestNetns
  let server: ChildProcess
  beforeAll(async () => {
    netns = makeNetns('dns')
    silent = makeNetns('dns')
    for (const each of [netns, silent]) each.ip('link', 'set', 'lo', 'up')
    server = spawn('ip', ['netns', 'exec', netns.name, process.execPath, program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(server.stdout!, 'data')
  })
  afterAll(() => {
    server.kill()
    netns.remove()
    silent.remove()
  })

  const ask = (name: string, { id, path }: Pick<TestNetns, 'id' | 'path'> = netns, timeoutMs = 400) =>
    askResolver(
      { id, kind: 'container', name: 'test', paths: [path], pids: [], pidCount: 0 },
      name,
      timeoutMs,
    )

  it.each([
    ['web', ['10.0.1.4', '10.0.1.3']],
    // Answers to other questions are not taken.
    ['forged', ['10.0.1.8']],
    // The first datagram gets no answer, the second does.
    ['lost', ['10.0.1.9']],
  ])('%s has addresses', (name, addresses) => {
    expect(ask(name, netns, 4000)).toEqual({ kind: 'addresses', addresses })
  })

  it.each([
    ['missing', '127.0.0.11 answers NXDOMAIN'],
    ['empty', '127.0.0.11 knows it, but no IPv4 address of it'],
    ['garbage', '127.0.0.11 answered with what is no DNS message'],
    ['silent', '127.0.0.11 did not answer within 0.4 s'],
  ])('%s has none', (name, reason) => {
    expect(ask(name)).toEqual({ kind: 'failure', reason })
  })

  it('that is not there is said to refuse', () => {
    expect(ask('web', silent)).toEqual({ kind: 'failure', reason: '127.0.0.11: ECONNREFUSED' })
  })

  it('is not asked in a namespace that is gone, nor in another one at its path', () => {
    expect(ask('web', { id: 'net:[1]', path: netns.path }).kind).toBe('not-asked')
    expect(ask('web', { id: netns.id, path: '/run/netns/cnmtop-none' }).kind).toBe('not-asked')
  })
})
