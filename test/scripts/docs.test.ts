import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { needs } from '../support/needs.ts'

const root = resolve(import.meta.dirname, '../..')

describe('pages that are made from code', () => {
  it('are what the code makes now (node scripts/docs.ts)', () => {
    expect(
      execFileSync(process.execPath, ['scripts/docs.ts', '--check'], { cwd: root, encoding: 'utf8' }),
    ).toBe('')
  })

  it('are what the checks say now (node scripts/actions-page.ts)', () => {
    const script = 'scripts/actions-page.ts'
    expect(execFileSync(process.execPath, [script, '--check'], { cwd: root, encoding: 'utf8' })).toBe('')
  })

  it('hold a manual that mandoc finds nothing wrong with', needs('program:mandoc'), () => {
    const lint = execFileSync('mandoc', ['-T', 'lint', '-W', 'warning', 'docs/cnmtop.1'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(lint).toBe('')
    const page = execFileSync('mandoc', ['-T', 'ascii', 'docs/cnmtop.1'], { cwd: root, encoding: 'utf8' })
    // oxlint-disable-next-line no-control-regex -- bold is written with backspaces
    expect(page.replaceAll(/.\u0008/g, '')).toMatch(/NAME\s+cnmtop [\s\S]*EXIT STATUS[\s\S]*interrupted/i)
  })
})
