import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'

/** Seeds of fast-check and of seededRandom: this many. */
const SEEDS = 2 ** 31

/** The seed of this run's random tests, as the global setup chose it. */
export const seed = Number(process.env['CNMTOP_SEED'])

/** A seed, and where it comes from. */
export type ChosenSeed = { readonly seed: number; readonly from: string }

/**
 * CNMTOP_SEED, or in CI a seed of what is tested: the same files are tested with the same seed, so that CI can be run
 * before a commit is handed in. Otherwise every run has another one and sees more.
 *
 * @param tree a name for the files under test in hexadecimal digits; undefined outside of a repository
 * @throws Error when CNMTOP_SEED is not a whole number from 0 to 2147483647
 */
export function chooseSeed(
  environment: Readonly<Record<string, string | undefined>>,
  tree: () => string | undefined,
): ChosenSeed {
  const wanted = environment['CNMTOP_SEED']
  if (wanted) {
    const number = Number(wanted)
    if (!Number.isInteger(number) || number < 0 || number >= SEEDS) {
      throw new Error(`CNMTOP_SEED is no whole number from 0 to ${SEEDS - 1}: ${wanted}`)
    }
    return { seed: number, from: 'CNMTOP_SEED' }
  }
  const { CI: ci } = environment
  if (!ci || ci === 'false') return { seed: Date.now() % SEEDS, from: 'the clock' }
  const name = tree()
  if (name === undefined) return { seed: 1, from: 'CI without a repository' }
  return { seed: Number.parseInt(name.slice(0, 8), 16) % SEEDS, from: "the commit's files under test" }
}

/** What random tests can depend on. A word in the documentation does not make CI draw anew. */
const tested = ['src', 'packages', 'lab', 'test', 'fixtures', 'package-lock.json']

/** One name for the files under test as HEAD holds them: unlike the commit's own name it outlives an amended message. */
export function committedTree(): string | undefined {
  try {
    const names = execFileSync('git', ['rev-parse', ...tested.map(path => `HEAD:${path}`)], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return createHash('sha1').update(names).digest('hex')
  } catch {
    return undefined
  }
}
