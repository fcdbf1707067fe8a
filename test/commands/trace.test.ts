import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { snapshotText } from '../../src/snapshot/file.ts'
import { cnmtop } from '../support/program.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-trace-'))
afterAll(() => rmSync(directory, { recursive: true }))
const path = (name: string): string => join(directory, name)
const one = ['--from-snapshot', path('node1.json')]
const cluster = [...one, '--from-snapshot', path('node2.json')]

beforeAll(() => {
  for (const node of ['node1', 'node2']) {
    writeFileSync(path(`${node}.json`), snapshotText(captureSnapshot('docker-20.10-legacy', node)))
  }
})

describe('cnmtop trace', () => {
  it.each([
    [['8080', ...cluster], 0, /^delivered: /],
    [['web:80', '--from', 'dns.1', ...cluster], 0, /^delivered: /],
    [['8081', ...one], 3, /^left-for-peer: /],
    [['8888', ...cluster], 3, /^no-listener: /],
    // Nothing is wrong here, and nobody here can tell what becomes of it.
    [['8.8.8.8:443', '--from', 'dns.1', ...cluster], 3, /^left-node: /],
    [
      ['10.77.0.1:8080', '--from', '10.77.0.77', '--size', '1000', ...cluster],
      0,
      /^delivered: .*\n.*10\.77\.0\.77,/,
    ],
    [['web', '--from', 'host', ...one], 3, /^insufficient-info: web has no address/],
    [['8080', '--dot', ...cluster], 0, /^digraph trace \{\n/],
    [['8080', '--mermaid', ...cluster], 0, /^flowchart TD\n/],
  ])('%j ends with %i', (words, code, beginning) => {
    const ended = cnmtop(['trace', ...words])
    expect([ended.code, ended.stderr]).toEqual([code, ''])
    expect(ended.stdout).toMatch(beginning)
  })

  it.each([
    [[...one], "missing required argument 'target'"],
    [['nope', ...one], "nothing is called 'nope'"],
    [['web:80', '--from', 'web', ...cluster], "'web' are several: web.1, web.2, web.3"],
    [['80', '--protocol', 'ip', ...one], 'Allowed choices are tcp, udp, sctp, icmp'],
    [['80', '--size', '7', ...one], 'a number of bytes from 40 to 65535 is needed'],
    [['80', '--json', '--dot', ...one], "'--json' cannot be used with option '--dot'"],
  ])('%j is wrong usage', (words, sentence) => {
    const { code, stdout, stderr } = cnmtop(['trace', ...words])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(sentence)
  })

  it('gives one JSON document, with what can be done about a broken hop', () => {
    const { code, stdout } = cnmtop(['trace', '8888/tcp', '--json', ...one])
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({
      question: { target: '8888/tcp' },
      disposition: 'no-listener',
      traces: [{ trace: { flow: { destination: '10.77.0.1', destinationPort: 8888 } } }],
      broken: [{ disposition: 'no-listener', name: 'host', command: 'ss -lntp' }],
    })
  })
})
