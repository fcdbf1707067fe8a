import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { NETLINK_ROUTE, type NetlinkSocket } from '../../src/collectors/kernel/netlink-socket.ts'
import { readLinks } from '../../src/collectors/kernel/rtnl/link.ts'
import type { TestNetns } from '../support/netns.ts'
import { type Comparison, compareRows } from './compare.ts'
import type { Command, Facet, OracleHost } from './facet.ts'
import type { RandomWorld } from './generate-world.ts'
import { knownDifferences } from './known-differences.ts'
import type { Random } from './random.ts'

/** How often a namespace that does not hold still is looked at again, and how long to wait before (seconds). */
const TRIES = 20
/** So often it has to differ while it holds still. */
const STAYS = 3
const PAUSE = 0.3

/** What a comparison needs of a network namespace. */
export type OracleNetns = Pick<TestNetns, 'name' | 'run' | 'netlink'>

/**
 * What a run was about: rows and keys that the tools printed, by facet; commands and rules of iptables that were given
 * to the kernel, and those that it refused.
 */
export type Tally = {
  readonly rows: Map<string, number>
  /** How often each key, and each word as `key=word`, occurred. */
  readonly keys: Map<string, Map<string, number>>
  /** Known differences that occurred, as `facet.key`. */
  readonly known: Set<string>
  commands: number
  refused: number
  rules: number
  refusedRules: number
  retries: number
}

export function newTally(): Tally {
  return {
    rows: new Map(),
    keys: new Map(),
    known: new Set(),
    commands: 0,
    refused: 0,
    rules: 0,
    refusedRules: 0,
    retries: 0,
  }
}

/**
 * Builds random state: links first, then everything on those that the kernel took. Commands that it refuses are
 * counted, not fatal: the generators do not know all of its rules.
 */
export async function build(
  netns: TestNetns,
  world: RandomWorld,
  facets: readonly Facet[],
  random: Random,
  tally: Tally,
): Promise<void> {
  await run(netns, world.commands, tally)
  const names = new Set(readLinks(netns.netlink()).rows.map(link => link.ifname))
  const real = { links: world.links.filter(link => names.has(link.name)) }
  await run(
    netns,
    facets.flatMap(facet => facet.build(real, random)),
    tally,
  )
}

async function run(netns: TestNetns, commands: readonly Command[], tally: Tally): Promise<void> {
  const shell = netns.run(() => spawn('sh', ['-s'], { stdio: ['pipe', 'ignore', 'pipe'] }))
  shell.stdin.end(shellScript(commands))
  const [complaints] = await Promise.all([text(shell.stderr), once(shell, 'exit')])
  for (const { tool, line } of commands) {
    if (!isRestore(tool)) tally.commands++
    else if (line.startsWith('[')) tally.rules++
  }
  tally.refused += complaints.match(/^Command failed/gm)?.length ?? 0
  tally.refusedRules += complaints.match(/^Rule failed/gm)?.length ?? 0
}

function isRestore(tool: Command['tool']): boolean {
  return tool.endsWith('-restore')
}

/**
 * One process for a run of lines of the same tool. Some mistakes end ip at once, with a status above 1 and whatever the
 * rest of the batch holds: then it is given again in small pieces, where what was done already is refused.
 */
const batchFunction = `batch() {
  lines=$(cat)
  printf '%s\\n' "$lines" | $1 -force -batch - && return
  [ $? -eq 1 ] && return
  printf '%s\\n' "$lines" | split -l 5 --filter="$1 -force -batch - 2>/dev/null || true"
}`

/**
 * One process for the tables of a family. A rule that is refused, and where the kernel refuses a table as a whole its
 * last rule, becomes a comment, and the rest is given again. `-w`: all namespaces of a machine share a lock.
 */
const restoreFunction = `restore() {
  lines=$(cat)
  while ! said=$(printf '%s\\n' "$lines" | $1 -c -w 2>&1); do
    line=$(printf '%s\\n' "$said" | sed -n 's/.*line:\\{0,1\\} \\([0-9][0-9]*\\).*/\\1/p' | head -n 1)
    rule=$(printf '%s\\n' "$lines" | head -n "\${line:-0}" | grep -n '^\\[' | tail -n 1)
    printf 'Rule failed: %s: %s\\n' "$rule" "$said" >&2
    [ -n "$rule" ] || return
    lines=$(printf '%s\\n' "$lines" | sed "\${rule%%:*}s/.*/#/")
  done
}`

function shellScript(commands: readonly Command[]): string {
  const parts = [batchFunction, restoreFunction]
  let tool: Command['tool'] | undefined
  for (const command of commands) {
    if (command.tool !== tool) {
      if (tool !== undefined && tool !== 'sh') parts.push('END')
      if (command.tool !== 'sh') {
        parts.push(`${isRestore(command.tool) ? 'restore' : 'batch'} '${command.tool}' <<'END'`)
      }
      tool = command.tool
    }
    parts.push(command.line)
  }
  if (tool !== undefined && tool !== 'sh') parts.push('END')
  return `${parts.join('\n')}\n`
}

/**
 * Compares every facet of one namespace; gives what differs, each with its facet.
 *
 * @throws Error when the namespace never holds still
 */
export function compare(netns: OracleNetns, facets: readonly Facet[], tally: Tally): string[] {
  let unsettled: string[] = []
  let differing = 0
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const results = compareOnce(netns, facets, attempt === 1 ? tally : newTally())
    unsettled = results.flatMap(result => result.unsettled)
    const differences = results.flatMap(result => result.differences)
    // A difference that is real stays; a state that went there and back between our two readings does not, as that of a
    // managed neighbour does, which fails and is asked for again for ever.
    if (unsettled.length === 0 && (differences.length === 0 || ++differing === STAYS)) return differences
    tally.retries++
    spawnSync('sleep', [String(PAUSE)])
  }
  throw new Error(`${netns.name} does not hold still: ${unsettled.slice(0, 5).join('; ')}`)
}

function compareOnce(netns: OracleNetns, facets: readonly Facet[], tally: Tally): Comparison[] {
  const host = oracleHost(netns)
  const before = facets.map(facet => facet.ours(host))
  const printed = print(netns, facets)
  const after = facets.map(facet => facet.ours(host))
  return facets.map((facet, index) => {
    const theirs = facet.theirs(printed[index]!)
    count(facet, theirs, tally)
    const { differences, unsettled } = (facet.compare ?? compareRows)(
      before[index]!.map(row => withoutKnown(facet, 'ours', row, tally)),
      theirs.map(row => withoutKnown(facet, 'theirs', row, tally)),
      after[index]!.map(row => withoutKnown(facet, 'ours', row, tally)),
      facet.moving,
    )
    return {
      differences: differences.map(line => `${facet.name} ${line}`),
      unsettled: unsettled.map(line => `${facet.name} ${line}`),
    }
  })
}

/** The standard output of all commands, by facet; one shell in the namespace runs them in a row. */
function print(netns: OracleNetns, facets: readonly Facet[]): string[][] {
  const commands = facets.flatMap(facet => facet.commands)
  const input = commands.map(command => `${command} || exit 9\nprintf '\\036'\n`).join('')
  const shell = netns.run(() => spawnSync('sh', ['-s'], { input, maxBuffer: 1 << 28 }))
  if (shell.status !== 0) throw new Error(`a tool failed in ${netns.name}: ${shell.stderr.toString()}`)
  const outputs = shell.stdout.toString().split('\u001e')
  let next = 0
  return facets.map(facet => outputs.slice(next, (next += facet.commands.length)))
}

function oracleHost(netns: OracleNetns): OracleHost {
  const sockets = new Map<number, NetlinkSocket>()
  const netlink = (protocol = NETLINK_ROUTE): NetlinkSocket => {
    const socket = sockets.get(protocol) ?? netns.netlink(protocol)
    sockets.set(protocol, socket)
    return socket
  }
  return {
    run: inside => netns.run(inside),
    names: new Map(readLinks(netlink()).rows.map(link => [link.ifindex, link.ifname])),
    netlink,
  }
}

function count(facet: Facet, theirs: readonly unknown[], tally: Tally): void {
  tally.rows.set(facet.name, (tally.rows.get(facet.name) ?? 0) + theirs.length)
  const keys = tally.keys.get(facet.name) ?? new Map<string, number>()
  tally.keys.set(facet.name, keys)
  const add = (key: string): void => void keys.set(key, (keys.get(key) ?? 0) + 1)
  for (const row of theirs) {
    for (const [key, value] of Object.entries(row as object)) {
      add(key)
      for (const word of [value].flat()) if (typeof word === 'string') add(`${key}=${word}`)
    }
  }
}

function withoutKnown(facet: Facet, side: 'ours' | 'theirs', row: unknown, tally: Tally): unknown {
  let copy = row as Record<string, unknown>
  for (const known of knownDifferences) {
    if (known.facet !== facet.name || known.side !== side || known.applies?.() === false) continue
    const [key, inner] = known.key.split('.') as [string, string | undefined]
    const value = copy[key]
    if (value === undefined || (known.value && !(typeof value === 'string' && known.value.test(value))))
      continue
    if (inner !== undefined && !(value as object[]).some(item => inner in item)) continue
    tally.known.add(`${known.facet}.${known.key}`)
    const { [key]: _, ...rest } = copy
    copy =
      inner === undefined ? rest : { ...rest, [key]: (value as object[]).map(item => without(item, inner)) }
  }
  return copy
}

function without(item: object, key: string): object {
  return Object.fromEntries(Object.entries(item).filter(([name]) => name !== key))
}
