import type { MarkRule } from '../model.ts'
import { rulesOf } from './filter.ts'
import type { NamespaceView } from './world.ts'

/** Rules of the mangle table that set a mark, by the mark. */
export function marksOf(namespace: NamespaceView): Map<number, MarkRule[]> {
  const marks = new Map<number, MarkRule[]>()
  for (const seen of rulesOf(namespace, 'mangle', ({ target }) => target.name === 'MARK')) {
    const { target, chain } = seen.rule
    if (target.name !== 'MARK') continue
    const mark: MarkRule = {
      chain,
      ...(seen.destination !== undefined && { address: seen.destination }),
      ...(seen.protocol !== undefined && { protocol: seen.protocol }),
      ...(seen.port !== undefined && { port: seen.port }),
      evidence: seen.evidence,
    }
    const list = marks.get(target.mark)
    if (list) list.push(mark)
    else marks.set(target.mark, [mark])
  }
  return marks
}
