import { type IpvsEntry, ipvsTable, printDestination, printService, type TableView } from '../src/index.ts'

/** The views of `ipvsadm -Ln`, with the switches that ask for them. */
export const views: readonly (readonly [TableView, string])[] = [
  ['list', '-Ln --exact'],
  ['stats', '-Ln --stats --exact'],
  ['rate', '-Ln --rate --exact'],
  ['thresholds', '-Ln --thresholds --exact'],
  ['persistent', '-Ln --persistent-conn --exact'],
]

/** A line without the padding of its columns. */
const squeeze = (line: string): string => line.trim().replaceAll(/\s+/g, ' ')

/**
 * Blocks of one service each, its real servers sorted, the blocks sorted: ipvsadm sorts by rules of its own, and the
 * kernel gives hash order.
 */
function blocks(lines: readonly string[], isServer: (line: string) => boolean): string[] {
  const found: string[][] = []
  for (const line of lines) {
    if (isServer(line)) found.at(-1)?.push(line)
    else found.push([line])
  }
  return found.map(([service, ...servers]) => [service, ...servers.sort()].join('\n')).sort()
}

/** Ours, as `ipvsadm -Sn` would print it. */
export function savedBlocks(entries: readonly IpvsEntry[]): string[] {
  const lines = entries.flatMap(({ service, realServers }) => [
    printService(service),
    ...realServers.map(({ realServer }) => printDestination(service, realServer)),
  ])
  return blocks(lines, line => line.startsWith('-a'))
}

/** Ours, as a view of `ipvsadm -Ln` would print it, without padding. */
export function tableBlocks(view: TableView, entries: readonly IpvsEntry[]): string[] {
  const lines = ipvsTable(view, entries).rows.map(row =>
    squeeze(`${row.kind === 'realServer' ? '-> ' : ''}${row.cells.join(' ')}`),
  )
  return blocks(lines, line => line.startsWith('->'))
}

export const textLines = (text: string): string[] => text.split('\n').filter(line => line.trim() !== '')

/** What `ipvsadm -Ln` printed, without its header and padding. */
export function printedBlocks(text: string): string[] {
  const lines = textLines(text).map(squeeze)
  const header = lines.findIndex(line => line.startsWith('-> RemoteAddress:Port'))
  return blocks(lines.slice(header + 1), line => line.startsWith('->'))
}

/** What `ipvsadm -Sn` printed. */
export function printedSavedBlocks(text: string): string[] {
  return blocks(textLines(text), line => line.startsWith('-a'))
}
