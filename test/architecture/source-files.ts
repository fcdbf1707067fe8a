import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The root of the repository. */
export const root = resolve(import.meta.dirname, '../..')

export type SourceFile = { readonly file: string; readonly text: string }

/** The files that match, by path from the root, with their text; dependencies and bundles are left out. */
export function sourceFiles(...patterns: readonly string[]): SourceFile[] {
  return globSync([...patterns], { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] })
    .sort()
    .map(file => ({ file, text: readFileSync(resolve(root, file), 'utf8') }))
}
