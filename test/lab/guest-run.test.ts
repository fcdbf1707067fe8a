/** `lab/guest/run` before there is a guest. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { waitFor } from '../../lab/swarm/exec.ts'
import { needs } from '../support/needs.ts'

const run = resolve(import.meta.dirname, '../../lab/guest/run')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cnmtop-guest-run-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s while the root tree is made ends it, and takes what was made',
  needs('root', 'program:debootstrap', 'program:setpriv'),
  async signal => {
    const cache = join(folder, 'cache')
    const programs = join(folder, 'bin')
    const mark = join(folder, 'began')
    mkdirSync(programs)
    // Ignores what a terminal would send it too.
    const text = `#!/bin/sh\ntrap '' INT TERM HUP\nmkdir -p "$4/usr"\necho begun >'${mark}'\nsleep 60\n`
    writeFileSync(join(programs, 'debootstrap'), text, { mode: 0o755 })
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', run, '--', 'true'], {
      env: {
        ...process.env,
        CNMTOP_CACHE: cache,
        CNMTOP_DEBIAN_MIRROR: 'http://debian.invalid/debian',
        PATH: `${programs}:${process.env['PATH']}`,
      },
      stdio: 'ignore',
    })
    const ended = once(child, 'exit')
    await waitFor(() => (existsSync(mark) ? undefined : 'debootstrap has not begun'))
    child.kill(signal)
    expect(await ended).toEqual([130, null])
    expect(readdirSync(cache).filter(name => name.startsWith('root-'))).toEqual([])
    const left = readdirSync('/proc').filter(pid => commandLine(pid).includes(programs))
    expect(left).toEqual([])
  },
)

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

test('root without the right to make namespaces is told so', needs('root', 'program:setpriv'), () => {
  const without = ['--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin']
  const { status, stderr } = spawnSync('setpriv', [...without, run, '--', 'true'], { encoding: 'utf8' })
  expect(stderr).toContain('namespaces of processes, mounts and network cannot be made here: ')
  expect(status).toBe(125)
})
