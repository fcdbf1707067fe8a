import { readFileSync } from 'node:fs'
import { hostname, release } from 'node:os'
import type { Host } from '../../snapshot/index.ts'

/** Name, kernel and boot of this node. */
export function readHost(): Host {
  return { hostname: hostname(), kernel: release(), bootId: bootId() }
}

/** Random per boot (random(4)); empty where /proc hides it. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}
