import { describe, expect, it } from 'vitest'
import { layers } from '../../layers.ts'
import { wrongArrows } from './arrows.ts'
import { importsOf } from './imports.ts'
import { sourceFiles } from './source-files.ts'

describe('the import table', () => {
  const files = sourceFiles('src/**/*.{ts,tsx}', 'packages/*/src/**/*.ts')

  it('holds for every file of src and packages', () => {
    expect(files.length).toBeGreaterThan(20)
    expect(files.flatMap(({ file, text }) => wrongArrows(file, text))).toEqual([])
  })

  it('names only layers that it has', () => {
    const paths = new Set(layers.map(layer => layer.path))
    const named = layers.flatMap(layer => layer.own.map(name => name.replace(/:types$/, '')))
    expect(named.filter(name => !paths.has(name))).toEqual([])
  })
})

describe('a wrong arrow is found', () => {
  const cases: readonly { title: string; file: string; source: string; says: RegExp }[] = [
    {
      title: 'from a lower layer to a higher one',
      file: 'src/graph/build.ts',
      source: "\nimport { verdict } from '../lb/trace.ts'",
      says: /^src\/graph\/build\.ts:2: \.\.\/lb\/trace\.ts is in src\/lb; src\/graph may import src\/snapshot, src\/util$/,
    },
    {
      title: 'as a re-export',
      file: 'src/util/all.ts',
      source: "export * from '../snapshot/index.ts'",
      says: /src\/util may import nothing of ours/,
    },
    {
      title: 'as an import on demand',
      file: 'src/ui/app.tsx',
      source: "const read = await import('../collectors/kernel/collect.ts')",
      says: /is in src\/collectors;/,
    },
    {
      title: 'as a type',
      file: 'src/doctor/run.ts',
      source: "import type { Frame } from '../ui/model/frame.ts'",
      says: /is in src\/ui\/model;/,
    },
    {
      title: 'of a value where only types are allowed',
      file: 'src/ui/components/table.tsx',
      source: "import { rows } from '../model/rows.ts'",
      says: /of which only types may be imported/,
    },
    {
      title: 'of types by a statement that stays in the program',
      file: 'src/ui/components/table.tsx',
      source: "import { type Row } from '../model/rows.ts'",
      says: /of which only types may be imported/,
    },
    {
      title: 'to a package of ours by its name',
      file: 'src/lb/flow.ts',
      source: "import { ByteReader } from 'netlink-codec/testing'",
      says: /is in packages\/netlink-codec;/,
    },
    {
      title: 'to a guarded module',
      file: 'src/graph/build.ts',
      source: "import { readFileSync } from 'node:fs'",
      says: /src\/graph may not import node:fs: .* no guarded module$/,
    },
    {
      title: 'to a part of a guarded module',
      file: 'src/ui/model/keymap.ts',
      source: "import { jsx } from 'react/jsx-runtime'",
      says: /may not import react\/jsx-runtime/,
    },
    {
      title: 'from a package to Node',
      file: 'packages/node-iptables/src/model.ts',
      source: "import { isIP } from 'node:util'",
      says: /may not import node:util/,
    },
    {
      title: 'to tests and scripts',
      file: 'src/cli.ts',
      source: "import { upNode } from '../lab/node.ts'",
      says: /outside of src and packages/,
    },
    {
      title: 'that is computed',
      file: 'src/commands/ls.ts',
      source: 'const name = "x"; await import(`./${name}.ts`)',
      says: /cannot be checked/,
    },
    {
      title: 'from a file without a layer',
      file: 'src/helpers/all.ts',
      source: '',
      says: /no layer/,
    },
  ]

  it.each(cases)('$title', ({ file, source, says }) => {
    const sentences = wrongArrows(file, source)
    expect(sentences).toHaveLength(1)
    expect(sentences[0]).toMatch(says)
  })

  it('while the allowed ones pass', () => {
    const source = [
      "import type { Row } from '../model/rows.ts'",
      "import { Text } from 'ink'",
      "import { theme } from './theme.ts'",
      "export type { Column } from '../model/columns.ts'",
    ].join('\n')
    expect(wrongArrows('src/ui/components/table.tsx', source)).toEqual([])
  })
})

describe('imports of a file', () => {
  it('are read with their line, and types are told apart', () => {
    const source = [
      "import type { A } from './a.ts'",
      "import { type B } from './b.ts'",
      "import type, { C } from './c.ts'",
      "export type { D } from './d.ts'",
      "export * from './e.ts'",
      "const f = () => import('./f.ts')",
      '// import "./comment.ts"',
      'const text = "import \'./text.ts\'"',
    ].join('\n')
    expect(importsOf('x.tsx', source)).toEqual([
      { specifier: './a.ts', typeOnly: true, line: 1 },
      { specifier: './b.ts', typeOnly: false, line: 2 },
      { specifier: './c.ts', typeOnly: false, line: 3 },
      { specifier: './d.ts', typeOnly: true, line: 4 },
      { specifier: './e.ts', typeOnly: false, line: 5 },
      { specifier: './f.ts', typeOnly: false, line: 6 },
    ])
  })

  it('of a file that does not parse are an error, not an empty list', () => {
    expect(() => importsOf('x.ts', 'import {')).toThrow('x.ts does not parse')
  })
})
