import { spawnSync } from 'node:child_process'

let found: readonly number[] | undefined

/** Whether the iproute2 that stands in for the truth here is of this version or later, such as `iproute2Is(6, 3)`. */
export function iproute2Is(...wanted: readonly number[]): boolean {
  const version = (found ??= versionOf('ip'))
  const differing = wanted.findIndex((part, index) => part !== (version[index] ?? 0))
  return differing === -1 || (version[differing] ?? 0) > wanted[differing]!
}

function versionOf(tool: string): number[] {
  const said = spawnSync(tool, ['-V'], { encoding: 'utf8' }).stdout ?? ''
  return (/(\d+(?:\.\d+)+)/.exec(said)?.[1] ?? '0').split('.').map(Number)
}
