import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runPlotnetcfg } from './plotnetcfg.ts'
import { isInstalled, output, root } from './program.ts'
import { median, ms, type Result, type Subject, times } from './result.ts'

const rounds = 3

/** A pass over a large node takes a second, and with its files eight: fewer passes tell as much there. */
const passesOn = (sandboxes: number): number => (sandboxes > 500 ? 6 : 20)

/** First pass of a fresh process, and its second half, when code is compiled; both without the start of the process. */
type Passes = { cold: number; warm: number }

/**
 * What the screen reads of every namespace, against others that look at the same ones. `baseline/dump.c` and `baseline/shell-loop.sh` say what they do and print their own times.
 */
export async function measureCollection({ netnsDir, sandboxes }: Subject): Promise<Result[]> {
  const directory = await mkdtemp(join(tmpdir(), 'cnmtop-bench-'))
  try {
    const dump = join(directory, 'dump')
    await output('gcc', ['-O2', '-o', dump, join(root, 'bench/baseline/dump.c')])
    const passes = passesOn(sandboxes)
    const [us, c] = await takeTurns(dump, [netnsDir, String(passes)])
    const [usWhole, cWhole] = await takeTurns(dump, [netnsDir, String(passes), '--sysctls'])
    const loop = [join(root, 'bench/baseline/shell-loop.sh'), netnsDir, 'nft']
    const [shell = Number.NaN] = await timesOf('sh', loop)
    const [typed = Number.NaN] = await timesOf('sh', [...loop, 'whole'])
    return [
      ...compare(us, c, shell, typed),
      { what: 'with the files of /proc/sys/net, as for a snapshot', measured: `warm ${ms(usWhole.warm)}` },
      { what: 'the same in C', measured: `warm ${ms(cWhole.warm)}` },
      atMost('with files, ours / C, warm', usWhole.warm / cWhole.warm),
      ...(await comparePlotnetcfg(netnsDir, us)),
    ]
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Ours and the C program in turn, so that both meet the same machine. */
async function takeTurns(dump: string, words: readonly string[]): Promise<[Passes, Passes]> {
  const ours: number[][] = []
  const theirs: number[][] = []
  for (let round = 0; round < rounds; round++) {
    ours.push(await timesOf(process.execPath, [join(root, 'bench/collect-often.ts'), ...words]))
    theirs.push(await timesOf(dump, words))
  }
  return [summary(ours), summary(theirs)]
}

function compare(ours: Passes, c: Passes, shell: number, typed: number): Result[] {
  return [
    { what: 'every namespace read, first in its process', measured: ms(ours.cold) },
    { what: 'every namespace read, warm', measured: ms(ours.warm) },
    { what: 'the same dumps in C, nothing decoded', measured: `${ms(c.cold)}, warm ${ms(c.warm)}` },
    { what: 'shell loop: one nsenter, ip, bridge, iptables-save', measured: ms(shell) },
    atLeast('shell loop / ours, warm', shell / ours.warm),
    { what: 'shell loop for the same data, nsenter a command', measured: ms(typed) },
    atLeast('that loop / ours, first', typed / ours.cold),
    atLeast('that loop / ours, warm', typed / ours.warm),
    { what: 'ours / C, first', measured: times(ours.cold / c.cold) },
    atMost('ours / C, warm', ours.warm / c.warm),
  ]
}

function atLeast(what: string, ratio: number): Result {
  return { what, measured: times(ratio), goal: 'at least 50 ×', met: ratio >= 50 }
}

function atMost(what: string, ratio: number): Result {
  return { what, measured: times(ratio), goal: 'at most 2.5 ×', met: ratio <= 2.5 }
}

async function comparePlotnetcfg(netnsDir: string, ours: Passes): Promise<Result[]> {
  if (!isInstalled('plotnetcfg')) return [{ what: 'plotnetcfg', measured: 'not installed' }]
  const { took, namespaces } = await runPlotnetcfg(netnsDir, 3)
  const theirs = median(took)
  const row = (what: string, ratio: number): Result => ({
    what,
    measured: times(ratio),
    goal: 'more than 1 ×',
    met: ratio > 1,
  })
  return [
    { what: `plotnetcfg: links and addresses of ${namespaces} namespaces`, measured: ms(theirs) },
    row('plotnetcfg / ours, first', theirs / ours.cold),
    row('plotnetcfg / ours, warm', theirs / ours.warm),
  ]
}

/** Runs a program that prints one line of JSON a pass, with its milliseconds in `ms`. */
async function timesOf(file: string, args: readonly string[]): Promise<number[]> {
  const lines = (await output(file, args)).trim().split('\n')
  return lines.map(line => (JSON.parse(line) as { ms: number }).ms)
}

function summary(runs: readonly (readonly number[])[]): Passes {
  return {
    cold: median(runs.map(([first = Number.NaN]) => first)),
    warm: median(runs.flatMap(run => run.slice(run.length / 2))),
  }
}
