import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { output } from './program.ts'

/**
 * plotnetcfg takes no directory: it looks in `/run/netns` and at the namespaces of the processes in `/proc`, and starts
 * from that of process 1. So it runs in a mount and a process namespace of its own, where the given directory lies over
 * `/run/netns` with the nsfs mounts in it, and process 1 is this shell. It sees the directory's namespaces and the one it is
 * started in. The clock runs around plotnetcfg alone.
 */
const script = `
  set -e
  mkdir -p /run/netns
  mount --rbind "$1" /run/netns
  for ((run = 0; run < $2; run++)); do
    from=$EPOCHREALTIME
    plotnetcfg -f json > "$3"
    to=$EPOCHREALTIME
    echo $(( \${to/./} - \${from/./} ))
  done`

/** Times plotnetcfg over the namespaces of a directory: milliseconds of each run, and how many namespaces it printed. */
export async function runPlotnetcfg(
  netnsDir: string,
  runs: number,
): Promise<{ took: number[]; namespaces: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'cnmtop-bench-'))
  const printed = join(directory, 'plotnetcfg.json')
  try {
    const own = ['--mount', '--propagation', 'private', '--pid', '--fork', '--mount-proc']
    const shell = ['bash', '-c', script, 'bash', netnsDir, String(runs), printed]
    const lines = await output('unshare', [...own, ...shell])
    const { namespaces } = JSON.parse(await readFile(printed, 'utf8')) as { namespaces: unknown[] }
    const took = lines
      .trim()
      .split('\n')
      .map(microseconds => Number(microseconds) / 1000)
    return { took, namespaces: namespaces.length }
  } finally {
    await rm(directory, { recursive: true })
  }
}
