import type { SourceReport } from '../../snapshot/index.ts'
import type { NamespaceData } from './namespace.ts'

/** What was last told of one namespace, so that the same is not told again. */
export type News = {
  /**
   * The fields whose rows are others than those told before.
   *
   * @param repeat tell rows that stand still once more, so that whoever counts rates sees that they fell to zero
   */
  changes(data: Partial<NamespaceData>, repeat: boolean): Partial<NamespaceData>
  /** Whether a source went otherwise than the time before. Times alone are no news. */
  hasOutcome(reports: readonly SourceReport[]): boolean
}

/** Fields that are read again and again of every namespace, and are mostly empty. */
const small: ReadonlySet<string> = new Set(['ipvs', 'sockets', 'xfrm', 'netfilter', 'nft', 'nsids', 'vlans'])
const UNKNOWN = -1

export function createNews(): News {
  /** By field: most of what is read once is never read again, so it is digested only when it is. */
  const digests = new Map<string, number>()
  const repeated = new Set<string>()
  const outcomes = new Map<string, string>()
  return {
    changes(data, repeat) {
      const entries = Object.entries(data).filter(([field, rows]) => {
        const before = digests.get(field)
        const digest = before === undefined && !small.has(field) ? UNKNOWN : digestOf(rows)
        if (before === undefined || before !== digest) {
          digests.set(field, digest)
          repeated.delete(field)
          return true
        }
        if (!repeat || repeated.has(field)) return false
        repeated.add(field)
        return true
      })
      return Object.fromEntries(entries)
    },
    hasOutcome(reports) {
      let news = false
      for (const { source, status, reason } of reports) {
        const outcome = reason === undefined ? status : `${status} ${reason}`
        if (outcomes.get(source) === outcome) continue
        outcomes.set(source, outcome)
        news = true
      }
      return news
    },
  }
}

/** Timers of bridges and their ports run all the time, and say nothing that anybody waits for. */
const runningTimers = /"[a-z_]+_timer":[\d.]+/g

/** Two rounds of 32-bit FNV-1a with other seeds, as one number of 53 bits: to tell rows apart, not to guard them. */
function digestOf(rows: unknown): number {
  const text = (JSON.stringify(rows) ?? '').replace(runningTimers, '')
  let high = 0x811c9dc5
  let low = 0x01000193
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    high = Math.imul(high ^ code, 0x01000193)
    low = Math.imul(low ^ code, 0x85ebca6b)
    low ^= low >>> 13
  }
  return (high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0)
}
