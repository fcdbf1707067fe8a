/**
 * The story of the first text by keys: what docker would be told by hand is done in the panels, on a manager. docker, curl and nslookup
 * say whether it is so. Then it is taken back by keys, until the Swarm is as it was.
 */
import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clearSwarm } from '../../lab/scenarios/driver.ts'
import { openSwarm, quickImage, type SwarmNode, waitFor } from '../../lab/swarm/index.ts'
import { openTerminal, type RunningTerminal } from '../../scripts/terminal.ts'
import { parseAudit } from '../../src/actions/audit-read.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import {
  choose,
  clearFilter,
  confirm,
  confirmSevere,
  filter,
  planOverlay,
  planService,
  shows,
  steps,
} from '../support/panel-keys.ts'
import { program } from '../support/program.ts'
import { addressesIn, answers, tasksAt, tasksHeard } from '../support/swarm-asks.ts'
import { leftSince, snapshotsAtRest } from '../support/swarm-rest.ts'

const swarm = openSwarm()
const { manager, nodes } = swarm
const patience = Number(process.env['CNMTOP_GUEST_PATIENCE'] ?? 1)
const convergeMs = 100_000 * patience
const log = '/tmp/cnmtop-panels-audit.jsonl'
const story: string[] = []
let terminal: RunningTerminal
let before: readonly Snapshot[]

beforeAll(async () => {
  await clearSwarm(swarm)
  before = await snapshotsAtRest(swarm)
  // Of the manager: its network, files and processes.
  const kinds = ['net', 'mount', 'uts', 'ipc', 'pid', 'cgroup'].map(kind => `--${kind}`)
  const enter = ['nsenter', '--target', String(manager.pid), ...kinds, '--']
  const words = ['--allow-actions', '--view', 'networks']
  terminal = openTerminal(['env', ...enter, process.execPath, program, ...words], {
    cols: 110,
    rows: 34,
    env: { CNMTOP_AUDIT_LOG: log, CNMTOP_CONFIG: '/dev/null', HOME: '/tmp' },
  })
  // The kernel tells of its networks at once, the daemon of this one a little later.
  await terminal.until(rows => rows.some(row => /none +null/.test(row)), convergeMs)
})

afterAll(async () => {
  process.stderr.write(`${story.join('\n')}\n`)
  await terminal.close()
  rmSync(log, { force: true })
  await clearSwarm(swarm)
})

let isBroken = false
beforeEach(({ skip }) => skip(isBroken, 'the story broke off before'))
afterEach(({ task }) => {
  isBroken ||= task.result?.state === 'fail'
})

/** What is on the screen now, for those who read the report. */
function note(): string {
  const told = terminal.text().join('\n')
  story.push(told)
  return told
}

async function docker(...words: string[]): Promise<string> {
  return (await manager.exec(['docker', ...words])).trim()
}

/** Waits until what was confirmed is done and proven, notes that, and goes back to the lists. */
async function toEnd(list: string, proof: (rows: string[]) => boolean = isProven): Promise<void> {
  await terminal.until(rows => shows('✔ Done.')(rows) || rows.some(row => row.startsWith('▲')), convergeMs)
  // What the daemon did is in the data plane a little later, and what other nodes know of it later still.
  await terminal.until(proof, convergeMs)
  note()
  await steps(terminal, ['\x1b', list])
}

/** The screen has its last word; where nobody on this node can ask, none on a path. */
function isProven(rows: readonly string[]): boolean {
  return rows.some(row => row.startsWith('Data plane')) && !rows.some(row => row.startsWith('… so far'))
}

/** The packet comes to a task here, or leaves for one of another node. */
function arrives(rows: readonly string[]): boolean {
  const at = rows.findIndex(row => row.startsWith('Trace from a client outside to 80/tcp'))
  return at >= 0 && /^[✔◌] (?:delivered|left)/.test(rows[at + 1] ?? '')
}

type Task = { readonly node: SwarmNode; readonly container: string }

/** The containers of a service, as each node's docker has them. */
async function tasksOf(service: string): Promise<Task[]> {
  const label = `label=com.docker.swarm.service.name=${service}`
  const lists = await Promise.all(
    nodes.map(async node => {
      const containers = (await node.exec(['docker', 'ps', '-q', '--filter', label])).trim().split('\n')
      return containers.filter(id => id !== '').map(container => ({ node, container }))
    }),
  )
  return lists.flat()
}

async function inside({ node, container }: Task, ...words: string[]): Promise<string> {
  return (await node.exec(['docker', 'exec', container, ...words])).trim()
}

/** Addresses of the tasks of a service on the overlay. */
async function addressesOf(service: string): Promise<string[]> {
  const format = '{{(index .NetworkSettings.Networks "my-network").IPAddress}}'
  const addresses = (await tasksOf(service)).map(async ({ node, container }) =>
    (await node.exec(['docker', 'inspect', '--format', format, container])).trim(),
  )
  return (await Promise.all(addresses)).toSorted()
}

/** What a name leads to, asked in a task: the node of that learns of tasks elsewhere by gossip. */
async function expectName(from: Task, name: string, addresses: readonly string[]): Promise<void> {
  expect(addresses.length, name).toBeGreaterThan(0)
  await waitFor(
    async () => {
      const text = await inside(from, 'nslookup', '-type=a', name, '127.0.0.11').catch(String)
      return addressesIn(text).join(' ') === addresses.join(' ') ? undefined : `${name}: ${text}`
    },
    { seconds: 60, everyMs: 500 },
  )
  story.push(`nslookup ${name} on ${from.node.name}: ${addresses.join(' ')}`)
}

async function virtualIps(service: string): Promise<string[]> {
  const told = await docker('service', 'inspect', service, '--format', '{{json .Endpoint.VirtualIPs}}')
  return (JSON.parse(told) as { Addr: string }[] | null)?.map(({ Addr }) => Addr.split('/')[0]!) ?? []
}

async function expectRunning(service: string, replicas: string): Promise<void> {
  const told = await docker('service', 'ls', '--filter', `name=${service}`, '--format', '{{.Replicas}}')
  expect(told, service).toBe(replicas)
}

describe('by keys', () => {
  test('an overlay is made', async () => {
    await planOverlay(terminal, 'my-network', '192.168.10.0/24')
    expect(note()).toContain('docker network create --driver overlay --subnet 192.168.10.0/24')
    await confirm(terminal, 'POST /networks/create')
    await toEnd('━━ Networks')
    const format = '{{.Driver}} {{.Scope}} {{(index .IPAM.Config 0).Subnet}}'
    const told = await docker('network', 'inspect', 'my-network', '--format', format)
    expect(told).toBe('overlay swarm 192.168.10.0/24')
    // The panels offer what the lists have; the daemon's event brings it there.
    await terminal.until(rows => rows.some(row => /my-network +overlay/.test(row)), convergeMs)
  })

  test('a service with a VIP is made on it', async () => {
    await planService(terminal, { name: 'nginx-vip', image: quickImage, replicas: '2' })
    expect(note()).toContain('my-network')
    await confirm(terminal, 'POST /services/create')
    await toEnd('━━ Networks')
    await expectRunning('nginx-vip', '2/2')
    const [vip] = await virtualIps('nginx-vip')
    const addresses = await addressesOf('nginx-vip')
    expect(addresses).toHaveLength(2)
    expect(addresses).not.toContain(vip)
    for (const task of await tasksOf('nginx-vip')) {
      await expectName(task, 'nginx-vip', [vip!])
      await expectName(task, 'tasks.nginx-vip', addresses)
    }
  })

  test('a service of names is made beside it', async () => {
    await planService(terminal, {
      name: 'nginx-dnsrr',
      image: quickImage,
      replicas: '2',
      endpointMode: 'dnsrr',
    })
    expect(note()).toContain('--endpoint-mode dnsrr')
    await confirm(terminal, 'POST /services/create')
    await toEnd('━━ Networks')
    await expectRunning('nginx-dnsrr', '2/2')
    expect(await virtualIps('nginx-dnsrr')).toEqual([])
    const addresses = await addressesOf('nginx-dnsrr')
    expect(addresses).toHaveLength(2)
    const [from] = await tasksOf('nginx-vip')
    await expectName(from!, 'nginx-dnsrr', addresses)
    await expectName(from!, 'tasks.nginx-dnsrr', addresses)
    for (const name of ['nginx-vip', 'nginx-dnsrr']) {
      const heard = await tasksHeard(2, async () => inside(from!, 'get', name).catch(() => ''))
      story.push(`get ${name} on ${from!.node.name}: ${heard.join(' ')}`)
    }
  })

  test('a port in the mesh is made, and answers on every node', async () => {
    await planService(terminal, { name: 'nginx-ingress', image: quickImage, replicas: '2', port: '80' })
    expect(note()).toContain('--publish')
    await confirm(terminal, 'POST /services/create')
    await toEnd('━━ Networks', arrives)
    const ports = await docker('service', 'ls', '--filter', 'name=nginx-ingress', '--format', '{{.Ports}}')
    expect(ports).toBe('*:80->80/tcp')
    const [from] = await tasksOf('nginx-vip')
    // One in the mesh, one on the overlay.
    const vips = (await virtualIps('nginx-ingress')).filter(vip => vip.startsWith('192.168.10.'))
    await expectName(from!, 'nginx-ingress', vips)
    for (const { name, address } of nodes) {
      story.push(`curl ${name}:80: ${(await tasksAt(`http://${address}:80/`, 2)).join(' ')}`)
    }
  })

  test('a port of a node is made, and answers where the task runs', async () => {
    const keys = { name: 'nginx-host', image: quickImage, replicas: '1', isOnNetwork: false } as const
    await planService(terminal, { ...keys, port: '8090', portMode: 'host' })
    expect(note()).toContain('mode=host')
    await confirm(terminal, 'POST /services/create')
    await toEnd('━━ Networks')
    await expectRunning('nginx-host', '1/1')
    const [task, ...others] = await tasksOf('nginx-host')
    expect(others).toEqual([])
    const ports = await task!.node.exec([
      'docker',
      'ps',
      '--filter',
      `id=${task!.container}`,
      '--format',
      '{{.Ports}}',
    ])
    expect(ports).toContain('0.0.0.0:8090->80/tcp')
    for (const node of nodes) {
      const url = `http://${node.address}:8090/`
      if (node === task!.node) expect(await tasksAt(url, 1)).toEqual([task!.container])
      else expect([...(await answers(url, 2))].join(' ')).toMatch(/^curl.*(?:refused|connect)/i)
    }
    story.push(`curl ${task!.node.name}:8090: ${task!.container}; the others refuse`)
  })
})

/** Takes a making back from the log of actions. Its end is not waited for: that goes on behind the lists. */
async function undoMaking(service: string): Promise<void> {
  await filter(terminal, service)
  await terminal.until(rows => rows.some(row => /^▌.*Create service/.test(row)))
  note()
  await steps(terminal, ['u', `Plan: Remove service ${service}`])
  await confirmSevere(terminal, service, 'DELETE /services/')
  await steps(terminal, ['\x1b', '━━ Actions'])
  await clearFilter(terminal, service)
}

async function removeService(service: string): Promise<void> {
  await filter(terminal, service)
  await choose(terminal, 'Remove a service', `Plan: Remove service ${service}`)
  await confirmSevere(terminal, service, 'DELETE /services/')
  note()
  await steps(terminal, ['\x1b', '━━ Services'])
  await clearFilter(terminal, service)
}

describe('and back', () => {
  test('what publishes is taken back from the log, the others are removed by their names', async () => {
    await steps(terminal, ['@', '━━ Actions 5'])
    await undoMaking('nginx-host')
    await undoMaking('nginx-ingress')
    await steps(terminal, ['5', '━━ Services'])
    await removeService('nginx-dnsrr')
    await removeService('nginx-vip')
    // Each goes on by itself, and is told in the log.
    await steps(terminal, ['@', '━━ Actions 9'])
    await terminal.until(rows => rows.filter(row => row.includes('✔ done')).length >= 9, convergeMs)
    note()
    expect(await docker('service', 'ls', '--quiet')).toBe('')
    for (const port of [80, 8090]) {
      for (const { address } of nodes) {
        expect([...(await answers(`http://${address}:${port}/`, 1))].join(' ')).toMatch(/^curl/)
      }
    }
  })

  test('then the network, once nothing is on it', async () => {
    await steps(terminal, ['2', '━━ Networks'])
    await filter(terminal, 'my-net')
    await terminal.until(rows => rows.some(row => /my-network +overlay +\S+ +[0-] /.test(row)), convergeMs)
    await choose(terminal, 'Remove a network', 'Plan: Remove network my-network')
    note()
    await confirmSevere(terminal, 'my-network', 'DELETE /networks/')
    await toEnd('━━ Networks')
    expect(await docker('network', 'ls', '--format', '{{.Name}}')).not.toContain('my-network')
  })

  test('the log has all of it, and what took back what', async () => {
    await steps(terminal, ['@', '━━ Actions 10'])
    note()
    const { entries, damaged } = parseAudit(await manager.exec(['cat', log]))
    expect(damaged).toEqual([])
    expect(entries.map(({ outcome }) => outcome?.end)).toEqual(Array.from({ length: 10 }, () => 'done'))
    const titles = new Map(entries.map(({ id, intended }) => [id, intended.title]))
    const undone = entries.flatMap(({ intended }) => titles.get(intended.undoes ?? '') ?? [])
    expect(undone).toEqual(
      ['nginx-host', 'nginx-ingress'].map(name => `Create service ${name} (${quickImage})`),
    )
  })

  test('the Swarm is as it was', async () => {
    terminal.type('q')
    expect(await terminal.exited).toMatchObject({ code: 0 })
    const { left, wrong } = await leftSince(swarm, before)
    story.push(...left.map(line => `left: ${line}`))
    expect(wrong).toEqual([])
  })
})
