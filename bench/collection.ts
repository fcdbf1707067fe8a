import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runPlotnetcfg } from './plotnetcfg.ts'
import { isInstalled, output, root } from './program.ts'
import { median, ms, type Result, type Subject, times } from './result.ts'

const rounds = 3
const passes = 8

/** First pass of a fresh process, and the passes after it; both without the start of the process. */
type Passes = { cold: number; warm: number }

/**
 * A full collection against others that look at the same namespaces. Ours and the C program take turns, so that both
 * meet the same machine. `baseline/dump.c` and `baseline/shell-loop.sh` say what they do and print their own times.
 */
export async function measureCollection({ netnsDir }: Subject): Promise<Result[]> {
  const directory = await mkdtemp(join(tmpdir(), 'cnmtop-bench-'))
  try {
    const dump = join(directory, 'dump')
    await output('gcc', ['-O2', '-o', dump, join(root, 'bench/baseline/dump.c')])
    const ours: number[][] = []
    const theirs: number[][] = []
    for (let round = 0; round < rounds; round++) {
      ours.push(
        await timesOf(process.execPath, [join(root, 'bench/collect-often.ts'), netnsDir, String(passes)]),
      )
      theirs.push(await timesOf(dump, [netnsDir, String(passes)]))
    }
    const [shell = Number.NaN] = await timesOf('sh', [join(root, 'bench/baseline/shell-loop.sh'), netnsDir])
    const us = summary(ours)
    return [...compare(us, summary(theirs), shell), ...(await comparePlotnetcfg(netnsDir, us))]
  } finally {
    await rm(directory, { recursive: true })
  }
}

function compare(ours: Passes, c: Passes, shell: number): Result[] {
  return [
    { what: 'full collection, first in its process', measured: ms(ours.cold) },
    { what: 'full collection, warm', measured: ms(ours.warm) },
    { what: 'the same dumps in C, nothing decoded', measured: `${ms(c.cold)}, warm ${ms(c.warm)}` },
    { what: 'shell loop of nsenter, ip, bridge, iptables-save', measured: ms(shell) },
    atLeast('shell loop / ours, first', shell / ours.cold),
    atLeast('shell loop / ours, warm', shell / ours.warm),
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
    warm: median(runs.flatMap(([, ...later]) => later)),
  }
}
