/** The guest's kernel: user-mode Linux, taken ready-made when there is one, else built from Debian's source. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LabError } from '../run.ts'
import { cached } from './cache.ts'
import { exitStatus, spawnContained } from './contained.ts'
import { requirePackages, say } from './programs.ts'
import { debianMirror } from './root-tree.ts'

const configFile = join(import.meta.dirname, 'uml.config')
const buildScript = join(import.meta.dirname, 'build-kernel.sh')
const aptScript = join(import.meta.dirname, 'apt.sh')
/** Newest kernels first: user-mode Linux became usable for this in 6.16 (seccomp mode). */
const sourceSuite = 'trixie-backports'
const parts = ['linux']

/** The path of the kernel; takes seconds with a ready one, else minutes once. */
export async function kernel(signal?: AbortSignal): Promise<string> {
  const config = readFileSync(configFile, 'utf8')
  const ready = readyKernel(config)
  if (ready !== undefined) {
    const packed = readFileSync(ready)
    const folder = await cached(
      'kernel',
      ['ready', sha256(packed)],
      { parts, megabytes: 100 },
      async folder => {
        requirePackages(['xz-utils'])
        say(`taking the ready kernel ${ready}`)
        const { status, stdout } = spawnSync('xz', ['-dc', ready], { maxBuffer: 1 << 28 })
        if (status !== 0) throw new LabError(`cannot unpack ${ready}`)
        writeFileSync(join(folder, 'linux'), stdout)
        chmodSync(join(folder, 'linux'), 0o755)
      },
    )
    return join(folder, 'linux')
  }
  const scripts = [buildScript, aptScript].map(file => readFileSync(file, 'utf8'))
  const inputs = ['built', sourceSuite, config, ...scripts]
  const folder = await cached('kernel', inputs, { parts, megabytes: 3_000 }, async folder => {
    requirePackages(['gcc', 'make', 'flex', 'bison', 'bc', 'libc6-dev', 'xz-utils'])
    say('building the kernel (165 MB of source, 7 minutes on two cores; once)')
    copyFileSync(configFile, join(folder, 'uml.config'))
    const child = spawnContained(['nice', 'sh', buildScript, folder, debianMirror(), sourceSuite], {
      network: true,
      stdio: [2, 2],
      signal,
    })
    const status = await exitStatus(child)
    if (status !== 0) throw new LabError(`the kernel could not be built (status ${status})`)
  })
  return join(folder, 'linux')
}

/**
 * A packed kernel from CNMTOP_PREBUILT_KERNEL (a folder), or from the test bed that may lie beside the checkout. It is
 * taken when the configuration beside it has all that ours asks for.
 */
function readyKernel(config: string): string | undefined {
  const given = process.env['CNMTOP_PREBUILT_KERNEL']
  if (given === '') return undefined
  const folder = given ?? resolve(import.meta.dirname, '../../../shared/testbed/prebuilt')
  const file = join(folder, 'linux-uml-own.xz')
  if (!existsSync(file) || !existsSync(join(folder, 'config'))) {
    if (given === undefined) return undefined
    throw new LabError(`CNMTOP_PREBUILT_KERNEL=${given}: no linux-uml-own.xz and config there`)
  }
  const missing = missingOptions(config, readFileSync(join(folder, 'config'), 'utf8'))
  if (missing.length === 0) return file
  say(`the kernel in ${folder} lacks ${missing.join(', ')}`)
  return undefined
}

/** Options that the first configuration sets to `y` and the second does not. */
function missingOptions(wanted: string, has: string): string[] {
  const lines = new Set(has.split('\n'))
  return wanted.split('\n').filter(line => /^CONFIG_\w+=y$/.test(line) && !lines.has(line))
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
