/**
 * Compares ipvs-netlink with ipvsadm on a kernel that has IPVS: random tables are made with ipvsadm, read by both,
 * and compared field by field. Needs root, ipvsadm, iproute2 and Node; no build. Everything happens in a network
 * namespace of its own.
 *
 *     node test/guest/ipvs-oracle.ts [--rounds N] [--seed N] [--capture DIR]
 *
 * `--capture` also writes the bytes of one reading and what ipvsadm printed of the same tables, as fixtures.
 * Ends with 1 when anything differs.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createIpvsClient, type IpvsClient, type IpvsEntry, timeoutsText } from 'ipvs-netlink'
import { listFamilies, type Transport } from 'netlink-codec'
import { recordingTransport } from 'netlink-codec/testing'
import {
  printedBlocks,
  printedSavedBlocks,
  savedBlocks,
  tableBlocks,
  views,
} from '../../packages/ipvs-netlink/test/ipvsadm-text.ts'
import { inNamespace } from '../../src/collectors/kernel/enter.ts'
import { close, openReadOnly } from '../../src/collectors/kernel/libc.ts'
import { NETLINK_GENERIC, openNetlink } from '../../src/collectors/kernel/netlink-socket.ts'
import { annotateIpvs } from './annotate.ts'
import { addresses, everyOption, sipOption, trafficProgram, trafficTables } from './ipvs-tables.ts'
import { randomTables, seededRandom } from './random-services.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, seed: { type: 'string' }, capture: { type: 'string' } },
})
const rounds = Number(values.rounds ?? 25)
const seed = Number(values.seed ?? Date.now() % 2 ** 32)
const netns = `ipvsoracle${process.pid}`
const knownSchedulers = 'rr wrr lc wlc lblc lblcr sh dh sed nq fo ovf mh twos'.split(' ')
const timeoutCommand = '-L --timeout'

const differences: string[] = []
let comparisons = 0
let words = 0

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function run(command: string, input = ''): string {
  const args = ['netns', 'exec', netns, ...command.split(' ')]
  return execFileSync('ip', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
}

function works(command: string): boolean {
  try {
    run(command)
    return true
  } catch {
    return false
  }
}

/** Replaces the tables of the namespace. */
function restore(lines: readonly string[]): void {
  run('ipvsadm -C')
  run('ipvsadm -R', `${lines.join('\n')}\n`)
}

function compare(what: string, ours: readonly string[], theirs: readonly string[]): void {
  comparisons++
  words += theirs.join(' ').split(/\s+/).filter(Boolean).length
  for (const block of ours) {
    if (!theirs.includes(block)) differences.push(`${what}: only ours:\n${block}`)
  }
  for (const block of theirs) {
    if (!ours.includes(block)) differences.push(`${what}: only ipvsadm's:\n${block}`)
  }
  if (ours.length !== theirs.length) differences.push(`${what}: ${ours.length} and ${theirs.length} services`)
}

type Reading = {
  readonly entries: readonly IpvsEntry[]
  /** What ipvsadm printed, by its switches. */
  readonly printed: ReadonlyMap<string, string>
  /** Every message of ours and of the kernel. */
  readonly recording: readonly Uint8Array[]
}

/** Reads with both, and compares, until nothing moved in between: the kernel's estimator moves rates. */
async function readBoth(what: string, transport: Transport, familyId: number): Promise<Reading> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const recording: Uint8Array[] = []
    const recorded = recordingTransport(transport, message => recording.push(message))
    const client = createIpvsClient({ transport: recorded, familyId })
    const listing = client.readAll()
    const timeouts = timeoutsText(client.timeouts())
    client.info()
    const switches = ['-Sn', ...views.map(([, viewSwitches]) => viewSwitches), timeoutCommand]
    const printed = new Map(switches.map(each => [each, run(`ipvsadm ${each}`)]))
    const again = createIpvsClient({ transport, familyId }).readAll()
    if (JSON.stringify(again.rows) === JSON.stringify(listing.rows)) {
      differences.push(...listing.problems)
      compareAll(what, listing.rows, printed)
      compare(`${what} ${timeoutCommand}`, [timeouts], [printed.get(timeoutCommand)!.trim()])
      return { entries: listing.rows, printed, recording }
    }
    await sleep(50)
  }
  throw new Error(`${what}: the tables never stood still`)
}

function compareAll(what: string, entries: readonly IpvsEntry[], printed: ReadonlyMap<string, string>): void {
  compare(`${what} -Sn`, savedBlocks(entries), printedSavedBlocks(printed.get('-Sn')!))
  for (const [view, switches] of views) {
    compare(`${what} ${switches}`, tableBlocks(view, entries), printedBlocks(printed.get(switches)!))
  }
}

function capture(directory: string, name: string, { recording, printed }: Reading): void {
  const kernel = execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim()
  const file = `${name}-${kernel.split('.').slice(0, 2).join('.')}`
  const header = [
    `# kernel: ${kernel}`,
    `# tool: ${run('ipvsadm --version').trim()}; Node ${process.version} over a generic-netlink socket`,
    `# command: node test/guest/ipvs-oracle.ts --seed ${seed} --rounds ${rounds} --capture DIR`,
    `# date: ${new Date().toISOString().slice(0, 10)}`,
    '# Requests of createIpvsClient (readAll, timeouts, info), each followed by what the kernel answered.',
    `# ${file}.txt beside this file is what ipvsadm printed of the same tables.`,
  ]
  writeFileSync(`${directory}/${file}.hex`, `${header.join('\n')}\n\n${annotateIpvs(recording)}`)
  const transcript = [...printed].map(([switches, text]) => `$ ipvsadm ${switches}\n${text}`).join('')
  writeFileSync(`${directory}/${file}.txt`, transcript)
}

async function randomRounds(client: IpvsClient, transport: Transport, familyId: number): Promise<void> {
  const schedulers = knownSchedulers.filter(
    name => works(`ipvsadm -A -f 1 -s ${name}`) && works('ipvsadm -C'),
  )
  const engines = works(`ipvsadm ${sipOption}`) ? ['sip'] : []
  say(`schedulers ${schedulers.join(' ')}; persistence engines ${engines.join(' ') || 'none'}`)
  run('ipvsadm -C')
  if (client.readAll().rows.length !== 0) differences.push('an empty table does not read as empty')

  const random = seededRandom(seed)
  let services = 0
  let realServers = 0
  for (let round = 0; round < rounds; round++) {
    const made = randomTables(random, schedulers, engines)
    restore(made.commands)
    run(`ipvsadm --set ${[9000, 900, 900].map(limit => 1 + Math.floor(random() * limit)).join(' ')}`)
    const { entries } = await readBoth(`round ${round}`, transport, familyId)
    const read = entries.reduce((sum, entry) => sum + entry.realServers.length, 0)
    compare(
      `round ${round}: numbers of services and real servers`,
      [`${entries.length} ${read}`],
      [`${made.services} ${made.realServers}`],
    )
    services += entries.length
    realServers += read
  }
  say(`${services} services, ${realServers} real servers`)

  restore(engines.length > 0 ? [...everyOption, sipOption] : everyOption)
  run('ipvsadm --set 900 120 300')
  const options = await readBoth('every option', transport, familyId)
  if (values.capture) capture(values.capture, 'options', options)
}

/** Reads while another program fills and clears the tables: nothing may fail, and what changed must be said. */
async function churn(client: IpvsClient): Promise<void> {
  const lines = Array.from({ length: 40 }, (_, index) => [
    `-A -f ${index + 1} -s rr`,
    `-a -f ${index + 1} -r 10.0.0.${index + 1}:0 -m -w 1`,
  ]).flat()
  const script = `printf '%s\\n' ${lines.map(line => `'${line}'`).join(' ')} > /tmp/${netns}
    while :; do ipvsadm -R < /tmp/${netns}; ipvsadm -C; done`
  const child = spawn('ip', ['netns', 'exec', netns, 'sh', '-c', script], { stdio: 'ignore' })
  let interrupted = 0
  let services = 0
  try {
    for (let reading = 0; reading < 300; reading++) {
      const listing = client.readAll()
      differences.push(...listing.problems)
      services += listing.rows.length
      if (listing.interrupted) interrupted++
      await sleep(1)
    }
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
    // The ipvsadm that it had started ends by itself.
    await sleep(500)
    rmSync(`/tmp/${netns}`, { force: true })
  }
  say(`churn: 300 readings of ${services} services, ${interrupted} of them marked interrupted`)
  if (services === 0 || interrupted === 0) differences.push('churn: nothing happened while it was read')
}

async function movingCounters(transport: Transport, familyId: number): Promise<void> {
  restore(trafficTables)
  const args = ['netns', 'exec', netns, process.execPath, '-e', trafficProgram]
  const child = spawn('ip', args, { stdio: 'ignore' })
  try {
    await sleep(5000)
    // Frozen, so that the counters stand still while several programs read them.
    child.kill('SIGSTOP')
    const traffic = await readBoth('traffic', transport, familyId)
    const { entries } = traffic
    const moved = entries.filter(({ stats }) => stats.inPackets !== '0' && stats.inBps !== '0')
    const open = entries.flatMap(entry => entry.realServers).filter(server => server.activeConns > 0)
    const persistent = entries.flatMap(entry => entry.realServers).filter(server => server.persistConns > 0)
    compare(
      'services that moved, real servers with open connections, with persistent ones',
      [`${moved.length} ${open.length} ${persistent.length}`],
      ['3 3 1'],
    )
    if (values.capture) capture(values.capture, 'traffic', traffic)
  } finally {
    child.kill('SIGKILL')
  }
}

async function main(): Promise<void> {
  say(`seed ${seed}, ${rounds} rounds`)
  execFileSync('ip', ['netns', 'add', netns])
  const fd = openReadOnly(`/run/netns/${netns}`)
  try {
    run('ip link set lo up')
    run('ip link add ipvs0 type dummy')
    run('ip link set ipvs0 up')
    for (const address of addresses) run(`ip addr add ${address} dev ipvs0`)
    run('ipvsadm -C')
    const budget = { bytes: Number.POSITIVE_INFINITY, deadline: performance.now() + 3_600_000 }
    const socket = inNamespace(fd, () => openNetlink(NETLINK_GENERIC, budget))
    const familyId = listFamilies(socket).find(family => family.name === 'IPVS')?.id
    if (familyId === undefined) throw new Error('this kernel has no IPVS')
    const client = createIpvsClient({ transport: socket, familyId })
    await randomRounds(client, socket, familyId)
    await churn(client)
    await movingCounters(socket, familyId)
    const printed = /version (\S+) \(size=(\d+)\)/.exec(run('ipvsadm -Ln'))
    const info = client.info()
    compare('version', [`${info.version} ${info.connectionTableSize}`], [`${printed?.[1]} ${printed?.[2]}`])
    socket.close()
  } finally {
    close(fd)
    execFileSync('ip', ['netns', 'del', netns])
  }
  for (const difference of differences) say(difference)
  say(`${comparisons} comparisons of ${words} printed words: ${differences.length} differences`)
  process.exitCode = differences.length === 0 ? 0 : 1
}

await main()
