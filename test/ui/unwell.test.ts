import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'
import { userOf } from './user.tsx'

const healthy = captureSnapshot('docker-26.1-nft', 'node1')
const { services = [], tasks = [] } = healthy.docker ?? {}
const web = services.find(({ Spec }) => Spec.Name === 'web')!
const webTasks = new Set(tasks.filter(({ ServiceID }) => ServiceID === web.ID))
const error = 'task: non-zero exit (1)'

type Change = {
  readonly running: number
  readonly desired?: number
  readonly state?: string
  readonly wants?: string
}

/** The service web with other counts, and its tasks as they were before they failed. */
function broken({ running, desired = 3, state = 'failed', wants = 'shutdown' }: Change): Snapshot {
  const changed = tasks.map(task =>
    webTasks.has(task)
      ? { ...task, DesiredState: wants, Status: { ...task.Status, State: state, Err: error } }
      : task,
  )
  const ServiceStatus = { RunningTasks: running, DesiredTasks: desired }
  return {
    ...healthy,
    docker: {
      ...healthy.docker!,
      services: services.map(service => (service === web ? { ...service, ServiceStatus } : service)),
      tasks: changed,
    },
  }
}

function overview(snapshot: Snapshot): ReturnType<typeof userOf> {
  return userOf(snapshot, 200, 60, 'overview')
}

describe('the overview', () => {
  it('tells no problem of a service whose tasks run', () => {
    const user = overview(healthy)
    expect(user.line('No contradictions')).toBeDefined()
    user.stop()
  })

  it('tells of a service without a running task, and of the tasks that failed', () => {
    const user = overview(broken({ running: 0 }))
    expect(user.line('service web  tasks: no task runs, 3 should, 3 failed')).toBeDefined()
    expect(user.line(`task web.1  failed: ${error}`)).toBeDefined()
    user.stop()
  })

  it.each([
    ['lacks some', { running: 2, state: 'pending' }, '2 of 3 tasks run'],
    [
      'could not be placed',
      { running: 0, state: 'pending', wants: 'running' },
      `task web.2  pending: ${error}`,
    ],
    [
      'has a task that is to run and failed',
      { running: 3, wants: 'running' },
      `task web.3  failed: ${error}`,
    ],
  ])('tells of one that %s', (_, change, words) => {
    const user = overview(broken(change))
    expect(user.line(words)).toBeDefined()
    user.stop()
  })

  it.each([
    ['that failed before and were replaced', { running: 3 }],
    ['of a service that is to have none', { running: 0, desired: 0 }],
  ])('tells of no tasks %s', (_, change) => {
    const user = overview(broken(change))
    expect(user.text().join('\n')).not.toMatch(/service web {2}|task web\.\d {2}failed/)
    user.stop()
  })

  it('tells of a virtual service that nobody serves', () => {
    const namespaces = healthy.namespaces.map(namespace => ({
      ...namespace,
      ...(namespace.ipvs && {
        ipvs: {
          services: namespace.ipvs.services.map(service => ({
            ...service,
            realServers: service.realServers.map(server => ({ ...server, weight: 0 })),
          })),
        },
      }),
    }))
    const user = overview({ ...healthy, namespaces })
    expect(user.line('no-server: it has no real server that takes connections')).toBeDefined()
    user.stop()
  })

  it.each([
    ['service web  tasks', ' Overview › web › task web ', 'Services'],
    ['task web.1  failed', ' Overview › web.1 › task web.1 ', 'Services'],
  ])('leads by Enter from %s to its row, and back by Esc', (words, crumbs, view) => {
    const user = overview(broken({ running: 0 }))
    const isThere = (): boolean => user.text().some(line => line.startsWith('▌') && line.includes(words))
    for (let step = 0; step < 20 && !isThere(); step++) user.press('j')
    user.press('enter')
    expect(user.text()[1]).toContain(crumbs)
    expect(user.text()[2]).toContain(`─ ${view} `)
    user.press('escape')
    expect(user.text()[1]).toMatch(/^ Overview › web(?:\.1)? {2}/)
    user.stop()
  })

  it('and the view of services mark it', () => {
    const user = userOf(broken({ running: 0 }), 200, 60, 'services')
    user.press('z')
    expect(user.line('web ')).toBeDefined()
    expect(user.line('api ')).toBeUndefined()
    user.stop()
  })
})

describe('the footer', () => {
  it.each([110, 120])('names actions, traces and drawings in %i columns', columns => {
    const user = userOf(healthy, columns, 40, 'services')
    for (const words of ['a actions', 't trace', 'w wiring', '? help', 'q quit']) {
      expect(user.text().at(-1)).toContain(words)
    }
    user.stop()
  })
})
