import type { Path, Trace } from '../trace.ts'
import type { Movement, StepMovement } from './movement.ts'

/**
 * What a movement says in sentences: which hop should have moved and did not, which branches were taken, and whether anything moved at
 * all. Holds text of the world.
 */
export function movementSentences({ path }: Pick<Trace, 'path'>, movement: Movement): string[] {
  const { steps, branches } = movement
  if (![...steps.values(), ...branches.values()].some(({ verdict }) => verdict === 'moved'))
    return ['Nothing on the path has moved.']
  return [...missingSteps(path, movement), ...takenBranches(path, movement)]
}

/** Whether a hop stands still that what leads to it did reach. */
export function hasMissing({ steps }: Movement): boolean {
  return [...steps.values()].some(({ verdict }) => verdict === 'missing')
}

function missingSteps(path: Path, movement: Movement): string[] {
  const own = path.hops.flatMap(({ name, steps }) =>
    steps
      .filter(step => movement.steps.get(step)?.verdict === 'missing')
      .map(({ kind, chain, detail }) => {
        const what = chain === undefined ? `${kind}: ${detail}` : `${chain}: ${detail}`
        return `In ${name} this should have moved and did not: ${what}.`
      }),
  )
  const further = path.fork?.branches.flatMap(branch => missingSteps(branch.path, movement)) ?? []
  return [...own, ...further, ...(path.reply ? missingSteps(path.reply, movement) : [])]
}

function takenBranches({ fork, reply }: Path, movement: Movement): string[] {
  const own = fork?.branches.map(branch => ({ branch, moved: movement.branches.get(branch) })) ?? []
  const isKnown = own.some(({ moved }) => moved?.isTaken !== undefined)
  const words = own.map(({ branch, moved }) => `${branch.label}: ${takenWord(moved)}`)
  return [
    ...(isKnown ? [`Of ${own.length} ways: ${words.join('; ')}.`] : []),
    ...own.flatMap(({ branch }) => takenBranches(branch.path, movement)),
    ...(reply ? takenBranches(reply, movement) : []),
  ]
}

function takenWord(moved: (StepMovement & { readonly isTaken: boolean | undefined }) | undefined): string {
  if (moved?.isTaken === undefined) return 'not known'
  if (!moved.isTaken) return 'not taken'
  return moved.moved === 0 ? 'known connections' : formatMoved(moved)
}

/** `+12 conns`; empty where nothing is counted. */
export function formatMoved({ moved, unit }: StepMovement): string {
  return moved === undefined ? '' : `+${moved} ${unit}`
}
