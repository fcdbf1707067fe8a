import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openTerminal, type RunningTerminal } from '../../scripts/terminal.ts'
import { type FakeDocker, fakeDocker } from '../support/fake-docker.ts'
import { program } from '../support/program.ts'

/** What a person answers in a pseudo-terminal before something is changed. */
const directory = mkdtempSync(join(tmpdir(), 'cnmtop-confirm-'))
const open = new Set<RunningTerminal>()
let daemon: FakeDocker

beforeAll(async () => {
  mkdirSync(join(directory, 'netns'))
  daemon = await fakeDocker('26.1-manager')
  daemon.answers['/networks/create'] = { Id: 'n1', Warning: '' }
  for (const service of daemon.answers['/services?status=true'] as { ID: string }[]) {
    daemon.answers[`/services/${service.ID}`] = service
  }
})

afterEach(async () => {
  await Promise.all([...open].map(terminal => terminal.close()))
  open.clear()
  daemon.requests.splice(0)
})

afterAll(async () => {
  await daemon.close()
  rmSync(directory, { recursive: true })
})

function start(...words: readonly string[]): RunningTerminal {
  const look = ['--only-netns-dirs', '--netns-dir', join(directory, 'netns'), '--docker-host', daemon.socket]
  const terminal = openTerminal([process.execPath, program, ...words, '--allow-actions', ...look], {
    cols: 120,
    rows: 40,
    env: { CNMTOP_AUDIT_LOG: join(directory, 'audit.jsonl'), CNMTOP_CONFIG: '/dev/null' },
  })
  open.add(terminal)
  return terminal
}

const shows = (part: string) => (rows: string[]) => rows.some(row => row.includes(part))
const writes = (): string[] => daemon.requests.filter(path => path.includes('/networks/create'))

describe('a question', () => {
  it('is answered with No by Enter', async () => {
    const terminal = start('net', 'create', 'x')
    await terminal.until(shows('Do it? [y/N]'))
    terminal.type('\r')
    expect((await terminal.exited).code).toBe(130)
    expect(writes()).toEqual([])
  })

  it('is answered with y', async () => {
    const terminal = start('net', 'create', 'x', '--no-proof')
    await terminal.until(shows('Do it? [y/N]'))
    terminal.type('y\r')
    expect((await terminal.exited).code).toBe(0)
    expect(writes()).toHaveLength(1)
  })

  it('is not answered by what was typed before it stood there', async () => {
    const terminal = start('net', 'create', 'x')
    // As a paste, or a key that is held down.
    terminal.type('y\ry\ry\r')
    await terminal.until(shows('Do it? [y/N]'))
    terminal.type('\r')
    expect((await terminal.exited).code).toBe(130)
    expect(writes()).toEqual([])
  })

  it('is not answered by a line that was begun before', async () => {
    const terminal = start('net', 'create', 'x')
    terminal.type('y')
    await terminal.until(shows('Do it? [y/N]'))
    terminal.type('\r')
    expect((await terminal.exited).code).toBe(130)
    expect(writes()).toEqual([])
  })

  it('comes behind the plan, also where data is wanted', async () => {
    const terminal = start('net', 'create', 'x', '--json')
    await terminal.until(shows('Do it? [y/N]'))
    expect(terminal.text().join('\n')).toContain('docker network create --driver bridge x')
    terminal.type('\r')
    expect((await terminal.exited).code).toBe(130)
  })

  it('about what destroys is answered by the name, and by nothing else', async () => {
    for (const answer of ['y\r', 'WEB\r', 'web2\r', '\r']) {
      const terminal = start('service', 'rm', 'web')
      await terminal.until(shows('Type web to do it'))
      terminal.type(answer)
      expect((await terminal.exited).code, answer).toBe(130)
    }
    expect(daemon.requests.filter(path => /\/services\/\w+$/.test(path)).length).toBe(4)
  })

  it('is left with Ctrl-C', async () => {
    const terminal = start('net', 'create', 'x')
    await terminal.until(shows('Do it? [y/N]'))
    terminal.type('\u0003')
    await terminal.exited
    expect(writes()).toEqual([])
  })
})
