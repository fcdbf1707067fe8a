import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { snapshotText } from '../../src/snapshot/file.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { cnmtop } from '../support/program.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-redact-'))
afterAll(() => rmSync(directory, { recursive: true }))
const path = (name: string): string => join(directory, name)
const read = (name: string): Snapshot => JSON.parse(readFileSync(path(name), 'utf8')) as Snapshot

describe('cnmtop snapshot --redact', () => {
  beforeAll(() => {
    for (const node of ['node1', 'node2']) {
      writeFileSync(path(`${node}.json`), snapshotText(captureSnapshot('docker-26.1-nft', node)))
    }
  })

  const redact = (node: string, output: string, ...more: string[]): ReturnType<typeof cnmtop> =>
    cnmtop(['snapshot', '--from-snapshot', path(`${node}.json`), '-o', path(output), '--redact', ...more])

  it('writes pseudonyms, others each time, and says so', () => {
    const { code, stderr } = redact('node1', 'one.json')
    expect(code).toBe(0)
    expect(stderr).toContain('one.json: names and addresses are pseudonyms')
    redact('node1', 'two.json')
    const [one, two] = [read('one.json'), read('two.json')]
    expect(one.redacted).toBe(true)
    expect(one.host.hostname).toMatch(/^host-\w{5}$/)
    expect(two.host.hostname).not.toBe(one.host.hostname)
    expect(cnmtop(['ls', 'ipvs', '--from-snapshot', path('one.json')]).stdout).toMatch(
      /^\S.*-A -f 259 -s rr/m,
    )
  })

  it('uses the key in a file, which it makes when there is none', () => {
    const { stderr } = redact('node1', 'first.json', '--redact-key', path('key'))
    expect(stderr).toContain(`${path('key')}: a new key`)
    expect(statSync(path('key')).mode & 0o777).toBe(0o600)
    redact('node1', 'again.json', '--redact-key', path('key'))
    redact('node2', 'other.json', '--redact-key', path('key'))
    expect(readFileSync(path('again.json'), 'utf8')).toBe(readFileSync(path('first.json'), 'utf8'))
    const peers = (snapshot: Snapshot): string[] =>
      snapshot.docker!.networks!.flatMap(network => network.Peers?.map(({ IP }) => IP) ?? []).toSorted()
    expect(peers(read('other.json'))).toEqual(peers(read('first.json')))
  })

  it.each([
    [['--redact-key', 'short'], 'is no key: it needs at least 16 characters'],
    [['--redact-key', directory], 'cannot read the key'],
    [['--redact-key', '/nonexistent/key'], 'cannot write the key'],
  ])('refuses %s', (more, sentence) => {
    writeFileSync(path('short'), 'hunter2')
    const words = more.map(word => (word === 'short' ? path(word) : word))
    const { code, stderr } = redact('node1', 'never.json', ...words)
    expect(stderr).toContain(sentence)
    expect(code).toBe(2)
  })

  it('wants --redact with --redact-key', () => {
    const { code, stderr } = cnmtop(['snapshot', '-o', '-', '--redact-key', path('key')])
    expect(stderr).toContain('--redact-key needs --redact')
    expect(code).toBe(2)
  })
})
