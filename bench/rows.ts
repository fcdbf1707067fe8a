import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A namespace with a long routing table, in a directory of its own. */
export type LongNamespace = { readonly netnsDir: string; readonly name: string }

/** Makes it: `count` routes into 10.0.0.0/8 that lead nowhere. */
export function makeRows(count: number): LongNamespace {
  const netnsDir = mkdtempSync(join(tmpdir(), 'cnmtop-bench-rows-'))
  const name = 'long_table'
  const file = join(netnsDir, name)
  writeFileSync(file, '')
  execFileSync('unshare', [`--net=${file}`, 'true'])
  const routes = Array.from({ length: count }, (_, i) => `route add blackhole 10.${i >> 8}.${i & 255}.0/24\n`)
  execFileSync('nsenter', [`--net=${file}`, 'ip', '-batch', '-'], { input: routes.join('') })
  return { netnsDir, name }
}

export function removeRows({ netnsDir, name }: LongNamespace): void {
  execFileSync('umount', [join(netnsDir, name)])
  rmSync(netnsDir, { recursive: true })
}
