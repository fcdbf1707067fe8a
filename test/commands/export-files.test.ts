import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTerminal } from '../../scripts/terminal.ts'
import { loadSnapshot, snapshotText } from '../../src/snapshot/file.ts'
import { program } from '../support/program.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-e-'))
afterAll(() => rmSync(directory, { recursive: true }))
const written = (): string[] =>
  readdirSync(directory)
    .filter(name => !name.startsWith('in-'))
    .toSorted()

describe('e on the screen', () => {
  beforeAll(() => {
    for (const node of ['node1', 'node2']) {
      writeFileSync(
        join(directory, `in-${node}.json`),
        snapshotText(captureSnapshot('docker-26.1-nft', node)),
      )
    }
  })

  it('writes snapshots, redacted ones and a report, and never over what is there', async () => {
    const shell = `cd ${directory} && exec ${process.execPath} ${program} open in-node1.json in-node2.json`
    const terminal = openTerminal(['bash', '-c', shell], { cols: 140, rows: 40 })
    try {
      const shows = (part: string) => (rows: string[]) => rows.some(row => row.includes(part))
      await terminal.until(shows('appnet'))
      terminal.type('e')
      await terminal.until(shows('A snapshot, to be opened again with cnmtop open'))
      terminal.type('s')
      await terminal.until(
        shows('Wrote node1-20261123T055700Z.cnm.json.gz, node2-20261123T055700Z.cnm.json.gz'),
      )
      terminal.type('es')
      await terminal.until(shows('Wrote node1-20261123T055700Z-2.cnm.json.gz'))
      terminal.type('em')
      await terminal.until(shows('Wrote node1-20261123T055700Z.md'))
      terminal.type('er')
      await terminal.until(shows('Wrote host-'))
    } finally {
      await terminal.close()
    }
    const names = written()
    expect(names.filter(name => name.startsWith('host-'))).toHaveLength(2)
    expect(names.filter(name => name.startsWith('node'))).toEqual([
      'node1-20261123T055700Z-2.cnm.json.gz',
      'node1-20261123T055700Z.cnm.json.gz',
      'node1-20261123T055700Z.md',
      'node2-20261123T055700Z-2.cnm.json.gz',
      'node2-20261123T055700Z.cnm.json.gz',
    ])
    expect(readFileSync(join(directory, 'node1-20261123T055700Z.md'), 'utf8')).toContain('# cnmtop report')
    const one = await loadSnapshot(join(directory, 'node1-20261123T055700Z.cnm.json.gz'))
    expect(one.host.hostname).toBe('node1')
    const redacted = await loadSnapshot(join(directory, names.find(name => name.startsWith('host-'))!))
    expect(redacted.redacted).toBe(true)
  })
})
