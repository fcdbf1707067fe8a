/**
 * The story of the first text by commands: from an empty Swarm to the routing mesh, each step verified with docker, curl and
 * nslookup, and then taken back with `cnmtop undo` until the Swarm is as it was.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clearSwarm } from '../../lab/scenarios/driver.ts'
import { type Ended, openSwarm, quickImage, waitFor } from '../../lab/swarm/index.ts'
import { lastUndoable, parseAudit } from '../../src/actions/audit-read.ts'
import type { Change } from '../../src/snapshot/diff.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { program } from '../support/program.ts'
import { addressesIn, answers, tasksAt, tasksHeard } from '../support/swarm-asks.ts'
import { leftSince, snapshotsAtRest } from '../support/swarm-rest.ts'

const swarm = openSwarm()
const { manager, nodes } = swarm
const log = '/run/cnmtop-audit.jsonl'
const story: string[] = []

type Told = {
  readonly plan: { readonly command: string; readonly undo: string; readonly severity: string }
  readonly outcome: { readonly end: string }
  readonly changes: readonly Change[]
  readonly trace?: { readonly works: boolean; readonly sentence: string; readonly disposition: string }
}

async function cnmtop(...words: readonly string[]): Promise<Ended> {
  return manager.try(['env', `CNMTOP_AUDIT_LOG=${log}`, 'node', program, ...words])
}

/** Does an action on node1; gives what it told. */
async function act(...words: readonly string[]): Promise<Told> {
  const [group = '', verb = '', ...rest] = words
  const ended = await cnmtop(group, verb, '--allow-actions', '--json', ...rest)
  expect(ended.status, `${words.join(' ')}: ${ended.stderr}`).toBe(0)
  const told = JSON.parse(ended.stdout) as Told
  const kinds = Map.groupBy(told.changes, ({ change, type }) => `${change} ${type}`)
  story.push(
    `cnmtop ${words.join(' ')}`,
    `  docker: ${told.plan.command}`,
    `  changed: ${[...kinds].map(([kind, list]) => `${kind} ${list.length}`).join(', ') || 'nothing on node1'}`,
    ...(told.trace ? [`  trace: ${told.trace.sentence}`] : []),
  )
  return told
}

async function docker(...words: readonly string[]): Promise<string> {
  return (await manager.exec(['docker', ...words])).trim()
}

async function lookup(name: string): Promise<string[]> {
  return addressesIn(await docker('exec', 'probe', 'nslookup', '-type=a', name, '127.0.0.11'))
}

let before: readonly Snapshot[]

beforeAll(async () => {
  await clearSwarm(swarm)
  before = await snapshotsAtRest(swarm)
})

afterAll(async () => {
  process.stderr.write(`${story.map(line => `actions: ${line}`).join('\n')}\n`)
  await docker('rm', '-f', 'probe').catch(() => {})
  await clearSwarm(swarm)
})

describe('the story', () => {
  test('a dry run sends nothing', async () => {
    const ended = await cnmtop('net', 'create', 'my-network', '-d', 'overlay', '--dry-run')
    expect(ended.status, ended.stderr).toBe(0)
    expect(await docker('network', 'ls', '--filter', 'name=my-network', '-q')).toBe('')
  })

  test('an overlay', async () => {
    await act(
      'net',
      'create',
      '-d',
      'overlay',
      '--subnet',
      '192.168.10.0/24',
      '--attachable',
      '--yes',
      'my-network',
    )
    expect(
      await docker('network', 'inspect', '-f', '{{.Driver}} {{(index .IPAM.Config 0).Subnet}}', 'my-network'),
    ).toBe('overlay 192.168.10.0/24')
    await docker('run', '-d', '--name', 'probe', '--network', 'my-network', quickImage)
  })

  test('a service with a virtual address', async () => {
    const told = await act(
      ...['service', 'create', '--name', 'nginx-vip', '--replicas', '2', '--network', 'my-network', '--yes'],
      quickImage,
    )
    expect(await docker('service', 'ls', '--filter', 'name=nginx-vip', '--format', '{{.Replicas}}')).toBe(
      '2/2',
    )
    const [vip] = JSON.parse(
      await docker('service', 'inspect', '-f', '{{json .Endpoint.VirtualIPs}}', 'nginx-vip'),
    ) as {
      Addr: string
    }[]
    expect(await lookup('nginx-vip')).toEqual([vip?.Addr.split('/')[0]])
    await expectFromProbe('nginx-vip', 2)
    expect(told.changes).toContainEqual(expect.objectContaining({ change: 'added', type: 'virtual service' }))
  })

  test('a service of names', async () => {
    await act(
      ...['service', 'create', '--name', 'nginx-dnsrr', '--endpoint-mode', 'dnsrr', '--replicas', '2'],
      ...['--network', 'my-network', '--yes', quickImage],
    )
    expect(await docker('service', 'ls', '--filter', 'name=nginx-dnsrr', '--format', '{{.Replicas}}')).toBe(
      '2/2',
    )
    await waitFor(async () => ((await lookup('nginx-dnsrr')).length === 2 ? undefined : 'two addresses'))
    await expectFromProbe('nginx-dnsrr', 2)
  })

  test('a port in the routing mesh', async () => {
    const told = await act(
      ...[
        'service',
        'create',
        '--name',
        'nginx-ingress',
        '--replicas',
        '2',
        '-p',
        '80:80',
        '--yes',
        quickImage,
      ],
    )
    expect(await docker('service', 'ls', '--filter', 'name=nginx-ingress', '--format', '{{.Ports}}')).toBe(
      '*:80->80/tcp',
    )
    for (const node of nodes) await expectAt(`http://${node.address}/`, 2)
    expect(told.changes).toContainEqual(
      expect.objectContaining({ change: 'added', type: 'rule', name: expect.stringContaining('--dport 80') }),
    )
    // Other nodes are in no snapshot of this one.
    expect(told.trace?.sentence).toMatch(/deliver|leaves for another node/)
  })

  test('a port of a node', async () => {
    await act(
      ...['service', 'create', '--name', 'nginx-host', '--constraint', 'node.hostname==node1'],
      ...['-p', 'published=8090,target=80,mode=host', '--yes', quickImage],
    )
    await expectAt(`http://${manager.address}:8090/`, 1)
    expect(await docker('service', 'ps', '--format', '{{.Ports}}', 'nginx-host')).toContain('*:8090->80/tcp')
  })

  test('changes of a service', async () => {
    const first = await docker('service', 'ps', '-q', 'nginx-ingress')
    await act('service', 'scale', '--yes', 'nginx-ingress=3')
    expect(await docker('service', 'ls', '--filter', 'name=nginx-ingress', '--format', '{{.Replicas}}')).toBe(
      '3/3',
    )
    const plan = await act('service', 'update', 'nginx-ingress', '--publish-add', '8081:80', '--yes')
    // Docker 20.10 loses real servers of the mesh while it replaces tasks, and the trace says so: one answers at least.
    await waitFor(
      async () => {
        const heard = [...(await answers(`http://${manager.address}:8081/`, 2))]
        return heard.some(text => /^[0-9a-f]{12}$/.test(text)) ? undefined : heard.join(', ')
      },
      { seconds: 60, everyMs: 500 },
    )
    // What the plan says of restarts is so: all tasks are others now.
    expect(plan.plan.severity).toBe('moderate')
    const now = await docker('service', 'ps', '--filter', 'desired-state=running', '-q', 'nginx-ingress')
    expect(now.split('\n').filter(id => first.includes(id))).toEqual([])
  })

  test('a container is connected and disconnected', async () => {
    await act('net', 'create', '--subnet', '172.28.0.0/24', '--yes', 'yard')
    await act('net', 'connect', '--ip', '172.28.0.9', '--alias', 'sonde', '--yes', 'yard', 'probe')
    expect(await docker('inspect', '-f', '{{.NetworkSettings.Networks.yard.IPAddress}}', 'probe')).toBe(
      '172.28.0.9',
    )
    await act('net', 'disconnect', '--yes', 'yard', 'probe')
    expect(await docker('inspect', '-f', '{{.NetworkSettings.Networks}}', 'probe')).not.toContain('yard')
  })

  test('what cannot be is refused before it is sent, and what is killed is told', async () => {
    const taken = await cnmtop(
      ...['service', 'create', '--name', 'second', '-p', '80:80', '--allow-actions', '--yes', quickImage],
    )
    expect([taken.status, taken.stderr]).toEqual([3, expect.stringContaining('nginx-ingress')])
    const lines = (await manager.exec(['cat', log])).trim().split('\n').length
    // Killed as soon as its intent is on disk.
    await manager.exec([
      'sh',
      '-c',
      `CNMTOP_AUDIT_LOG=${log} node ${program} service scale nginx-dnsrr=1 --allow-actions --yes >/dev/null 2>&1 & id=$!
       while [ $(wc -l <${log}) -le ${lines} ]; do sleep 0.05; done; kill -9 $id; wait $id; true`,
    ])
    const audit = await cnmtop('audit')
    story.push(...audit.stderr.trim().split('\n'))
    expect(audit.stdout).toMatch(/unfinished +Scale service nginx-dnsrr/)
    expect(audit.stderr).toMatch(/There is a service nginx-dnsrr now, with \d of [12] tasks? running/)
  })
})

describe('the way back', () => {
  test('every action is taken back', async () => {
    for (;;) {
      const entry = lastUndoable(parseAudit(await manager.exec(['cat', log])))
      // Nothing is left that could be taken back.
      if (!entry) break
      const undo = entry.intended.undo.intent!
      const name = 'service' in undo ? undo.service : 'container' in undo ? undo.container : undefined
      const word = name ?? ('network' in undo ? undo.network : 'name' in undo ? undo.name : '')
      if (undo.kind === 'network-remove' && word === 'my-network') await docker('rm', '-f', 'probe')
      const ended = await cnmtop('undo', '--allow-actions', '--no-proof', '--confirm', word)
      expect(ended.status, ended.stderr).toBe(0)
      story.push(`cnmtop undo: ${entry.intended.undo.text}`)
    }
    const { entries, damaged } = parseAudit(await manager.exec(['cat', log]))
    expect(damaged).toEqual([])
    story.push(`the log has ${entries.length} actions`)
  }, 1_500_000)

  test('the Swarm is as it was', async () => {
    expect(await docker('service', 'ls', '-q')).toBe('')
    const { left, wrong } = await leftSince(swarm, before)
    story.push(...left.map(line => `left: ${line}`))
    expect(wrong).toEqual([])
  })
})

/** Every task answers at a URL, from a client outside of the swarm. */
async function expectAt(url: string, tasks: number): Promise<void> {
  story.push(`  curl ${url}: ${(await tasksAt(url, tasks)).join(' ')}`)
}

/** Every task answers a container on the network by the service's name. */
async function expectFromProbe(name: string, tasks: number): Promise<void> {
  const heard = await tasksHeard(tasks, () => docker('exec', 'probe', 'get', name).catch(() => ''))
  story.push(`  nslookup ${name}: ${(await lookup(name)).join(' ')}; get ${name}: ${heard.join(' ')}`)
}
