import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cached, cacheFolder } from '../../lab/guest/cache.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cnmtop-cache-'))
  vi.stubEnv('CNMTOP_CACHE', folder)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function make(text: string): Promise<string> {
  return cached('thing', ['of', 'this'], { parts: ['part'], megabytes: 1 }, async into =>
    writeFileSync(join(into, 'part'), text),
  )
}

test('what was made is taken again', async () => {
  const made = await make('first')
  expect(await make('second')).toBe(made)
  expect(readFileSync(join(made, 'part'), 'utf8')).toBe('first')
})

test.each([
  ['is gone', (part: string) => rmSync(part)],
  ['is empty', (part: string) => writeFileSync(part, '')],
])('what has a part that %s is made again', async (_, damage) => {
  const made = await make('first')
  damage(join(made, 'part'))
  expect(await make('second')).toBe(made)
  expect(readFileSync(join(made, 'part'), 'utf8')).toBe('second')
})

test('what comes to nothing leaves nothing, and is no result', async () => {
  const result = { parts: ['part'], megabytes: 1 }
  await expect(cached('thing', [], result, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(cached('thing', [], result, async () => {})).rejects.toThrow(/lacks part/)
  const large = { parts: [], megabytes: 2 ** 40 }
  await expect(cached('thing', [], large, async () => {})).rejects.toThrow(/MB are needed in .* MB are free/)
  expect(readdirSync(folder)).toEqual([])
})

test('what killed makers left goes, also of one that had our number', async () => {
  const made = await make('first')
  rmSync(made, { recursive: true })
  for (const pid of [process.pid, 2 ** 22 + 1]) mkdirSync(`${made}.new-${pid}`)
  mkdirSync(`${made}.new-${process.ppid}`)
  await make('second')
  const left = readdirSync(folder)
    .toSorted()
    .map(name => join(folder, name))
  expect(left).toEqual([made, `${made}.new-${process.ppid}`])
})

test('what cannot be written is told in a sentence', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  vi.stubEnv('CNMTOP_CACHE', join(file, 'below'))
  await expect(make('first')).rejects.toMatchObject({
    name: 'LabError',
    message: expect.stringContaining('the cache cannot be written'),
  })
})

test('its folder is absolute, as those who fill it work elsewhere', async () => {
  vi.stubEnv('CNMTOP_CACHE', relative(process.cwd(), folder))
  expect(cacheFolder()).toBe(folder)
  expect(existsSync(await make('first'))).toBe(true)
})

test.each(['a folder', 'a:b', 'a"b', '$a', 'a\nb'])('a folder such as %j is refused', async name => {
  vi.stubEnv('CNMTOP_CACHE', join(folder, name))
  await expect(make('first')).rejects.toThrow(/the cache cannot be in/)
  expect(readdirSync(folder)).toEqual([])
})
