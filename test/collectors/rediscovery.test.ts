import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createRediscovery } from '../../src/collectors/kernel/rediscovery.ts'

it('notices that a directory comes back, and what happens in it from then on', async () => {
  const home = mkdtempSync(join(tmpdir(), 'cnmtop-rediscovery-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const directory = join(home, 'docker/netns')
  const heard = vi.fn<() => void>()
  const surroundings = createRediscovery({ netnsDirs: [directory], onlyNetnsDirs: true }, heard)
  onTestFinished(() => surroundings.pause())
  const statusNow = (): string | undefined => surroundings.next()?.sources[0]?.status
  const waiting = { timeout: 30_000 }

  mkdirSync(directory, { recursive: true })
  expect(statusNow()).toBe('ok')
  // Nothing hints at a change: no whole look.
  expect(statusNow()).toBeUndefined()

  rmSync(dirname(directory), { recursive: true })
  await vi.waitFor(() => expect(heard).toHaveBeenCalled(), waiting)
  expect(statusNow()).toBe('unavailable')

  mkdirSync(directory, { recursive: true })
  await vi.waitFor(() => expect(statusNow()).toBe('ok'), waiting)

  heard.mockClear()
  writeFileSync(join(directory, '1-himecbr21x'), '')
  await vi.waitFor(() => expect(heard).toHaveBeenCalled(), waiting)
  expect(statusNow()).toBe('partial')
})
