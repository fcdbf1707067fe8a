import { chooseSeed, committedTree } from './seed.ts'

/** Chooses one seed for every random test of the run, before any of them starts. */
export function setup(): void {
  const { seed, from } = chooseSeed(process.env, committedTree)
  process.env['CNMTOP_SEED'] = String(seed)
  process.stdout.write(`seed of the random tests, from ${from}: CNMTOP_SEED=${seed}\n`)
}
