import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { program } from '../support/program.ts'

/** A copy of the bundle in which every command is missing: a fault that no user can cause. */
describe('a fault of the program itself', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cnmtop-fault-'))
  beforeAll(() => {
    const isCompiled = (file: string): boolean => file.includes(join('dist', 'compiled'))
    cpSync(dirname(program), join(directory, 'dist'), { recursive: true, filter: file => !isCompiled(file) })
    for (const name of readdirSync(join(directory, 'dist'))) {
      if (name.startsWith('cli-')) rmSync(join(directory, 'dist', name))
    }
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  function run(debug: string): { status: number | null; stderr: string } {
    const file = join(directory, 'dist/cnmtop.js')
    const env = { ...process.env, CNMTOP_DEBUG: debug }
    return spawnSync(process.execPath, [file, '--help'], { encoding: 'utf8', env })
  }

  it('is one line on stderr, and exit code 1', () => {
    const { status, stderr } = run('')
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /^cnmtop: a fault of cnmtop: Cannot find module .* \(CNMTOP_DEBUG=1 tells where\)\n$/,
    )
  })

  it('comes with its stack when CNMTOP_DEBUG is set', () => {
    const { status, stderr } = run('1')
    expect(status).toBe(1)
    expect(stderr).toMatch(/\n +at /)
  })
})
