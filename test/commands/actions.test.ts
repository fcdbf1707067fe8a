import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAudit } from '../../src/actions/audit-read.ts'
import { type FakeDocker, fakeDocker } from '../support/fake-docker.ts'
import { snapshotPath } from '../support/cluster-captures.ts'
import { cnmtop, type Ended, program } from '../support/program.ts'

const file = ['--from-snapshot', snapshotPath('swarm', 'node1')]
const directory = mkdtempSync(join(tmpdir(), 'cnmtop-actions-'))
const log = join(directory, 'audit.jsonl')
let daemon: FakeDocker

beforeAll(async () => {
  mkdirSync(join(directory, 'netns'))
  daemon = await fakeDocker('26.1-manager')
  const services = daemon.answers['/services?status=true'] as { ID: string }[]
  for (const service of services) daemon.answers[`/services/${service.ID}`] = service
  daemon.answers['/networks/create'] = { Id: 'n1', Warning: '' }
})
afterAll(async () => {
  await daemon.close()
  rmSync(directory, { recursive: true })
})

/** On the fake daemon, without the namespaces of this machine. */
async function run(...words: readonly string[]): Promise<Ended> {
  return runWith({}, ...words)
}

async function runWith(env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Ended> {
  const look = ['--only-netns-dirs', '--netns-dir', join(directory, 'netns')]
  if (!words.includes('--docker-host')) look.push('--docker-host', daemon.socket)
  const child = spawn(process.execPath, [program, ...words, ...look], {
    env: { PATH: process.env['PATH'], CNMTOP_AUDIT_LOG: log, CNMTOP_CONFIG: '/dev/null', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      ended[name] += text
    })
  }
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, ...ended }
}

function writes(): string[] {
  return daemon.requests.filter(path => path.includes('/networks/create'))
}

describe('a dry run', () => {
  it.each([
    [
      ['net', 'create', 'my-network', '-d', 'overlay', '--subnet', '192.168.10.0/24'],
      0,
      'docker network create',
    ],
    [['net', 'create', 'app', '-d', 'overlay'], 3, 'error in name: There is a network app'],
    [['net', 'rm', 'app'], 3, 'In use by services'],
    [['net', 'prune'], 0, 'docker network prune --force'],
    [['service', 'create', '--name', 'x', '-p', '8080:80', 'nginx', 'sh', '-c', 'x'], 3, 'published by web'],
    [['service', 'update', 'web', '--force'], 0, 'docker service update --force web'],
    [['service', 'update', 'web', '--publish-rm', '8080:80'], 0, 'Port 8080:80/tcp does not lead to web'],
    [['service', 'scale', 'web=0'], 0, 'nobody answers for it'],
    [['service', 'rm', 'web'], 0, '(severe)'],
  ])('of %j ends with %i, and needs nothing', (words, code, sentence) => {
    const [group = '', verb = '', ...rest] = words
    const ended = cnmtop([group, verb, '--dry-run', ...file, ...rest])
    expect([ended.code, ended.stderr]).toEqual([code, ''])
    expect(ended.stdout).toContain(sentence)
  })

  it('shows no value of a variable, and is one document with --json', () => {
    const words = [
      'service',
      'create',
      '--dry-run',
      '--json',
      ...file,
      '--name',
      'x',
      '-e',
      'P=hunter2',
      'nginx',
    ]
    const { stdout } = cnmtop(words)
    expect(stdout).not.toContain('hunter2')
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'cnmtop.action',
      plan: { confirmWord: 'x', checks: [] },
    })
  })

  it('says on a worker what is not possible there, and why', async () => {
    const worker = await fakeDocker('26.1-worker')
    for (const words of [
      ['service', 'scale', 'web=3'],
      ['service', 'update', 'web', '--force'],
      ['service', 'rm', 'web'],
      ['net', 'create', 'x', '-d', 'overlay'],
    ]) {
      const ended = await run(...words, '--dry-run', '--docker-host', worker.socket)
      expect(ended, words.join(' ')).toMatchObject({
        code: 3,
        stdout: expect.stringContaining('this node is a worker'),
      })
    }
    const sent = await run(
      'service',
      'scale',
      'web=3',
      '--allow-actions',
      '--yes',
      '--docker-host',
      worker.socket,
    )
    expect([sent.code, sent.stderr]).toEqual([3, expect.stringContaining('this node is a worker')])
    await worker.close()
  })

  it('sends nothing', async () => {
    const { code } = await run('net', 'create', 'dry', '--dry-run')
    expect([code, writes()]).toEqual([0, []])
  })
})

describe('wrong usage', () => {
  it.each([
    [['net', 'create'], "missing required argument 'name'"],
    [['net', 'create', 'x', '--label', '=y', '--dry-run', ...file], 'NAME=VALUE is needed'],
    [
      ['net', 'create', 'x', '-o', 'com.docker.network.driver.mtu=big', '--dry-run', ...file],
      'a number is needed',
    ],
    [
      [
        'net',
        'create',
        'x',
        '-o',
        'com.docker.network.driver.overlay.vxlanid_list=1,b',
        '--dry-run',
        ...file,
      ],
      'a number is needed',
    ],
    [['service', 'create', 'nginx'], "required option '--name <name>' not specified"],
    [['service', 'create', '--name', 'x', '-p', '80:', 'nginx'], '[PUBLISHED:]TARGET[/PROTOCOL]'],
    [['service', 'create', '--name', 'x', '-p', 'published=80', 'nginx'], 'target=PORT is missing'],
    [
      ['service', 'create', '--name', 'x', '--mount', 'type=npipe,target=/x', 'nginx'],
      'bind, volume or tmpfs',
    ],
    [['service', 'create', '--name', 'x', '--mode', 'global', '--replicas', '2', 'nginx'], '--replicas'],
    [['service', 'scale', 'web'], 'SERVICE=TASKS is needed'],
    [['service', 'update', 'web'], 'one change at a time'],
    [['net', 'rm', 'app', ...file], 'cannot be changed'],
  ])('%j', (words, sentence) => {
    const ended = cnmtop(words)
    expect([ended.code, ended.stdout]).toEqual([2, ''])
    expect(ended.stderr).toContain(sentence)
  })
})

describe('an action', () => {
  it('needs to be allowed', async () => {
    const { code, stderr } = await run('net', 'create', 'not-allowed')
    expect([code, writes()]).toEqual([4, []])
    expect(stderr).toContain('--allow-actions')
  })

  it('is not done when nobody can be asked', async () => {
    const { code, stderr } = await run('net', 'create', 'not-asked', '--allow-actions')
    expect([code, writes()]).toEqual([2, []])
    expect(stderr).toContain('--yes')
  })

  it('that destroys wants the name, not only --yes', async () => {
    const bare = await run('service', 'rm', 'web', '--allow-actions', '--yes')
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('--confirm web')])
    const wrong = await run('service', 'rm', 'web', '--allow-actions', '--confirm', 'api')
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('the name is web')])
    expect(readAudit(log).entries).toEqual([])
  })

  it('is noted, sent and told, and the log leads back', async () => {
    const { code, stdout, stderr } = await run('net', 'create', 'done', '--allow-actions', '--yes')
    expect(stderr).toContain('Done.')
    expect([code, writes().length]).toEqual([0, 1])
    expect(stdout).toContain('The data plane of this node is as it was.')
    const [entry] = readAudit(log).entries
    expect(entry).toMatchObject({
      intended: { title: 'Create network done (bridge)' },
      outcome: { end: 'done' },
    })
    const audit = await run('audit')
    expect(audit.stdout).toContain('docker network rm done')
    const undo = await run('undo', '--dry-run')
    expect(undo.stderr).toContain('takes back: Create network done (bridge)')
    expect(undo.stdout).toContain('DELETE /networks/done')
  })

  it('that the daemon refuses says so in its words', async () => {
    daemon.behave(/networks\/create/, { status: 403, body: '{"message":"Pool overlaps with other one"}' })
    const { code, stderr } = await run('net', 'create', 'refused', '--allow-actions', '--yes')
    daemon.behave(/networks\/create/, undefined)
    expect(code).toBe(3)
    expect(stderr).toContain('The daemon refused it (403): Pool overlaps with other one')
    // Whatever has that name was not made by it.
    expect(stderr).not.toMatch(/^cnmtop: undo:/m)
    const { id } = readAudit(log).entries.at(-1)!
    const undo = await run('undo', id, '--dry-run')
    expect([undo.code, undo.stderr]).toEqual([3, expect.stringContaining('Nothing of it was done')])
  })

  it('is not begun with a log that cannot be read', async () => {
    const sent = writes().length
    const words = ['net', 'create', 'unread', '--allow-actions', '--yes']
    const { code, stderr } = await runWith({ CNMTOP_AUDIT_LOG: directory }, ...words)
    expect([code, stderr]).toEqual([4, expect.stringContaining('cannot read the log')])
    expect(writes()).toHaveLength(sent)
  })

  it('without a daemon is not even tried', async () => {
    const { code, stderr } = cnmtop([
      ...['net', 'create', 'x', '--allow-actions', '--yes', '--docker-host', '/nowhere/docker.sock'],
      ...['--only-netns-dirs', '--netns-dir', join(directory, 'netns')],
    ])
    expect([code, stderr]).toEqual([5, expect.stringContaining('nothing was sent')])
  })

  it('leaves a log that only its owner reads', () => {
    expect(readFileSync(log, 'utf8')).not.toBe('')
  })
})
