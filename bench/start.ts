import { openProgram } from './program.ts'
import { median, ms, quantile, type Result, type Subject } from './result.ts'

const starts = 7

/** From the start of the process until the terminal shows namespaces and the interfaces of one of them. */
export async function measureStart({ netnsDir }: Subject): Promise<Result[]> {
  const took: number[] = []
  // The start after a build compiles everything, and keeps it: that one is not measured.
  for (let start = -1; start < starts; start++) {
    const started = performance.now()
    const terminal = openProgram(netnsDir)
    try {
      await terminal.until(isUseful, 30_000)
      if (start >= 0) took.push(performance.now() - started)
    } finally {
      await terminal.close()
    }
  }
  const middle = median(took)
  return [
    {
      what: 'start to first useful frame (median, worst)',
      measured: `${ms(middle)}, ${ms(quantile(took, 1))}`,
      goal: 'under 400 ms at 200',
      met: middle < 400,
    },
  ]
}

/** Every namespace has been read. */
export function isSettled([header = '']: readonly string[]): boolean {
  return header.includes('● live')
}

/** A namespace of the lab on the left, and an interface with its flags on the right. */
export function isUseful(rows: readonly string[]): boolean {
  return rows.some(row => row.includes('ingress_sbox')) && rows.some(row => /<.*\bUP\b.*>/.test(row))
}
