/** Who answers in a swarm, by curl and nslookup. */
import { output, waitFor } from '../../lab/swarm/index.ts'

/** What curl gives at a URL, of so many calls from a client outside of the swarm; its complaint where it gives nothing. */
export async function answers(url: string, calls = 8): Promise<Set<string>> {
  const heard = new Set<string>()
  for (let call = 0; call < calls; call++) {
    heard.add((await output(['curl', '-sS', '-m', '5', url]).catch((error: Error) => error.message)).trim())
  }
  return heard
}

/** Waits until every task answers at a URL and nothing else does; gives their names. */
export async function tasksAt(url: string, tasks: number): Promise<readonly string[]> {
  return all(tasks, async () => answers(url, tasks * 3))
}

/** The same for what a container hears: `get` asks once, and gives an empty text when nobody answers. */
export async function tasksHeard(tasks: number, get: () => Promise<string>): Promise<readonly string[]> {
  return all(tasks, async () => {
    const heard = new Set<string>()
    for (let call = 0; call < tasks * 4; call++) heard.add(await get())
    return heard
  })
}

async function all(tasks: number, ask: () => Promise<ReadonlySet<string>>): Promise<readonly string[]> {
  let heard: ReadonlySet<string> = new Set<string>()
  await waitFor(
    async () => {
      heard = await ask()
      const isWhole = heard.size === tasks && [...heard].every(text => /^[\w.-]+$/.test(text))
      return isWhole ? undefined : [...heard].join(', ')
    },
    { seconds: 60, everyMs: 500 },
  )
  return [...heard]
}

/** The addresses that busybox's nslookup tells, in their order. */
export function addressesIn(text: string): string[] {
  return [...text.matchAll(/^Address(?: \d+)?: *([\d.]+)$/gm)].map(([, address]) => address!).toSorted()
}
