/** The guest's root tree: a folder made by debootstrap, which the guest reads and never writes. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../run.ts'
import { cacheFolder, cached } from './cache.ts'
import { exitStatus, spawnContained } from './contained.ts'
import { requirePackages, say } from './programs.ts'
import { type Suite, suites } from './suites.ts'

/** What nobody reads in the guest: a third of the tree. */
const surplus = [
  'var/cache/apt/archives',
  'var/lib/apt/lists',
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
]

/** Where `boot.sh` puts the shared folders. */
export const mountPoint = 'host'

/** What is missing from a tree that somebody has cleaned up, or that a crash of the machine cut short. */
const parts = [`tree/${mountPoint}`, 'tree/bin/bash', 'tree/var/lib/dpkg/status']

/** The folder that holds the root tree of a suite; made when it is not in the cache (a minute). */
export function rootTree(suite: Suite, signal?: AbortSignal): Promise<string> {
  const { packages } = suites[suite]
  return cached(
    `root-${suite}`,
    [...packages, ...surplus, mountPoint],
    { parts, megabytes: 1_000 },
    async folder => {
      requirePackages(['debootstrap'])
      say(`making the root tree of ${suite} (about a minute)`)
      const log = join(cacheFolder(), `debootstrap-${suite}.log`)
      const tree = join(folder, 'tree')
      const output = openSync(log, 'w')
      const child = spawnContained(
        ['debootstrap', '--variant=minbase', `--include=${packages.join(',')}`, suite, tree, debianMirror()],
        { network: true, stdio: [output, output], signal },
      )
      closeSync(output)
      const status = await exitStatus(child)
      if (status !== 0) {
        const end = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
        throw new LabError(`debootstrap ${suite} ended with ${status}:\n${end}\nwhole log: ${log}`)
      }
      for (const path of surplus) rmSync(join(tree, path), { recursive: true, force: true })
      mkdirSync(join(tree, mountPoint))
    },
  )
}

/** CNMTOP_DEBIAN_MIRROR, or the archive that this machine's own apt reads. */
export function debianMirror(): string {
  const given = process.env['CNMTOP_DEBIAN_MIRROR']
  if (given) return given
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI) $(CODENAME)'])
  const archive = (stdout?.toString() ?? '')
    .split('\n')
    .map(line => line.split(' '))
    .find(
      ([address, codename = '']) => address && /\/debian\/?$/.test(address) && !/-|updates/.test(codename),
    )
  if (!archive?.[0]) {
    throw new LabError('no Debian archive among the sources of apt; name one in CNMTOP_DEBIAN_MIRROR')
  }
  return archive[0]
}
