import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What a test may need of the machine: root, IPVS in the kernel, or a program on the path. */
export type Need = 'root' | 'ipvs' | `program:${string}`

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- only an interface merges with vitest's
  interface TaskMeta {
    /** Why a test did not run; `npm test` lists it. */
    skipped?: string
  }
}

/**
 * Options for `it` and `describe` that skip when the machine lacks something, and keep the reason for the report:
 * `describe('links', needs('root', 'program:ip'), () => ...)`.
 */
export function needs(...wanted: readonly Need[]): { skip: boolean; meta: { skipped?: string } } {
  const reasons = wanted.map(missing).filter(reason => reason !== undefined)
  return { skip: reasons.length > 0, meta: reasons.length > 0 ? { skipped: reasons.join(', ') } : {} }
}

function missing(need: Need): string | undefined {
  switch (need) {
    case 'root':
      return process.getuid?.() === 0 ? undefined : 'needs root'
    case 'ipvs':
      return hasIpvs() ? undefined : 'needs a kernel with IPVS loaded'
    default: {
      const program = need.slice('program:'.length)
      return isOnPath(program) ? undefined : `needs the program ${program}`
    }
  }
}

/** True when IPVS is there already; nothing is loaded by asking. */
function hasIpvs(): boolean {
  return (
    existsSync('/proc/net/ip_vs') && readFileSync('/proc/net/ip_vs', 'utf8').startsWith('IP Virtual Server')
  )
}

function isOnPath(program: string): boolean {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].some(directory => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
