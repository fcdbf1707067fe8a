import { beforeAll, describe, expect, test } from 'vitest'
import { formatAnswer } from '../../src/export/trace-text.ts'
import { exportTraceDot } from '../../src/export/trace-dot.ts'
import { exportTraceMermaid } from '../../src/export/trace-mermaid.ts'
import { buildGraph } from '../../src/graph/build.ts'
import type { Graph } from '../../src/graph/model.ts'
import { type Answer, answerQuestion, type Question } from '../../src/lb/index.ts'
import { parseTarget } from '../../src/lb/question/question.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

/** Services of the capture: web (3 tasks, 8080), api (2), pin (1 on node2, 8081), dns (dnsrr, 2); all on appnet. */
let nodes: Snapshot[]
let graph: Graph
beforeAll(() => {
  nodes = ['node1', 'node2'].map(node => captureSnapshot('docker-26.1-nft', node))
  graph = buildGraph(nodes)
})

const ask = (target: string, from?: string, more: Partial<Question> = {}): Answer =>
  answerQuestion(graph, nodes, { target, ...(from !== undefined && { from }), ...more })
const destinations = ({ traces }: Answer) => traces.map(({ trace }) => trace.flow.destination).toSorted()

test.each([
  ['80', { port: 80 }],
  ['53/udp', { port: 53, protocol: 'udp' }],
  ['10.0.1.7', { host: '10.0.1.7' }],
  ['10.0.1.7:80', { host: '10.0.1.7', port: 80 }],
  ['fd00::7', { host: 'fd00::7' }],
  ['[fd00::7]:80', { host: 'fd00::7', port: 80 }],
  ['[FD00:0:0::7]:80', { host: 'fd00::7', port: 80 }],
  ['[::ffff:10.0.1.7]:80', { host: '10.0.1.7', port: 80 }],
  ['::ffff:10.0.1.7', { host: '10.0.1.7' }],
  ['tasks.web:80/TCP', { host: 'tasks.web', port: 80, protocol: 'tcp' }],
])('%s is a target', (text, target) => expect(parseTarget(text)).toEqual(target))

test.each([
  '0.0.0.0:80',
  '[::]:80',
  '',
  '0',
  '70000',
  'web:',
  ':80',
  'a:b:c',
  '[web]:80',
  '80/tpc',
  'web:99999',
])("'%s' is none", text =>
  expect(() => parseTarget(text)).toThrow(expect.objectContaining({ name: 'QuestionError' })),
)

describe('a port', () => {
  test('is that of each node, for a client outside', async () => {
    const answer = ask('8080')
    expect(answer.disposition).toBe('delivered')
    expect(answer.traces.map(({ label }) => label)).toEqual(['node1', 'node2'])
    expect(destinations(answer)).toEqual(['10.77.0.1', '10.77.0.2'])
    await expect(formatAnswer(answer, nodes)).toMatchFileSnapshot('golden/question-8080.txt')
  })

  test('is that of its own node, for the host and for a container', () => {
    expect(destinations(ask('8080', 'node2'))).toEqual(['10.77.0.2'])
    expect(ask('8080', 'node2').traces[0]!.trace.path.hops[0]!.kind).toBe('host')
    expect(destinations(ask('8081', 'dns.1'))).toEqual(['10.77.0.1'])
  })

  test('that nobody publishes is refused, with the command and the fix', () => {
    const answer = ask('8888')
    expect(answer.disposition).toBe('no-listener')
    const text = formatAnswer(answer, nodes)
    expect(text).toContain('(nobody is known to publish port 8888)')
    expect(text).toContain('look: ss -lntp')
    expect(text).toContain('fix:  nobody publishes this port here')
  })
})

describe('a client outside', () => {
  test('of the other family is refused', () => {
    const refusal = expect.objectContaining({
      name: 'QuestionError',
      message: expect.stringContaining('IPv6'),
    })
    expect(() => ask('10.77.0.1:8080', '2001:db8::5')).toThrow(refusal)
    expect(() => ask('8080', '2001:db8::5')).toThrow(refusal)
  })

  test('that is written as IPv6 is one of IPv4', () => {
    const { traces, disposition } = ask('10.77.0.1:8080', '::ffff:198.51.100.9')
    expect(traces.map(({ trace }) => trace.flow.source)).toEqual(['198.51.100.9'])
    expect(disposition).toBe('delivered')
  })

  test('is found by its address as anybody writes it', () => {
    expect(ask('10.0.1.8:80', '::ffff:10.0.1.4').traces[0]!.trace.flow.entry.kind).toBe('local')
  })
})

describe('a name', () => {
  test('is a VIP, where the service has one', () => {
    const answer = ask('api', 'web.1')
    expect(destinations(answer)).toEqual(['10.0.1.8'])
    expect(answer.notes.join()).toContain('predicted from what the Docker API tells')
    // The port is that on which its tasks listen.
    expect(answer.traces[0]!.trace.flow.destinationPort).toBe(80)
    expect(answer.disposition).toBe('delivered')
  })

  test('is every task, of dnsrr and with tasks.', () => {
    expect(destinations(ask('dns:80', 'web.1'))).toEqual(['10.0.1.13', '10.0.1.14'])
    expect(destinations(ask('tasks.web:80', 'dns.1'))).toEqual(['10.0.1.3', '10.0.1.4', '10.0.1.5'])
  })

  test('of a service that publishes a port is that port, from outside', () => {
    expect(ask('web').notes[0]).toBe('web publishes port 8080')
    expect(ask('web').disposition).toBe('delivered')
  })

  test('has no address for the host, which asks another resolver', () => {
    expect(ask('web', 'node1')).toMatchObject({
      disposition: 'insufficient-info',
      sentence: expect.stringContaining('the host does not ask the resolver of Docker'),
    })
  })

  test('that the resolver answers is taken from there', () => {
    const answer = { addresses: [{ address: '10.0.1.9', what: 'asked' }], note: 'asked of 127.0.0.11' }
    const told = answerQuestion(graph, nodes, { target: 'api:80', from: 'web.1' }, answer)
    expect([destinations(told), told.notes]).toEqual([
      ['10.0.1.9'],
      ['asked of 127.0.0.11', 'what the Docker API tells differs: 10.0.1.8'],
    ])
    const failed = answerQuestion(graph, nodes, { target: 'api:80', from: 'web.1' }, { failure: 'NXDOMAIN' })
    expect(failed).toMatchObject({
      disposition: 'insufficient-info',
      sentence: 'api has no address: NXDOMAIN.',
    })
  })
})

test('what leaves the node is said to', () => {
  expect(ask('8.8.8.8:53/udp', 'web.1').disposition).toBe('left-node')
})

test.each([
  ['nope:80', 'web.1', /nothing is called 'nope'; there are api, api\.1, .* more/],
  ['wob', undefined, /nothing is called 'wob'/],
  ['web:80', 'nope', /nothing is called 'nope'/],
  ['web:80', 'web', /'web' are several: web\.1, web\.2, web\.3/],
  ['8080', 'host', /'host' are several: node1, node2/],
  ['api', undefined, /say who does, with --from: host, api\.1, /],
  ['10.0.1.3:80', undefined, /nobody outside of the nodes can ask for 10\.0\.1\.3/],
  ['10.0.1.3', 'web.1', /Give it as 10\.0\.1\.3:PORT/],
  ['8080/udp', 'web.1', undefined],
])('%s from %s tells what there is', (target, from, message) => {
  if (message) expect(() => ask(target, from)).toThrow(message)
  else expect(ask(target, from).disposition).not.toBe('delivered')
})

test('the target and --protocol may not differ', () => {
  expect(() => ask('53/udp', undefined, { protocol: 'tcp' })).toThrow('--protocol says tcp')
})

test('drawings have a box for each namespace, and no quotes of the world', () => {
  const answer = ask('8081')
  const dot = exportTraceDot(answer)
  expect(dot).toMatch(/^digraph trace \{\n/)
  expect(dot.match(/ingress_sbox \(ingress\)/g)?.length).toBeGreaterThanOrEqual(2)
  expect(dot).toContain('style=dashed, label="answer"')
  expect(exportTraceMermaid(answer)).toMatch(/^flowchart TD\n {2}title\["delivered: /)
})
