/** Asks a probe's question and tells who answered. */
import type { Swarm } from '../swarm/index.ts'
import { type Facts, fill, type World } from './facts.ts'
import { tryInPlace } from './place.ts'
import type { Probe } from './scenario.ts'

/** Calls at once, so that a balancer of three real servers shows each of them. */
const calls = 6

export type Outcome = {
  /** How often each answer came: `web@node2`, or an address that a name led to. */
  readonly answers: Readonly<Record<string, number>>
  /** How often none came, by what curl or nslookup said. */
  readonly failures: Readonly<Record<string, number>>
  readonly asked: number
  readonly failed: number
}

/** @param seconds after which a call has failed */
export async function ask(swarm: Swarm, world: World, probe: Probe, seconds = 3): Promise<Outcome> {
  const tally = { answers: {} as Record<string, number>, failures: {} as Record<string, number> }
  const add = (kind: 'answers' | 'failures', what: string): void => {
    tally[kind][what] = (tally[kind][what] ?? 0) + 1
  }
  const run = (command: readonly string[]) => tryInPlace(swarm, world.sandboxes, probe.from, command)
  let asked = calls
  if ('lookup' in probe) {
    asked = 1
    // A relative name would be looked up with the node's search domains too.
    const { status, stdout } = await run([
      'timeout',
      String(seconds),
      'busybox',
      'nslookup',
      '-type=a',
      probe.lookup,
      '127.0.0.11',
    ])
    // The first address is that of the resolver.
    const addresses = Array.from(
      stdout.matchAll(/^Address(?: \d+)?: *([\d.]+)$/gm),
      ([, address]) => address!,
    )
    if (status !== 0 || addresses.length === 0) add('failures', status === 124 ? 'no answer' : 'not found')
    for (const address of addresses) add('answers', address)
  } else {
    const names = namesOf(world.facts)
    const url = fill(probe.get, world.facts)
    const options = [
      '-sS',
      '-m',
      String(seconds),
      '-w',
      '\n%{http_code} %{size_download}',
      ...(probe.curl ?? []),
    ]
    const ended = await Promise.all(Array.from({ length: calls }, () => run(['curl', ...options, url])))
    for (const { status, stdout, stderr } of ended) {
      const answer = stdout.split('\n')[0]?.trim() ?? ''
      if (status === 0) add('answers', names.get(answer) ?? answer)
      else
        add(
          'failures',
          stderr
            .replace(/^curl: \(\d+\) /, '')
            .replaceAll(/ after \d+ (ms|milliseconds)( with 0 bytes received)?/g, '')
            .trim(),
        )
    }
  }
  const failed = Object.values(tally.failures).reduce((sum, count) => sum + count, 0)
  return { ...tally, asked, failed }
}

/** @returns what is not as it must be when all is well, or undefined */
export function complaint(probe: Probe, outcome: Outcome, { facts }: World): string | undefined {
  const wanted = expectedAnswers(probe, facts)
  const heard = Object.keys(outcome.answers).toSorted()
  const healthy = outcome.failed === 0 && heard.join() === wanted.join()
  return healthy ? undefined : `${probe.name}: ${describe(outcome)}, instead of ${wanted.join(' ')}`
}

export function expectedAnswers(probe: Probe, facts: Facts): string[] {
  if ('lookup' in probe) return probe.gives.map(address => fill(address, facts)).toSorted()
  // Told by its length, and not by a name.
  if (probe.answers.endsWith(' bytes')) return [probe.answers]
  const all = [...namesOf(facts).values()]
  const [name, node] = probe.answers.split('@')
  return all
    .filter(each => each === name || (each.startsWith(`${name}@`) && (!node || each.endsWith(`@${node}`))))
    .toSorted()
}

/** `web@node2 3, web@node3 3`, or `Connection timed out 6`. */
export function describe({ answers, failures }: Outcome): string {
  const counts = [...Object.entries(answers), ...Object.entries(failures)]
  return counts.map(([what, count]) => `${what} ${count}`).join(', ') || 'nothing'
}

/** Who has a host name: Docker takes the first twelve characters of a container's id. */
function namesOf(facts: Facts): Map<string, string> {
  const ids = Object.entries(facts).filter(([name]) => name.startsWith('id.'))
  return new Map(
    ids.map(([name, id]) => {
      const [, of, node] = name.split('.')
      return [id.slice(0, 12), node === undefined ? of! : `${of}@${node}`]
    }),
  )
}
