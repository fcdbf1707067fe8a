/** What is taken back after others have been at it meanwhile, or after only part of it was done, by real daemons. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clearSwarm } from '../../lab/scenarios/driver.ts'
import { type Ended, openSwarm, type SwarmNode, webImage } from '../../lab/swarm/index.ts'
import { parseAudit } from '../../src/actions/audit-read.ts'

const swarm = openSwarm()
const { manager, workers } = swarm
const main = join(import.meta.dirname, '../../src/main.ts')
const log = '/run/cnmtop-undo.jsonl'

async function cnmtop(node: SwarmNode, ...words: readonly string[]): Promise<Ended> {
  const ended = await node.try(['env', `CNMTOP_AUDIT_LOG=${log}`, 'node', main, ...words])
  process.stderr.write(`undo: cnmtop ${words.join(' ')}: ${ended.status}\n${ended.stderr}${ended.stdout}\n`)
  return ended
}

async function act(...words: readonly string[]): Promise<Ended> {
  const [group = '', verb = '', ...rest] = words
  return cnmtop(manager, group, verb, '--allow-actions', '--no-proof', ...rest)
}

async function undo(...words: readonly string[]): Promise<Ended> {
  return cnmtop(manager, 'undo', '--allow-actions', '--no-proof', '--yes', ...words)
}

async function docker(...words: readonly string[]): Promise<string> {
  return (await manager.exec(['docker', ...words])).trim()
}

/** Networks of these names, as docker tells them, by their names. */
async function networks(): Promise<string[]> {
  return (await docker('network', 'ls', '--format', '{{.Name}}'))
    .split('\n')
    .filter(name => name.startsWith('u-'))
    .toSorted()
}

async function inspect(name: string): Promise<unknown> {
  const [told] = JSON.parse(await docker('network', 'inspect', name)) as [Record<string, unknown>]
  const { Id: _, Created: __, ...rest } = told
  return rest
}

beforeAll(() => clearSwarm(swarm), 240_000)
afterAll(async () => {
  await docker('rm', '-f', 'u-stopped', 'u-box').catch(() => {})
  for (const name of await networks()) await docker('network', 'rm', name).catch(() => {})
  await clearSwarm(swarm)
}, 240_000)

describe('a prune', () => {
  const names = ['u-a', 'u-b', 'u-c']
  let before: unknown[]

  test('takes what its plan says, and no more', async () => {
    await docker('network', 'create', '--subnet', '172.29.1.0/24', '--label', 'a=b c', 'u-a')
    await docker(
      'network',
      'create',
      '--subnet',
      '172.29.2.0/24',
      '--gateway',
      '172.29.2.9',
      '--internal',
      '-o',
      'com.docker.network.bridge.name=ub',
      'u-b',
    )
    await docker(
      'network',
      'create',
      '-d',
      'overlay',
      '--subnet',
      '10.88.0.0/24',
      '--attachable',
      '-o',
      'com.docker.network.driver.overlay.vxlanid_list=777',
      'u-c',
    )
    await docker('network', 'create', 'u-used')
    await docker('network', 'create', 'u-idle')
    await docker('run', '-d', '--name', 'u-box', '--network', 'u-used', webImage)
    await docker('create', '--name', 'u-stopped', '--network', 'u-idle', webImage)
    before = await Promise.all(names.map(inspect))
    const plan = await act('net', 'prune', '--dry-run')
    expect(await networks()).toEqual([...names, 'u-idle', 'u-used'])
    expect(plan.stdout).toContain('u-idle is that of container u-stopped, which does not run now')
    const { status } = await act('net', 'prune', '--confirm', 'prune')
    expect(status).toBe(0)
    const left = await networks()
    for (const name of [...names, 'u-idle', 'u-used']) {
      expect(plan.stdout.includes(`Network ${name} `), name).toBe(!left.includes(name))
    }
    expect(left).toContain('u-used')
    expect(left).not.toContain('u-a')
  })

  test('is taken back around what others made meanwhile, and as far as the engine lets it', async () => {
    // Of one name somebody made another network, and of another's subnet.
    await docker('network', 'create', '--subnet', '172.29.7.0/24', 'u-a')
    await docker('network', 'create', '--subnet', '172.29.2.0/25', 'u-thief')
    const first = await undo()
    expect(first.status).toBe(3)
    expect(first.stderr).toContain('overlaps')
    await docker('network', 'rm', 'u-thief')
    // Nobody but the engine knows that the name of its bridge is taken: it refuses in the midst.
    await manager.exec(['ip', 'link', 'add', 'ub', 'type', 'dummy'])
    const there = (await networks()).length
    const second = await undo()
    expect([second.status, second.stderr]).toEqual([3, expect.stringContaining('The daemon refused it (')])
    // What it says of those before that one is so.
    const [, made = '0'] = /\((\d) requests? before it (?:was|were) done\)/.exec(second.stderr) ?? []
    expect((await networks()).length - there).toBe(Number(made))
    await manager.exec(['ip', 'link', 'del', 'ub'])
    const third = await undo()
    expect(third.status, third.stderr).toBe(0)
    expect(await networks()).toEqual([...names, 'u-idle', 'u-used'])
    await docker('start', 'u-stopped')
    expect(await inspect('u-a')).toMatchObject({ IPAM: { Config: [{ Subnet: '172.29.7.0/24' }] } })
    expect([await inspect('u-b'), await inspect('u-c')]).toEqual(before.slice(1))
    const { entries, damaged } = parseAudit(await manager.exec(['cat', log]))
    expect(damaged).toEqual([])
    expect(entries.map(({ outcome }) => outcome?.end)).toEqual(['done', 'refused', 'done'])
  })
})

describe('a disconnection', () => {
  test('is taken back on a network whose subnet the daemon chose', async () => {
    await docker('network', 'create', 'u-pool')
    await docker('network', 'connect', '--alias', 'front', 'u-pool', 'u-box')
    const { status } = await act('net', 'disconnect', '--yes', 'u-pool', 'u-box')
    expect(status).toBe(0)
    const back = await undo()
    expect(back.status, back.stderr).toBe(0)
    const told = await docker('inspect', '-f', '{{json (index .NetworkSettings.Networks "u-pool")}}', 'u-box')
    expect(told).toContain('"front"')
  })
})

describe('a worker', () => {
  test('connects a container to an overlay that it has not heard of', async () => {
    const [worker] = workers
    await docker('network', 'create', '-d', 'overlay', '--attachable', 'u-far')
    await worker!.exec(['docker', 'run', '-d', '--name', 'u-box', webImage])
    const plain = await worker!.try(['docker', 'network', 'connect', 'u-far', 'u-box'])
    process.stderr.write(`undo: docker on a worker: ${plain.status} ${plain.stderr}\n`)
    await worker!.try(['docker', 'network', 'disconnect', 'u-far', 'u-box'])
    const ended = await cnmtop(
      worker!,
      'net',
      'connect',
      '--allow-actions',
      '--yes',
      '--no-proof',
      'u-far',
      'u-box',
    )
    await worker!.exec(['docker', 'rm', '-f', 'u-box'])
    expect(ended.status).toBe(plain.status === 0 ? 0 : 3)
    const scale = await cnmtop(worker!, 'service', 'scale', 'x=2', '--dry-run')
    expect(scale.stdout).toContain('this node is a worker')
  })
})
