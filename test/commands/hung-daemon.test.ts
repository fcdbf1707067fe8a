import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTerminal, type RunningTerminal } from '../../scripts/terminal.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'
import { program } from '../support/program.ts'

const needed = needs('root', 'program:ip')

describe('a daemon that is stopped with SIGSTOP', needed, () => {
  let netns: TestNetns
  let daemon: ChildProcess
  let terminal: RunningTerminal
  const directory = mkdtempSync(join(tmpdir(), 'cnmtop-hung-'))

  beforeAll(async () => {
    netns = makeNetns('hung')
    symlinkSync(netns.path, join(directory, 'blue'))
    daemon = spawn(process.execPath, [resolve(import.meta.dirname, '../support/docker-program.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [socket] = (await once(createInterface(daemon.stdout!), 'line')) as [string]
    terminal = openTerminal(
      [
        process.execPath,
        program,
        '--view',
        'namespaces',
        '--only-netns-dirs',
        '--netns-dir',
        directory,
      ].concat([...['--docker-host', `unix://${socket}`, '--timeout', '1']]) as [string, ...string[]],
      { cols: 120, rows: 30 },
    )
    await terminal.until(shows('docker'))
  })

  afterAll(async () => {
    await terminal.close()
    daemon.kill('SIGCONT')
    daemon.kill('SIGTERM')
    netns.remove()
    rmSync(directory, { recursive: true, force: true })
  })

  it('takes neither the keys nor the kernel away, is told to be away, and comes back', async () => {
    daemon.kill('SIGSTOP')
    netns.ip('link', 'add', 'red0', 'type', 'bridge')
    await terminal.until(shows('red0: '))
    await terminal.until(shows('Docker is away'))
    // Everything that the screen does still works.
    terminal.type('2')
    await terminal.until(shows('appnet'))
    terminal.type('?')
    await terminal.until(shows('━━ Keys'))
    terminal.type('q8')
    netns.ip('link', 'add', 'red1', 'type', 'bridge')
    await terminal.until(shows('red1: '))
    netns.ip('link', 'del', 'red0')
    await terminal.until(rows => !shows('red0: ')(rows))
    expect(shows('Docker is away')(terminal.text())).toBe(true)
    daemon.kill('SIGCONT')
    terminal.type('r')
    await terminal.until(rows => !shows('Docker is away')(rows))
  })
})

const shows = (part: string) => (rows: string[]) => rows.some(row => row.includes(part))
