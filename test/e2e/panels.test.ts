import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTerminal, type RunningTerminal } from '../../scripts/terminal.ts'
import { type FakeDocker, fakeDocker } from '../support/fake-docker.ts'
import {
  choose,
  confirm,
  planOverlay,
  planService,
  shows,
  steps,
  tells,
  typeWord,
} from '../support/panel-keys.ts'
import { program } from '../support/program.ts'
import { patiently } from '../support/patiently.ts'

/** The whole program in a pseudo-terminal, on a recorded daemon that takes what it is told. Nothing sleeps but where a key is held. */
const directory = mkdtempSync(join(tmpdir(), 'cnmtop-panels-'))
const log = join(directory, 'state/audit.jsonl')
const open = new Set<RunningTerminal>()
let daemon: FakeDocker

beforeAll(async () => {
  mkdirSync(join(directory, 'netns'))
  daemon = await fakeDocker('26.1-manager')
  const services = daemon.answers['/services?status=true'] as { ID: string }[]
  for (const service of services) daemon.answers[`/services/${service.ID}`] = service
  daemon.answers['/networks/create'] = { Id: 'n1', Warning: '' }
  daemon.answers['/networks/n1'] = { Id: 'n1', IPAM: { Config: [{ Gateway: '192.168.10.1' }] } }
})

beforeEach(() => rmSync(log, { force: true }))

afterEach(async () => {
  await Promise.all([...open].map(terminal => terminal.close()))
  open.clear()
  daemon.behave(/create/, undefined)
})

afterAll(async () => {
  await daemon.close()
  rmSync(directory, { recursive: true })
})

/** The program on the view of networks or services, when it shows what the daemon told. */
async function start(
  view: 'networks' | 'services',
  words: readonly string[] = ['--allow-actions'],
  size = { cols: 110, rows: 32 },
): Promise<RunningTerminal> {
  const look = ['--only-netns-dirs', '--netns-dir', join(directory, 'netns'), '--docker-host', daemon.socket]
  const terminal = openTerminal([process.execPath, program, ...look, '--view', view, ...words], {
    ...size,
    env: { CNMTOP_AUDIT_LOG: log, CNMTOP_CONFIG: '/dev/null', HOME: directory },
  })
  open.add(terminal)
  await terminal.until(shows(view === 'networks' ? 'appnet' : 'web'), 20_000)
  return terminal
}

const created = (): string[] => daemon.requests.filter(path => path.includes('/networks/create'))

describe('a network by keys', () => {
  it('is made, logged, and told of', async () => {
    const terminal = await start('networks')
    await planOverlay(terminal, 'my-network', '192.168.10.0/24')
    expect(terminal.text().join('\n')).toContain(
      'docker network create --driver overlay --subnet 192.168.10.0/24',
    )
    expect(existsSync(log)).toBe(false)
    await confirm(terminal, '✔ Done.')
    expect(created()).toHaveLength(1)
    expect(statSync(log).mode & 0o777).toBe(0o600)
    expect(readFileSync(log, 'utf8')).toContain('"event":"ended"')
    await steps(
      terminal,
      ['\x1b', '━━ Networks'],
      ['@', '✔ done'],
      ['\r', 'POST /networks/create'],
      ['u', 'Plan: '],
    )
  })

  it('is planned and not sent without permission', async () => {
    const terminal = await start('networks', [])
    await planOfNetwork2(terminal)
    expect(terminal.text().join('\n')).toContain('Not sent: cnmtop only reads')
    expect(existsSync(log)).toBe(false)
  })

  async function planOfNetwork2(terminal: RunningTerminal): Promise<void> {
    await choose(terminal, 'Create a network', '━━ Create a network')
    await steps(terminal, ['other', 'other'], ['\r', '[>Back<]'])
  }

  it('is filled in on a terminal that changes its size', async () => {
    const terminal = await start('networks')
    await choose(terminal, 'Create a network', '━━ Create a network')
    await steps(terminal, ['my-net', 'my-net'])
    for (const [cols, rows] of [
      [60, 16],
      [140, 40],
      [50, 10],
      [80, 24],
    ] as const) {
      terminal.resize(cols, rows)
      await terminal.until(shows(cols < 60 ? 'Terminal too small' : 'my-net'))
    }
    await steps(terminal, ['work', 'my-network'])
    expect(terminal.text().find(row => row.includes('Name'))).toContain('my-network')
  })
})

describe('a service by keys', () => {
  it('is planned with its network, its replicas and its port', async () => {
    const terminal = await start('networks')
    await planService(terminal, { name: 'nginx-ingress', image: 'nginx:1.29', replicas: '3', port: '81' })
    const told = terminal
      .text()
      .join(' ')
      .replaceAll(/[\s\\]+/g, ' ')
    expect(told).toContain('docker service create --name nginx-ingress --replicas 3')
    expect(told).toMatch(/--publish (?:81:80|published=81,target=80|'?mode=ingress,\S+)/)
    expect(existsSync(log)).toBe(false)
  })
})

describe('nothing is destroyed', () => {
  it('by keys that are held down, or text that is pasted', async () => {
    const terminal = await start('services')
    await choose(terminal, 'Remove a service', 'Type ')
    await terminal.until(shows('[>Cancel<]'))
    const [, name = ''] = /Type (\S+) to confirm/.exec(terminal.text().join('\n')) ?? []
    expect(name).not.toBe('')
    await steps(terminal, ['\t', '[ Cancel ]'])
    // Pasted, with the marks of a paste and without.
    await steps(
      terminal,
      [`\x1b[200~${name}\r\x1b[201~`, 'has to be typed'],
      [`${name}\t\r`, 'Letter by letter'],
    )
    // Held down: the button is chosen, and Enter comes again and again.
    await typeWord(terminal, 'confirm: ', name)
    await terminal.until(shows('[ Do it ]'))
    terminal.type('\t')
    for (let count = 0; count < 30; count++) {
      terminal.type('\r')
      await new Promise(resolve => setTimeout(resolve, 33))
    }
    expect(terminal.text().join('\n')).toContain('Plan: Remove service')
    expect(existsSync(log)).toBe(false)
    await steps(terminal, ['\x1b', '━━ Services'])
  })

  it('and who is killed in the midst of an action finds it told at the next start', async () => {
    daemon.behave(/networks\/create/, 'hang')
    const before = created().length
    const terminal = await start('networks')
    await planOverlay(terminal, 'my-network', '192.168.10.0/24')
    await confirm(terminal, '… POST /networks/create')
    await patiently(() => expect(created()).toHaveLength(before + 1))
    process.kill(terminal.pid, 'SIGKILL')
    await terminal.exited
    expect(readFileSync(log, 'utf8')).toContain('"event":"intended"')
    const again = await start('networks')
    await again.until(shows('An action of an earlier run was not finished'))
    await steps(again, ['@', '▲ unfinished'], ['\r', 'POST /networks/create'])
    again.type(']')
    await again.until(tells('which is gone; no answer was noted'))
    // Nothing is sent again by itself.
    expect(created()).toHaveLength(before + 1)
  })
})
