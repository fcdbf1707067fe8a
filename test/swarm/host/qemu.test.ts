/** A guest where user-mode Linux does not run: in qemu, by itself. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cacheFolder } from '../../../lab/guest/cache.ts'
import { qemuKernel } from '../../../lab/guest/qemu-kernel.ts'
import { needs } from '../../support/needs.ts'

const guest = resolve(import.meta.dirname, '../../../lab/guest')
const folder = mkdtempSync(join(tmpdir(), 'cnmtop-qemu-'))

afterAll(() => rmSync(folder, { recursive: true }))

/** A cache of its own for a kernel that comes to nothing; what else is made there is the real one's. */
function withoutUserModeLinux(): NodeJS.ProcessEnv {
  for (const name of readdirSync(cacheFolder()))
    if (/^(root|qemu-kernel)-/.test(name)) symlinkSync(join(cacheFolder(), name), join(folder, name))
  const { stdout } = spawnSync('xz', ['-c'], { input: '#!/bin/sh\necho this is no kernel\nexit 1\n' })
  writeFileSync(join(folder, 'linux-uml-own.xz'), stdout)
  copyFileSync(join(guest, 'uml.config'), join(folder, 'config'))
  return { ...process.env, CNMTOP_CACHE: folder, CNMTOP_PREBUILT_KERNEL: folder }
}

test('a command runs in qemu when user-mode Linux does not come up, and gives back its output and status', {
  ...needs('program:qemu-system-x86_64'),
  timeout: 600_000,
}, async () => {
  // In the real cache, so that it is fetched once.
  await qemuKernel()
  const command = 'uname -r; ls /sys/class/net; echo "to stderr" >&2; exit 7'
  const { status, stdout, stderr } = spawnSync(
    join(guest, 'run'),
    ['--timeout', '500', '--', 'sh', '-c', command],
    { env: withoutUserModeLinux(), encoding: 'utf8' },
  )
  expect(stderr).toContain('this is no kernel')
  expect(stderr).toContain('user-mode Linux does not come up here, so this goes on in qemu')
  expect(stderr).toContain('to stderr')
  // No network card.
  expect(stdout).toMatch(/^\d+\.\d+\.\d+-\d+-amd64\n(dummy0\n)?lo\n$/)
  expect(status).toBe(7)
})
