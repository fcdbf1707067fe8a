import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const scratch = resolve(import.meta.dirname, '../../scripts/scratch.ts')
let temporary: string

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'cnmtop-scratch-'))
})

afterEach(() => rmSync(temporary, { recursive: true }))

/** Starts a program that makes a folder and says which, and ends at once or never. */
async function start(use: 'wait' | 'end'): Promise<{ kill(signal: NodeJS.Signals): Promise<unknown> }> {
  const body = `console.log(folder); ${use === 'wait' ? 'setInterval(() => {}, 1000); return new Promise(() => {})' : ''}`
  const text = `import { inScratch } from ${JSON.stringify(scratch)}; await inScratch(async folder => { ${body} })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  if (use === 'end') await ended
  return {
    kill: async signal => {
      child.kill(signal)
      const [, by] = (await ended) as [number | null, NodeJS.Signals | null]
      return by
    },
  }
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s takes the folder and ends the program',
  async signal => {
    const program = await start('wait')
    expect(readdirSync(temporary)).toHaveLength(1)
    expect(await program.kill(signal)).toBe(signal)
    expect(readdirSync(temporary)).toEqual([])
  },
)

test('what a killed one left goes with the next, and what is in use stays', async () => {
  const killed = await start('wait')
  const living = await start('wait')
  await killed.kill('SIGKILL')
  expect(readdirSync(temporary)).toHaveLength(2)
  await start('end')
  expect(readdirSync(temporary)).toHaveLength(1)
  await living.kill('SIGTERM')
})
