import type { KeyName } from './keys.ts'

/** A key that comes again sooner is held down: keyboards wait up to this before they repeat it, and are faster then. */
const REPEAT_MS = 700

/** Tells of each key whether it is the one before it once more, held down. */
export function createRepeats(clock: () => number): (key: KeyName) => boolean {
  let last: { readonly key: KeyName; readonly at: number } | undefined
  return key => {
    const at = clock()
    const isRepeat = last?.key === key && at - last.at < REPEAT_MS
    last = { key, at }
    return isRepeat
  }
}
