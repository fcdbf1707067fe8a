/** Runs a program in a guest with a swarm, with a folder that both see, for what it writes. */
import { endingWithUs, endWithParent } from './parents.ts'
import { inScratch } from './scratch.ts'
import { eachGuest, type Guest, nameOf, prepare, type SwarmRun, timed, workers } from './swarm-tests.ts'
import type { Summary } from './test-report.ts'
import { run } from './vitest-run.ts'

export type GuestRun = {
  /** What a guest that cannot be made means: `no faults can be proved here`. */
  readonly without: string
  /** Seconds. */
  readonly limit: number
  /** The program and its arguments. */
  readonly command: (folder: string) => readonly string[]
  /** Sums up what it left in the folder. */
  readonly summarise: (guest: Guest, folder: string, code: number) => Summary
}

/** One guest after the other; one that cannot be made here counts as skipped, with the reason. */
export async function runInGuests(guests: readonly Guest[], guestRun: GuestRun): Promise<SwarmRun[]> {
  endWithParent()
  return eachGuest(guests, guestRun.without, prepare, async guest => [
    await timed(nameOf(guest), () => runOne(guest, guestRun)),
  ])
}

function runOne(guest: Guest, { limit, command, summarise }: GuestRun): Promise<Summary> {
  return inScratch(async folder => {
    const { suite, iptables, machine } = guest
    const options = { suite, iptables, workers, timeout: limit, output: folder }
    const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
    if (machine === 'qemu') words.push('--qemu')
    const { code } = await run(endingWithUs(['lab/guest/run', ...words, '--', ...command(folder)]), 'inherit')
    return summarise(guest, folder, code)
  })
}
