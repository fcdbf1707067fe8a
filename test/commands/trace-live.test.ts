import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { downNode, upNode } from '../../lab/node.ts'
import { collectSnapshot } from '../../src/collectors/kernel/collect.ts'
import { askConntrack, findInText } from '../../src/collectors/kernel/conntrack.ts'
import { probeAnswer } from '../../src/commands/trace-probe.ts'
import { buildGraph } from '../../src/graph/build.ts'
import { answerQuestion } from '../../src/lb/index.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'
import { cnmtop, type Ended, program } from '../support/program.ts'

const timeLimit = 120_000
const asking = '18531514ffd0'

/** A connection to port 80 of an address, again and again. */
const traffic = `
  const { connect } = require('node:net')
  const again = () => connect(80, process.argv[1]).on('error', () => {}).on('connect', function () { this.end() })
  setInterval(again, 20)`

describe('cnmtop trace on a live node', needs('root', 'program:ip', 'program:iptables-nft'), () => {
  const name = `witness-${process.pid}`
  let directory = ''
  let wire = ''

  beforeAll(async () => {
    const built = await upNode({ name })
    directory = built.directory
    wire = built.wire
  }, timeLimit)
  afterAll(() => downNode({ name }), timeLimit)

  const netns = (of: string): string => (of === 'wire' ? wire : join(directory, of))
  const run = (of: string, ...command: string[]): string =>
    execFileSync('nsenter', [`--net=${netns(of)}`, ...command], { encoding: 'utf8' })
  const trace = (...words: string[]): Ended =>
    cnmtop(['trace', '--no-docker', '--only-netns-dirs', '--netns-dir', directory, ...words])
  const look = (): Snapshot => collectSnapshot({ netnsDirs: [directory], onlyNetnsDirs: true, owners: true })

  async function during<Result>(from: string, address: string, then: () => Promise<Result>): Promise<Result> {
    const words = [`--net=${netns(from)}`, process.execPath, '-e', traffic, address]
    const sender: ChildProcess = spawn('nsenter', words, { stdio: 'ignore' })
    await once(sender, 'spawn')
    try {
      return await then()
    } finally {
      sender.kill()
    }
  }

  describe('--watch', () => {
    type Line = {
      readonly elapsedMs: number
      readonly traces: readonly {
        readonly sentences: readonly string[]
        readonly steps: readonly {
          readonly kind: string
          readonly chain?: string
          readonly direction: string
          readonly verdict: string
          readonly moved: number
        }[]
      }[]
    }
    const watch = (...words: string[]): Line[] => {
      const { stdout } = trace(...words, '--watch', '--json', '--interval', '0.3')
      return stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Line)
    }

    it('tells that no rule moves while nothing comes', () => {
      const [line] = watch('80', '--count', '1')
      const { steps } = line!.traces[0]!
      // Interfaces count what a new node says by itself: neighbour discovery, for one.
      const rules = steps.filter(({ kind }) => kind === 'rule')
      expect(rules.map(({ chain, verdict }) => [chain, verdict])).toContainEqual([
        'nat/DOCKER-INGRESS',
        'still',
      ])
      expect(new Set(rules.map(({ verdict }) => verdict))).toEqual(new Set(['still']))
    })

    it('tells what moves at each hop, there and back', async () => {
      const lines = await during(asking, '192.168.10.6', async () =>
        watch('192.168.10.6:80', '--from', asking, '--count', '3'),
      )
      expect(lines).toHaveLength(3)
      const { steps } = lines.at(-1)!.traces[0]!
      expect(steps.map(({ kind, direction, verdict }) => [kind, direction, verdict])).toEqual([
        ['link', 'forward', 'moved'],
        ['link', 'forward', 'moved'],
        ['link', 'reply', 'moved'],
        ['link', 'reply', 'moved'],
      ])
      for (const [index, { moved }] of steps.entries())
        expect(moved).toBeGreaterThan(lines[0]!.traces[0]!.steps[index]!.moved)
    })

    it(
      'names the hop that should have moved and did not',
      async () => {
        // What the trace, which does not know of it yet, takes for the way to DOCKER-INGRESS is cut in front of it.
        const rule = ['FORWARD', '-p', 'tcp', '--dport', '80', '-j', 'DROP']
        const watching = spawn(
          process.execPath,
          [program, 'trace', '80', '--no-docker', '--only-netns-dirs', '--netns-dir', directory].concat(
            '--watch',
            '--json',
            '--count',
            '40',
            '--interval',
            '0.2',
          ),
          { stdio: ['ignore', 'pipe', 'ignore'] },
        )
        let text = ''
        watching.stdout.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        try {
          await vi.waitFor(() => expect(text).toContain('\n'), { timeout: 60_000 })
          run('default', 'iptables-nft', '-t', 'filter', '-I', ...rule)
          await during('wire', '172.16.100.21', () =>
            vi.waitFor(() => expect(text).toContain('In default this should have moved and did not'), {
              timeout: 60_000,
              interval: 100,
            }),
          )
          watching.kill('SIGINT')
          const [code] = (await once(watching, 'exit')) as [number | null]
          expect(code).toBe(130)
        } finally {
          watching.kill('SIGKILL')
          spawnSync('nsenter', [`--net=${netns('default')}`, 'iptables-nft', '-t', 'filter', '-D', ...rule])
        }
      },
      timeLimit,
    )

    it('ends with 3 where the trace does not deliver, and text has a block for each reading', () => {
      const { code, stdout } = trace('80', '--watch', '--count', '2', '--interval', '0.1')
      expect(code).toBe(3)
      expect(stdout.match(/^\d{4}-\d\d-\d\dT.*, [\d.]+ s$/gm)).toHaveLength(2)
      expect(stdout).toMatch(/^ {2}dnat {9}\+\d+ pkts +PREROUTING nat\/DOCKER-INGRESS: /m)
    })
  })

  describe('--probe', () => {
    it('connects from where the flow starts, and finds the connection in the tables of the kernel', () => {
      const { code, stdout, stderr } = trace('192.168.10.6:80', '--from', asking, '--probe', '--json')
      expect(stderr).toMatch(/sending one TCP connection without data from 18531514ffd0 \(port \d+\) to/)
      const told = JSON.parse(stdout) as { readonly tracked: readonly { readonly verdict: string }[] }
      expect(told).toMatchObject({ probe: { kind: 'answered' }, isAsPredicted: true, differences: [] })
      // Where br_netfilter is at work, the overlay's namespace tracks it too.
      const verdicts = told.tracked.map(({ verdict }) => verdict)
      expect(verdicts.filter(verdict => verdict !== 'untracked')).toEqual(['same', 'same'])
      expect(code).toBe(0)
    })

    it.each([
      ['a ping', ['192.168.10.6', '--protocol', 'icmp'], 0, 'probe: answered, as predicted'],
      ['a closed port', ['192.168.10.6:81'], 3, 'probe: refused (ECONNREFUSED), as predicted'],
      ['a datagram to nobody', ['192.168.10.6:99/udp'], 3, 'probe: refused (ECONNREFUSED), as predicted'],
    ])('%s', (_, words, code, line) => {
      const ended = trace(...words, '--from', asking, '--probe')
      expect([ended.code, ended.stdout.split('\n')[0]]).toEqual([code, line])
    })

    it('does not play a client outside', () => {
      const { code, stdout, stderr } = trace('80', '--probe')
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain('a client outside cannot be played from this node')
    })

    it('tells what the kernel did otherwise', async () => {
      const node = look()
      const question = { target: '192.168.10.6:80', from: asking }
      const answer = answerQuestion(buildGraph([node]), [node], question)
      // Changed behind the back of the snapshot: the connection is led to where nobody listens.
      const rule = ['OUTPUT', '-d', '192.168.10.6', '-p', 'tcp', '-j', 'DNAT', '--to', '192.168.10.6:8081']
      run(asking, 'iptables-nft', '-t', 'nat', '-A', ...rule)
      const written: string[] = []
      const write = vi.spyOn(process.stdout, 'write').mockImplementation(text => {
        written.push(String(text))
        return true
      })
      try {
        expect(await probeAnswer(node, answer, { json: true })).toBe(3)
        expect(JSON.parse(written.join(''))).toMatchObject({
          probe: { kind: 'refused' },
          isAsPredicted: false,
          differences: expect.arrayContaining([
            expect.stringContaining('It was refused (ECONNREFUSED), and predicted was: tcp'),
          ]),
        })
      } finally {
        write.mockRestore()
        run(asking, 'iptables-nft', '-t', 'nat', '-D', ...rule)
      }
    })
  })

  describe('connection tracking', needs('program:conntrack'), () => {
    it('of a namespace is told as conntrack prints it, by ctnetlink and by /proc', async () => {
      const rule = [
        '-d',
        '192.168.10.6',
        '-p',
        'tcp',
        '--dport',
        '8088',
        '-j',
        'DNAT',
        '--to',
        '192.168.10.6:80',
      ]
      run(asking, 'iptables-nft', '-t', 'nat', '-A', 'OUTPUT', ...rule)
      const namespace = look().namespaces.find(each => each.name === asking)!
      // A port of its own: the answer's tuple must not be that of a connection to port 80 that is not forgotten yet.
      const connect = `require('node:net').connect({ host: '192.168.10.6', port: 8088, localPort: 20001 }).on('connect', function () { this.end() })`
      run(asking, process.execPath, '-e', connect)
      const text = run(asking, 'conntrack', '-L', '-p', 'tcp', '--orig-port-dst', '8088')
      expect(text).toContain(
        'src=192.168.10.4 dst=192.168.10.6 sport=20001 dport=8088 src=192.168.10.6 dst=192.168.10.4 sport=80 dport=20001',
      )
      const original = {
        source: '192.168.10.4',
        destination: '192.168.10.6',
        sourcePort: 20_001,
        destinationPort: 8088,
      }
      const question = { family: 'inet', protocol: 6, original } as const
      const reply = {
        source: '192.168.10.6',
        destination: '192.168.10.4',
        sourcePort: 80,
        destinationPort: 20_001,
      }
      expect(askConntrack(namespace, question)).toEqual({ kind: 'entry', reply })
      const proc = run(asking, 'cat', '/proc/thread-self/net/nf_conntrack')
      expect(findInText(proc, question)).toEqual({ kind: 'entry', reply })
      const other = { ...question, original: { ...original, sourcePort: 1 } }
      expect(askConntrack(namespace, other)).toEqual({ kind: 'none' })
      expect(findInText(proc, other)).toEqual({ kind: 'none' })
      run(asking, 'iptables-nft', '-t', 'nat', '-D', 'OUTPUT', ...rule)
    })
  })
})
