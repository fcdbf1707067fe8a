/**
 * Makes the pages of docs that are made from code: keys.md from the table of keys, cnmtop.1 from the command line.
 *
 * `node scripts/docs.ts [--check]`; `--check` writes nothing, and fails when a page is not what it would be.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { keysPage } from '../src/commands/keys-page.ts'
import { manPage } from '../src/commands/man.ts'
import { createProgram } from '../src/commands/program.ts'
import { bindings } from '../src/ui/model/keymap.ts'

const folder = resolve(import.meta.dirname, '../docs')
const pages: Readonly<Record<string, string>> = {
  'keys.md': keysPage(bindings),
  'cnmtop.1': manPage(createProgram('', () => {})),
}
const isCheck = process.argv.includes('--check')
for (const [name, text] of Object.entries(pages)) {
  const file = resolve(folder, name)
  if (!isCheck) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`docs/${name} is old: node scripts/docs.ts`)
    process.exitCode = 1
  }
}
