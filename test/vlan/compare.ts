import { type Path, type Trace, traceFlow } from '../../src/lb/index.ts'
import { IPPROTO_ICMP } from '../../src/lb/packet.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { addresses, askers, type Bed, type PlaceName, places } from './bed.ts'
import type { VlanCase } from './cases.ts'

/** Pairs as `a>b`: whose question has come to whom, and who got the answer. */
export type Witness = { readonly arrived: readonly string[]; readonly answered: readonly string[] }
export type Said = Witness & {
  /** Pairs of which the trace does not know how it ends. */
  readonly unknown: readonly string[]
  /** What it says, by pair. */
  readonly sentences: ReadonlyMap<string, string>
}

const others = (own: PlaceName): readonly PlaceName[] => places.filter(place => place !== own)

/** Brings the bed into a state, looks at it, and sees what the kernel makes of questions in it. */
export async function seenInCase(
  bed: Bed,
  { options = '', ip = [], bridge = [], set = [], undo = [], only = askers, isWarm }: VlanCase,
): Promise<{ readonly snapshot: Snapshot; readonly witness: Witness }> {
  bed.reset(options)
  for (const [place, line] of ip) bed.tool(place, 'ip', [line])
  if (bridge.length > 0) bed.tool('sw', 'bridge', bridge)
  try {
    for (const [place, command] of set) bed.run(place, command)
    if (isWarm) await ask(bed, only)
    const snapshot = bed.snapshot()
    const answered = await ask(bed, only)
    return { snapshot, witness: { answered, arrived: arrivedBetween(snapshot, bed.snapshot()) } }
  } finally {
    for (const [place, command] of undo) bed.run(place, command)
  }
}

/** Everybody else is asked at once; gives the pairs that were answered. */
async function ask(bed: Bed, who: readonly PlaceName[]): Promise<string[]> {
  const answered = await Promise.all(
    who.map(async from => {
      const asked = others(from).map(
        to => `(ping -c 1 -W 1 ${addresses[to]} >/dev/null && echo '${from}>${to}')&`,
      )
      return (await bed.shell(from, `${asked.join(' ')} wait`)).split('\n')
    }),
  )
  return answered.flat().filter(Boolean).toSorted()
}

function arrivedBetween(before: Snapshot, after: Snapshot): string[] {
  const counts = countsOf(before)
  const more = [...countsOf(after)].filter(([pair, count]) => count > (counts.get(pair) ?? 0))
  return more.map(([pair]) => pair).toSorted()
}

function countsOf({ namespaces }: Snapshot): Map<string, number> {
  return new Map(
    namespaces.flatMap(({ netfilter }, index) =>
      netfilter
        .flatMap(({ rules }) => rules)
        .flatMap(({ text, packets }) => {
          const [, from] = /^-A INPUT .*--comment "?(\w+)/.exec(text) ?? []
          return from === undefined ? [] : [[`${from}>${places[index]}`, Number(packets)] as const]
        }),
    ),
  )
}

/** A ping, as somebody sends it. */
export function tracePing(snapshot: Snapshot, from: PlaceName, to: PlaceName): Trace {
  const entry = { kind: 'local', namespace: idOf(snapshot, from) } as const
  return traceFlow([snapshot], { family: 'inet', protocol: IPPROTO_ICMP, destination: addresses[to], entry })
}

/** What our trace says of the same questions. */
export function saidByTrace(snapshot: Snapshot, { only = askers }: VlanCase): Said {
  const [answered, arrived, unknown]: [string[], string[], string[]] = [[], [], []]
  const sentences = new Map<string, string>()
  const pairs = only.flatMap(from => others(from).map(to => [from, to] as const))
  for (const [from, to] of pairs) {
    const pair = `${from}>${to}`
    const { path, sentence } = tracePing(snapshot, from, to)
    sentences.set(pair, sentence)
    const ends = endsOf(path)
    const replies = leavesOf(path).flatMap(({ reply }) => (reply ? endsOf(reply) : []))
    if ([...ends, ...replies].some(({ disposition }) => disposition === 'insufficient-info')) {
      unknown.push(pair)
      continue
    }
    const isThere = ends.every(
      ({ disposition, namespace }) => disposition === 'delivered' && namespace === idOf(snapshot, to),
    )
    if (isThere) arrived.push(pair)
    if (isThere && replies.length > 0 && replies.every(({ disposition }) => disposition === 'delivered'))
      answered.push(pair)
  }
  return { answered: answered.toSorted(), arrived: arrived.toSorted(), unknown, sentences }
}

function leavesOf(path: Path): readonly Path[] {
  return path.fork ? path.fork.branches.flatMap(branch => leavesOf(branch.path)) : [path]
}

const endsOf = (path: Path): NonNullable<Path['end']>[] =>
  leavesOf(path).flatMap(({ end }) => (end ? [end] : []))

const idOf = ({ namespaces }: Snapshot, place: PlaceName): string => namespaces[places.indexOf(place)]!.id

/** What was seen of the pairs of which the trace knows how they end. */
export function knownOf({ arrived, answered }: Witness, { unknown }: Said): Witness {
  const isKnown = (pair: string): boolean => !unknown.includes(pair)
  return { arrived: arrived.filter(isKnown), answered: answered.filter(isKnown) }
}

export const tellingOf = ({ sentences }: Said): string =>
  [...sentences].map(([pair, sentence]) => `${pair}: ${sentence}`).join('\n')
