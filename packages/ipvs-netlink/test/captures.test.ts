import { readdirSync, readFileSync } from 'node:fs'
import { parseHexDump, replayTransport } from 'netlink-codec/testing'
import { describe, expect, it } from 'vitest'
import { createIpvsClient, type IpvsEntry, ipvsTable, timeoutsText } from '../src/index.ts'
import {
  printedBlocks,
  printedSavedBlocks,
  savedBlocks,
  tableBlocks,
  textLines,
  views,
} from './ipvsadm-text.ts'

/**
 * Bytes that real kernels sent, against what ipvsadm printed of the same tables. `test/guest/ipvs-oracle.ts
 * --capture` makes them.
 */
const directory = new URL('../fixtures/', import.meta.url)
const captures = readdirSync(directory)
  .filter(name => name.endsWith('.hex'))
  .map(name => name.replace('.hex', ''))

/** What `ipvsadm SWITCHES` printed, from a transcript. */
function printed(transcript: string, switches: string): string {
  const section = transcript.split(/^\$ ipvsadm /m).find(part => part.startsWith(`${switches}\n`))
  expect(section, switches).toBeDefined()
  return section!.slice(switches.length + 1)
}

describe.each(captures)('capture %s', name => {
  const dump = parseHexDump(readFileSync(new URL(`${name}.hex`, directory), 'utf8'))
  const transcript = readFileSync(new URL(`${name}.txt`, directory), 'utf8')
  const familyId = dump.bytes[4]! | (dump.bytes[5]! << 8)
  const client = createIpvsClient({ transport: replayTransport(dump.bytes), familyId })
  const listing = client.readAll()
  const entries: readonly IpvsEntry[] = listing.rows

  it('decodes whole', () => {
    expect(listing.problems).toEqual([])
    expect(listing.interrupted).toBe(false)
    expect(entries.length).toBeGreaterThan(0)
    const unknown = entries.flatMap(entry => [
      ...(entry.service.unknown ?? []),
      ...entry.realServers.flatMap(server => server.realServer.unknown ?? []),
    ])
    expect(unknown).toEqual([])
  })

  it('prints what ipvsadm -Sn prints', () => {
    expect(savedBlocks(entries)).toEqual(printedSavedBlocks(printed(transcript, '-Sn')))
  })

  it.each(views)('gives the cells of the %s view (%s)', (view, switches) => {
    const theirs = printedBlocks(printed(transcript, switches))
    expect(theirs).toHaveLength(entries.length)
    expect(tableBlocks(view, entries)).toEqual(theirs)
  })

  it.each(views)('has every title of the %s view (%s)', (view, switches) => {
    const { serviceHeader, realServerHeader } = ipvsTable(view, [])
    const header = textLines(printed(transcript, switches)).slice(1, 3).join(' ')
    const titles = header.split(/\s+/).filter(word => word !== '->' && word !== '')
    expect([...serviceHeader, ...realServerHeader]).toEqual(expect.arrayContaining(titles))
  })

  it('prints the timeouts and the version', () => {
    expect(timeoutsText(client.timeouts())).toBe(printed(transcript, '-L --timeout').trim())
    const { version, connectionTableSize } = client.info()
    expect(`IP Virtual Server version ${version} (size=${connectionTableSize})`).toBe(
      textLines(printed(transcript, '-Ln --exact'))[0],
    )
  })
})
