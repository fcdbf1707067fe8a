import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { snapshotText } from '../../src/snapshot/file.ts'
import { cnmtop } from '../support/program.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-diff-'))
afterAll(() => rmSync(directory, { recursive: true }))
const [before, after, unread] = ['before', 'after', 'unread'].map(name =>
  join(directory, `${name}.json`),
) as [string, string, string]

beforeAll(() => {
  writeFileSync(before, snapshotText(captureSnapshot('docker-26.1-nft', 'node1')))
  const changed = captureSnapshot('docker-26.1-nft', 'node1')
  const ingress = changed.namespaces.find(({ kind }) => kind === 'ingress')!
  ingress.links = ingress.links.filter(({ ifname }) => ifname !== 'eth1')
  ingress.links[1]!.ifalias = 'a\x1b[31mb'
  ingress.ipvs.services[0]!.realServers[0]!.weight = 0
  writeFileSync(after, snapshotText(changed))
  const forbidden = captureSnapshot('docker-26.1-nft', 'node1')
  for (const { sources } of forbidden.namespaces)
    sources.find(({ source }) => source === 'ipvs')!.status = 'forbidden'
  writeFileSync(unread, snapshotText(forbidden))
})

describe('cnmtop diff', () => {
  it('says nothing and ends with 0 when nothing differs', () => {
    expect(cnmtop(['diff', before, before])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'cnmtop: no difference\n',
    })
  })

  it('prints what differs, and ends with 3', () => {
    const { code, stdout, stderr } = cnmtop(['diff', before, after])
    expect(stdout).toBe(
      [
        `--- ${before}  node1  2026-11-23T05:57:00.000Z`,
        `+++ ${after}  node1  2026-11-23T05:57:00.000Z`,
        '',
        '@@ ingress_sbox @@',
        '~ link eth0',
        '    ifalias (none) -> a\\x1b[31mb',
        '- link eth1',
        '~ real server FWM 259 -> 10.0.0.5:0',
        '    weight 1 -> 0',
        '',
      ].join('\n'),
    )
    expect(stderr).toBe('cnmtop: 0 added, 1 removed, 2 changed\n')
    expect(code).toBe(3)
  })

  it('tells it as JSON', () => {
    const { code, stdout } = cnmtop(['diff', before, after, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'cnmtop.diff',
      version: 1,
      before: { file: before, host: { hostname: 'node1' } },
      changes: [
        { change: 'changed', namespace: 'ingress_sbox', type: 'link', name: 'eth0' },
        { change: 'removed', namespace: 'ingress_sbox', type: 'link', name: 'eth1' },
        { type: 'real server', fields: [{ field: 'weight', before: 1, after: 0 }] },
      ],
      unknown: [],
    })
    expect(code).toBe(3)
  })

  it('says what could not be compared, which is not the same as no difference', () => {
    const { code, stdout, stderr } = cnmtop(['diff', before, unread])
    expect(stdout).toBe('')
    expect(stderr).toContain(`cnmtop: not compared: IPVS of ingress_sbox: in ${unread} forbidden\n`)
    expect(stderr).toMatch(/no difference; \d+ parts not compared\n$/)
    expect(code).toBe(3)
  })

  it('colours on demand only', () => {
    // The run of all tests says NO_COLOR to them.
    const forced = ['env', '-u', 'NO_COLOR', 'FORCE_COLOR=1']
    const coloured = cnmtop(['diff', before, after], forced)
    expect(coloured.stdout).toContain('\x1b[31m- link eth1\x1b[0m\n')
    expect(cnmtop(['diff', before, after, '--no-color'], forced).stdout).not.toContain('\x1b')
  })

  it.each([
    [[before], 2, "missing required argument 'after'"],
    [[before, '/nonexistent.json'], 6, 'cannot read /nonexistent.json: no such file or directory'],
    [[directory, before], 6, 'it is no regular file'],
  ])('cnmtop diff %s ends with %i', (words, code, sentence) => {
    const ended = cnmtop(['diff', ...words])
    expect(ended.stderr).toContain(sentence)
    expect(ended.code).toBe(code)
  })
})
