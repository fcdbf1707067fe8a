import { readSnapshot } from './options.ts'
import { type DisplayOptions, showNodes } from './screen.ts'

/** `cnmtop open FILE...`: snapshots in the same screen, read-only; several files are one cluster. */
export async function openCommand(
  [first, ...others]: readonly [string, ...string[]],
  options: DisplayOptions,
): Promise<number> {
  const nodes = await Promise.all(others.map(readSnapshot))
  return showNodes([await readSnapshot(first), ...nodes], options)
}
