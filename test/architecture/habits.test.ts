import { describe, expect, it } from 'vitest'
import { importsOf } from './imports.ts'
import { sourceFiles, type SourceFile } from './source-files.ts'

const ours = sourceFiles('src/**/*.{ts,tsx}', 'packages/*/src/**/*.ts')

/** Only these two touch bytes; everyone else reads and writes through them. */
const byteFiles = new Set(['packages/netlink-codec/src/reader.ts', 'packages/netlink-codec/src/writer.ts'])

describe('habits', () => {
  it('bytes are read and written in two files', () => {
    const raw = /\b(?:DataView|(?:read|write)(?:Big)?U?Int(?:8|16|32|64)?(?:LE|BE)?\b|readDouble|readFloat)/
    expect(
      linesThatMatch(
        raw,
        ours.filter(({ file }) => !byteFiles.has(file)),
      ),
    ).toEqual([])
    expect(linesThatMatch(raw, [{ file: 'x.ts', text: 'a\nbuffer.readUInt32LE(0)' }])).toEqual(['x.ts:2'])
  })

  it('no process is started', () => {
    const starts = ours.filter(({ file, text }) =>
      importsOf(file, text).some(({ specifier }) =>
        /^(?:node:)?(?:child_process|cluster)$/.test(specifier ?? ''),
      ),
    )
    expect(starts.map(({ file }) => file)).toEqual([])
  })

  it('nothing is left for later', () => {
    const later = /\b(?:TODO|FIXME|XXX|HACK)\b|@ts-(?:ignore|nocheck)/
    const all = sourceFiles('{src,packages,test,scripts,lab,bench}/**/*.{ts,tsx,c}', '*.ts')
    expect(
      linesThatMatch(
        later,
        all.filter(({ file }) => !file.endsWith('habits.test.ts')),
      ),
    ).toEqual([])
  })
})

function linesThatMatch(pattern: RegExp, files: readonly SourceFile[]): string[] {
  return files.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  )
}
