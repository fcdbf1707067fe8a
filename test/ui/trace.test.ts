import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import { allObjects } from '../../src/graph/query.ts'
import { answerQuestion, questionAbout, QuestionError } from '../../src/lb/index.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { clusterSession, fileSession, type Visible } from '../../src/ui/model/session.ts'
import { viewOf } from '../../src/ui/model/views/index.ts'
import { captures, captureCluster, captureSnapshot } from '../support/swarm-capture.ts'
import { scriptedSession, userOf } from './user.tsx'

const nodes = captureCluster('docker-26.1-nft') as [Snapshot, ...Snapshot[]]
const asFile = (rows: readonly string[]): string => `${rows.map(row => row.trimEnd()).join('\n')}\n`
const frame = (name: string): string => `./frames/trace-${name}.txt`

describe('view 7', () => {
  it.each([
    [80, 24],
    [120, 40],
  ])('at %ix%i', async (columns, rows) => {
    const user = userOf(clusterSession(nodes), columns, rows, 'trace')
    await expect(asFile(user.text())).toMatchFileSnapshot(frame(`list-${columns}x${rows}`))
    user.press('enter', 'j')
    await expect(asFile(user.text())).toMatchFileSnapshot(frame(`path-${columns}x${rows}`))
    user.stop()
  })

  it('shows a broken hop with the command and the fix', async () => {
    const broken = captureSnapshot('docker-26.1-nft', 'node1')
    for (const { ipvs } of broken.namespaces) for (const service of ipvs.services) service.realServers = []
    const user = userOf(fileSession(broken), 120, 40, 'trace')
    user.press('enter')
    await expect(asFile(user.text())).toMatchFileSnapshot(frame('broken-120x40'))
    expect(user.line('look:')).toContain('nsenter --net=')
    user.stop()
  })

  it('Enter on a step goes to its very row, and Esc comes back', () => {
    const user = userOf(clusterSession(nodes), 160, 40, 'trace')
    user.press('enter', '/', ...'DNAT', 'enter')
    expect(user.line('--dport 8080 -j DNAT')).toBeDefined()
    user.press('enter')
    expect(user.line('Rules')).toBeDefined()
    const chosen = user.text().filter(line => line.includes('▌'))
    expect(chosen.some(line => line.includes('--dport 8080 -j DNAT'))).toBe(true)
    user.press('escape')
    expect(user.text()[1]).toContain('8080/tcp')
    user.stop()
  })

  it('o on a target tells all rows that decide its way', () => {
    const user = userOf(clusterSession(nodes), 160, 120, 'trace')
    user.press('o')
    const told = user.text()
    for (const words of ['172.18.0.2:8080 ', 'FWM 259 -> 10.0.0.6:0 ', ' 02:42:0a:00:00:06  10.77.0.2 self '])
      expect(told.filter(line => line.includes(words))).toHaveLength(1)
    expect(told.filter(line => /^ {2}neighbours eth0 10\.0\.0\.5 /.test(line))).toHaveLength(1)
    expect(told.some(line => line.includes('netlink: dumps of nf_tables'))).toBe(true)
    user.stop()
  })

  it('w draws the namespace of the chosen step', () => {
    const user = userOf(clusterSession(nodes), 120, 40, 'trace')
    user.press('enter', '/', ...'marked', 'enter', 'w')
    expect(user.line('Wiring of ingress_sbox')).toBeDefined()
    user.stop()
  })

  it('t asks for a target, and what is typed is traced', () => {
    const user = userOf(clusterSession(nodes), 120, 40, 'trace')
    user.press('t', ...'tasks.api:80 from web.1')
    expect(user.line('from web.1')).toContain('tasks.api:80')
    user.press('enter')
    expect(user.text()[1]).toContain('tasks.api:80')
    expect(user.line('delivered: each of 2')).toBeDefined()
    user.press('t', ...'nope:80 from web.1', 'enter')
    expect(user.line("nothing is called 'nope'")).toBeDefined()
    user.stop()
  })

  it('the palette traces from every view', () => {
    const user = userOf(clusterSession(nodes), 120, 40, 'networks')
    user.press(':', ...'trace 8081', 'enter')
    expect(user.text()[1]).toMatch(/^ Networks › .*trace 8081/)
    user.stop()
  })
})

describe('t on an object', () => {
  it.each([
    ['services', 'api', /trace api:?\d* {0,2}.*from/],
    ['services', 'name=web', /trace 8080\/tcp/],
    ['sandboxes', 'ingress_sbox', /trace 10\.0\.0\.2/],
  ])('of %s, %s', (view, name, title) => {
    const user = userOf(clusterSession(nodes), 120, 40, view)
    user.press('/', ...name, 'enter', 't')
    expect(user.text().join('\n')).toMatch(title)
    user.stop()
  })

  it('that nobody connects to says so', () => {
    const user = userOf(clusterSession(nodes), 120, 40, 'networks')
    user.press('t')
    expect(user.line('Nobody connects to this')).toBeDefined()
    user.stop()
  })

  it.each(captures.map(({ capture }) => capture))('%s: every question that it puts can be asked', capture => {
    const cluster = captureCluster(capture)
    const graph = buildGraph(cluster)
    const asked = allObjects(graph).flatMap(({ id }) => {
      const question = questionAbout(graph, cluster, id)
      return question ? [{ id, question }] : []
    })
    expect(asked.length).toBeGreaterThan(10)
    for (const { id, question } of asked) {
      let problem = ''
      try {
        answerQuestion(graph, cluster, question)
      } catch (error) {
        if (!(error instanceof QuestionError)) throw error
        problem = error.message
      }
      expect(problem, `${id} ${JSON.stringify(question)}`).toBe('')
    }
  })
})

it('a port in host mode is asked for where a task runs', () => {
  const [node] = nodes
  const graph = buildGraph([node])
  const web = Object.values(graph.services).find(({ name }) => name === 'web')!
  const ports = web.ports.map(port => ({ ...port, publishMode: 'host' as const }))
  const asked = (tasks: readonly string[]): string | undefined => {
    const services = { ...graph.services, [web.id]: { ...web, ports, tasks } }
    return questionAbout({ ...graph, services }, [node], web.id)?.target
  }
  const isHere = (id: string): boolean => (graph.tasks[id]?.endpoints.length ?? 0) > 0
  const [here, elsewhere] = [web.tasks.filter(isHere), web.tasks.filter(id => !isHere(id))]
  expect([here.length, elsewhere.length]).not.toContain(0)
  expect(asked(here)).toMatch(/^80\d*\/tcp$/)
  expect(asked(elsewhere)).toMatch(/^web:/)
})

it('the same reading of the nodes is followed once', () => {
  const graph = buildGraph(nodes)
  const status = { mode: 'file', collecting: false } as const
  const data = { snapshot: nodes[0], nodes, graph, status, history: undefined }
  const { table } = viewOf('trace')
  expect(table(data)).toBe(table({ ...data }))
})

/** Synthetic: a real capture whose counters are moved by hand. */
function after(first: Snapshot, count: number, rules: RegExp): Snapshot {
  const next = structuredClone(first)
  for (const { netfilter } of next.namespaces) {
    for (const row of netfilter.flatMap(table => table.rules))
      if (rules.test(row.text)) Object.assign(row, { packets: String(Number(row.packets) + count) })
  }
  return next
}

describe('view 7 of a live node', () => {
  it('asks for the sysctls that its traces depend on, and goes on when they come', () => {
    const unread = structuredClone(nodes[0])
    for (const namespace of unread.namespaces) {
      namespace.sysctls = {}
      namespace.sources = namespace.sources.filter(({ source }) => source !== 'proc.sysctls')
    }
    const { session, show } = scriptedSession(unread)
    const visible: Visible[] = []
    const asking = { ...session, setVisible: (next: Visible) => visible.push(next) }
    const user = userOf(asking, 140, 60, 'trace')
    const host = unread.namespaces.find(({ kind }) => kind === 'host')
    expect(user.line('was not read')).toBeDefined()
    expect(visible.at(-1)?.settingsOf).toEqual([host?.id])
    expect(user.line('outside  ')).toContain('insufficient-info')
    show(nodes[0])
    expect(user.line('outside  ')).not.toContain('insufficient-info')
    expect(visible.at(-1)?.settingsOf?.length).toBeGreaterThan(2)
    // What was not read before did not change.
    expect(user.text().filter(line => /^.{0,2}[+~-] | [+~-] {3}/.test(line))).toEqual([])
    user.press('8')
    expect(visible.at(-1)?.settingsOf).toBeUndefined()
    user.stop()
  })
})

describe('m in view 7', () => {
  const [first] = nodes
  const second = 1000

  it('says that nothing moves in a file', () => {
    const user = userOf(clusterSession(nodes), 120, 40, 'trace')
    user.press('m')
    expect(user.line('This is a file: nothing moves.')).toBeDefined()
    user.stop()
  })

  it('reads the rows of the path, tells what moves, and names the hop that should', () => {
    const { session, show } = scriptedSession(first)
    const visible: Visible[] = []
    let now = Date.parse('2026-11-23T05:20:15Z')
    const asking = { ...session, setVisible: (next: Visible) => visible.push(next) }
    const user = userOf(asking, 140, 60, 'trace', { clock: () => now })
    user.press('enter')
    expect(visible.at(-1)?.path).toBeUndefined()
    user.press('m')
    const path = visible.at(-1)?.path ?? []
    expect(path.flatMap(({ parts }) => parts)).toContain('ipvs')
    expect(path.length).toBeLessThan(first.namespaces.length)
    const tick = (snapshot: Snapshot): void => {
      now += second
      show(snapshot)
    }
    tick(structuredClone(first))
    expect(user.line('Reading the path again')).toBeDefined()
    for (let times = 0; times < 3; times++) tick(structuredClone(first))
    expect(user.line('Nothing on the path has moved.')).toBeDefined()
    for (let times = 1; times <= 4; times++) tick(after(first, times * 2, /--dport 8080 -j DNAT/))
    expect(user.line('nat/DOCKER-INGRESS')).toMatch(/\+8 2\/s/)
    expect(user.text().join(' ')).toContain('this should have moved and did not')
    expect(user.line('should move')).toContain('FORWARD')
    user.press('m')
    expect(visible.at(-1)?.path).toBeUndefined()
    expect(user.line('should move')).toBeUndefined()
    user.stop()
  })
})
