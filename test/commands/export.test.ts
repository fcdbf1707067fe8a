import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { snapshotText } from '../../src/snapshot/file.ts'
import { cnmtop } from '../support/program.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-export-'))
afterAll(() => rmSync(directory, { recursive: true }))
const path = (name: string): string => join(directory, name)

beforeAll(() => {
  for (const node of ['node1', 'node2']) {
    writeFileSync(path(`${node}.json`), snapshotText(captureSnapshot('docker-26.1-nft', node)))
  }
})

describe('cnmtop export', () => {
  it.each([
    ['dot', /^digraph cnmtop \{\n/],
    ['mermaid', /^flowchart LR\n/],
    ['svg', /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/],
    ['md', /^# cnmtop report\n/],
  ])('writes %s to stdout and to a file', (format, beginning) => {
    const words = ['export', '--format', format, '--from-snapshot', path('node1.json')]
    const { code, stdout, stderr } = cnmtop(words)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(beginning)
    expect(cnmtop([...words, '-o', path(`out.${format}`)]).stdout).toBe('')
    expect(readFileSync(path(`out.${format}`), 'utf8')).toBe(stdout)
  })

  it('draws a cluster from several snapshots', () => {
    const { stdout } = cnmtop(['export', '--format', 'dot', path('node1.json'), path('node2.json')])
    expect(stdout).toContain('label="node1, manager"')
    expect(stdout).toContain('label="node2, worker"')
  })

  it.each([
    [['export'], 2, "required option '--format <format>' not specified"],
    [['export', '--format', 'png'], 2, 'Allowed choices are dot, mermaid, svg, md'],
    [
      ['export', '--format', 'md', '/nonexistent.json'],
      6,
      'cannot read /nonexistent.json: no such file or directory',
    ],
    [
      ['export', '--format', 'md', path('node1.json'), '-o', '/nonexistent/x.md'],
      1,
      'cannot write /nonexistent/x.md',
    ],
  ])('cnmtop %s ends with %i', (words, code, sentence) => {
    const ended = cnmtop(words)
    expect(ended.stderr).toContain(sentence)
    expect(ended.code).toBe(code)
  })
})
