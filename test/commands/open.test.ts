import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openTerminal, type RunningTerminal } from '../../scripts/terminal.ts'
import { snapshotText } from '../../src/snapshot/file.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'
import { cnmtop, program } from '../support/program.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-open-'))
afterAll(() => rmSync(directory, { recursive: true }))
const path = (name: string): string => join(directory, name)

const terminals: RunningTerminal[] = []
afterEach(async () => {
  await Promise.all(terminals.splice(0).map(terminal => terminal.close()))
})

function run(words: readonly string[], through: readonly string[] = []): RunningTerminal {
  const [command, ...rest] = [...through, process.execPath, program, ...words]
  const terminal = openTerminal([command!, ...rest], { cols: 120, rows: 40 })
  terminals.push(terminal)
  return terminal
}

const shows = (part: string) => (rows: string[]) => rows.some(row => row.includes(part))
/** Without any capability. */
const nobody = ['setpriv', '--bounding-set=-all', '--inh-caps=-all']

beforeAll(() => {
  for (const node of ['node1', 'node2']) {
    writeFileSync(path(`${node}.json`), snapshotText(captureSnapshot('docker-26.1-nft', node)))
  }
})

describe('cnmtop open', () => {
  it('shows one snapshot, and goes with q', async () => {
    const terminal = run(['open', path('node1.json')])
    await terminal.until(shows('node1'))
    await terminal.until(shows('appnet'))
    terminal.type('r')
    await terminal.until(shows('This is a file: there is nothing to read again.'))
    terminal.type('n')
    await terminal.until(shows('There is one node only.'))
    terminal.type('q')
    expect((await terminal.exited).code).toBe(0)
  })

  it('shows several as one cluster, and the raw rows of each node', async () => {
    const terminal = run(['open', path('node1.json'), path('node2.json'), '--view', 'namespaces'])
    await terminal.until(shows('node1 (1 of 2 nodes)'))
    terminal.type('n')
    await terminal.until(shows('node2 (2 of 2 nodes)'))
    await terminal.until(shows('Raw rows are those of node2 now.'))
    terminal.type('N')
    await terminal.until(shows('node1 (1 of 2 nodes)'))
    expect(terminal.text()[0]).toContain('node1 (1 of 2 nodes)')
  })

  it('prints each without a terminal', () => {
    const { code, stdout, stderr } = cnmtop(['open', path('node1.json'), path('node2.json')])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^node1 .*\nnode2 .*\n\n +NAME [\s\S]*^Nodes 2\n[\s\S]*^ +web +vip +3\/3 +.*8080->80\/tcp$/m,
    )
    expect(stdout).not.toContain('\x1b')
    expect(stderr).toContain('no terminal: showing plain output')
  })

  it('needs no root', needs('root', 'program:setpriv'), () => {
    expect(cnmtop(['demo'], nobody)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^node1 /) })
  })

  const newer = (): string => JSON.stringify({ ...captureSnapshot('docker-26.1-nft', 'node1'), version: 99 })
  const hostile = (): string => {
    const snapshot = JSON.parse(snapshotText(captureSnapshot('docker-26.1-nft', 'node1'))) as Snapshot
    return JSON.stringify({
      ...snapshot,
      namespaces: [{ ...snapshot.namespaces[0], links: 'rm -rf /\u001b[2J' }],
    })
  }
  it.each([
    ['nothing at all', () => '', 'is no JSON, or cut short'],
    [
      'half a file',
      () => snapshotText(captureSnapshot('docker-26.1-nft', 'node1')).slice(0, 5000),
      'cut short',
    ],
    ['half a compressed file', () => gzipSync('x'.repeat(9999)).subarray(0, 20), 'is damaged'],
    [
      'no time',
      () => JSON.stringify({ ...(JSON.parse(newer()) as Snapshot), version: 1, takenAt: 'soon' }),
      'takenAt: no time as in RFC 3339',
    ],
    ['another JSON', () => '{"swarm": true}', 'is no cnmtop snapshot'],
    ['a newer version', newer, 'is of version 99, newer than the 1 that this cnmtop reads: update cnmtop'],
    ['fields of other types', hostile, 'is not a valid snapshot: namespaces.0.links'],
    [
      'values nested without end',
      () => `{"format":"cnmtop.snapshot","version":1,"x":${'['.repeat(3000)}${']'.repeat(3000)}}`,
      'nest deeper than 64',
    ],
  ])('refuses %s, also as one of several, with 6', (_, content, sentence) => {
    writeFileSync(path('bad.json'), content())
    for (const words of [[path('bad.json')], [path('node1.json'), path('bad.json')]]) {
      const { code, stdout, stderr } = cnmtop(['open', ...words])
      expect(stderr).toContain(sentence)
      expect(stderr).not.toContain('\x1b')
      expect(stdout).toBe('')
      expect(code).toBe(6)
    }
  })

  it('wants a file', () => {
    expect(cnmtop(['open'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("missing required argument 'file'"),
    })
  })
})

describe('cnmtop demo', () => {
  it('tells which recordings there are, and each opens', () => {
    const { stdout } = cnmtop(['demo', '--list'])
    const names = stdout
      .split('\n')
      .slice(1, -1)
      .map(line => line.split(' ')[0]!)
    expect(names).toContain('swarm')
    for (const name of names) {
      const shown = cnmtop(['demo', name])
      expect([name, shown.code]).toEqual([name, 0])
      expect(shown.stdout).toMatch(/^Networks \d+$/m)
    }
  })

  it.each([
    ['docker-user-drop', ['node1:80'], 'dropped: '],
    ['ingress-mark-removed', ['node1:80'], 'no-listener: '],
    ['real-servers-removed', ['node1:80'], 'no-real-server: '],
    ['fdb-wrong-vtep', ['api:80', '--from', 'client.1'], 'dropped: 1 of 2 ways deliver'],
    ['listens-on-loopback', ['node1:80'], 'no-listener: '],
  ])('has a broken one, %s, and a trace of %j says %j', (name, asked, verdict) => {
    const nodes = ['node1', 'node2', 'node3'].flatMap(node => [
      '--from-snapshot',
      resolve(import.meta.dirname, `../../demo/${name}-${node}.cnm.json.gz`),
    ])
    expect(cnmtop(['demo', '--list']).stdout).toMatch(new RegExp(`^${name} .* broken: `, 'm'))
    const { code, stdout } = cnmtop(['trace', ...asked, ...nodes])
    expect([code, stdout.slice(0, verdict.length)]).toEqual([3, verdict])
  })

  it('opens the first one in the screen', async () => {
    const terminal = run(['demo'])
    await terminal.until(shows('node1 (1 of 3 nodes)'))
    terminal.type('q')
    expect((await terminal.exited).code).toBe(0)
  })

  it('says which there are when asked for another', () => {
    const { code, stderr } = cnmtop(['demo', 'constructor'])
    expect(stderr).toContain("there is no scenario 'constructor'; known: swarm, ")
    expect(code).toBe(2)
  })
})

describe('without permission and Docker', needs('root', 'program:setpriv'), () => {
  it('says what is missing, and offers the demo', () => {
    const { code, stderr } = cnmtop([], nobody)
    expect(code).toBe(0)
    expect(stderr).toContain(
      'this root may not enter network namespaces: it lacks CAP_SYS_ADMIN (in a container: --cap-add SYS_ADMIN)',
    )
    expect(stderr).toMatch(/needs neither root nor Docker: cnmtop demo$/m)
  })

  it('calls it what one has typed', () => {
    const { stderr } = cnmtop([], ['env', 'npm_lifecycle_event=start', ...nobody])
    expect(stderr).toMatch(/: npm start -- demo$/m)
  })

  it('does not begin a screen that has nothing to show', async () => {
    const terminal = run([], nobody)
    expect((await terminal.exited).code).toBe(4)
    await terminal.until(shows('cnmtop demo'))
  })
})
