/** The kernel for qemu: Debian's own, with the modules that the guest needs in its initrd. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../run.ts'
import { cached } from './cache.ts'
import { exitStatus, spawnContained } from './contained.ts'
import { requirePackages, say } from './programs.ts'
import { debianMirror } from './root-tree.ts'

const fetchScript = join(import.meta.dirname, 'fetch-kernel.sh')
const aptScript = join(import.meta.dirname, 'apt.sh')
const moduleList = join(import.meta.dirname, 'qemu-modules')
const suite = 'bookworm'
const parts = ['vmlinuz', 'initrd']

/** The folder with `vmlinuz` and `initrd`; made when it is not in the cache (half a minute, 70 MB). */
export function qemuKernel(signal?: AbortSignal): Promise<string> {
  const texts = [fetchScript, aptScript, moduleList].map(file => readFileSync(file, 'utf8'))
  return cached('qemu-kernel', [suite, ...texts], { parts, megabytes: 1_000 }, async folder => {
    requirePackages(['kmod', 'cpio', 'busybox-static'])
    say(`fetching the kernel of ${suite} for qemu (70 MB; once)`)
    const command = ['nice', 'sh', fetchScript, folder, debianMirror(), suite, moduleList]
    const child = spawnContained(command, { network: true, stdio: [2, 2], signal })
    const status = await exitStatus(child)
    if (status !== 0) throw new LabError(`the kernel for qemu could not be made (status ${status})`)
  })
}
