import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from './source-files.ts'

/** One file a habit, each of which breaks it once. */
const wrong: Readonly<Record<string, { readonly source: string; readonly rule: string }>> = {
  'src/util/default.ts': { source: 'export default 1\n', rule: 'no-default-export' },
  'src/util/any.ts': { source: 'export type Loose = any\n', rule: 'no-explicit-any' },
  'src/util/talk.ts': { source: 'console.log(1)\n', rule: 'no-console' },
  'src/util/later.ts': {
    source: `/* ${['TO', 'DO'].join('')}: more */\nexport const a = 1\n`,
    rule: 'no-warning-comments',
  },
  'src/util/long.ts': { source: `export const a = 1\n${'\n// more\n'.repeat(200)}`, rule: 'max-lines' },
  'src/ui/components/long.tsx': {
    source: `export const a = 1\n${'\n// more\n'.repeat(60)}`,
    rule: 'max-lines',
  },
  'src/util/promise.ts': {
    source: 'async function work(): Promise<void> {}\nexport function run(): void {\n  work()\n}\n',
    rule: 'no-floating-promises',
  },
  'src/util/cases.ts': {
    source:
      "export function width(side: 'left' | 'right'): number {\n  switch (side) {\n    case 'left':\n      return 1\n  }\n  return 0\n}\n",
    rule: 'switch-exhaustiveness-check',
  },
  'src/graph/arrow.ts': {
    source: "import { run } from '../doctor/run.ts'\nexport const a = run\n",
    rule: 'no-restricted-imports',
  },
  'src/graph/files.ts': {
    source: "import { readFileSync } from 'node:fs'\nexport const a = readFileSync\n",
    rule: 'no-restricted-imports',
  },
  'packages/node-iptables/src/process.ts': {
    source: "import { spawn } from 'node:child_process'\nexport const a = spawn\n",
    rule: 'no-restricted-imports',
  },
}
/** Like the wrong ones, but allowed. */
const right: Readonly<Record<string, string>> = {
  'src/ui/components/row.tsx':
    "import type { Row } from '../model/row.ts'\nexport const show = (row: Row): Row => row\n",
  'src/ui/model/row.ts': 'export type Row = { readonly text: string }\n',
  'src/commands/say.ts': 'console.log(1)\n',
}

describe('the linter, with the configuration of this repository', () => {
  let directory: string
  let found: ReadonlyMap<string, string[]>

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'cnmtop-lint-'))
    for (const file of ['oxlint.config.ts', 'layers.ts', 'tsconfig.json', 'package.json']) {
      copyFileSync(join(root, file), join(directory, file))
    }
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
    const sources = [
      ...Object.entries(wrong).map(([file, { source }]) => [file, source] as const),
      ...Object.entries(right),
    ]
    for (const [file, source] of sources) {
      mkdirSync(dirname(join(directory, file)), { recursive: true })
      writeFileSync(join(directory, file), source)
    }
    found = lint(directory)
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it.each(Object.entries(wrong))('finds what is wrong in %s', (file, { rule }) => {
    expect(found.get(file)?.join('\n') ?? 'nothing found').toContain(rule)
  })

  it('lets allowed forms pass', () => {
    for (const file of Object.keys(right)) expect(found.get(file) ?? [], file).toEqual([])
  })
})

/** The rules that fire, by file. */
function lint(directory: string): Map<string, string[]> {
  const rules = new Map<string, string[]>()
  for (const { filename, code } of diagnostics(directory)) {
    rules.set(filename, [...(rules.get(filename) ?? []), code])
  }
  return rules
}

function diagnostics(directory: string): { filename: string; code: string }[] {
  const program = join(root, 'node_modules/.bin/oxlint')
  const environment = {
    ...process.env,
    PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
  }
  try {
    const output = execFileSync(program, ['-f', 'json', 'src', 'packages'], {
      cwd: directory,
      env: environment,
      encoding: 'utf8',
    })
    throw new Error(`the linter found nothing: ${output}`)
  } catch (error) {
    const { stdout } = error as { stdout?: string }
    if (stdout === undefined) throw error
    return (JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }).diagnostics
  }
}
