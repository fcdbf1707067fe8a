import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type CollectGarbage = (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void

let collect: CollectGarbage | undefined

/**
 * Gives back the memory of what this thread no longer needs. V8 keeps what a burst of work took, and a first look at a
 * thousand namespaces is one. The thread stands still meanwhile, so it is for the quiet after the burst.
 */
export function tidyMemory(): void {
  if (!collect) {
    // The function is there only for those who ask for it with a flag; the flag works at any time.
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as CollectGarbage
    setFlagsFromString('--no-expose-gc')
  }
  collect({ type: 'major', flavor: 'last-resort' })
}
