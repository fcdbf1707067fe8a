/** Debian packages that the host must have, installed when they are missing. */
import { spawnSync } from 'node:child_process'
import { LabError, searchPath } from '../run.ts'

/** @throws LabError that names what is missing, when it cannot be installed */
export function requirePackages(names: readonly string[]): void {
  const missing = names.filter(name => !isInstalled(name))
  if (missing.length === 0) return
  const wanted = `apt-get install --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0) throw new LabError(`missing packages; as root: ${wanted}`)
  say(wanted)
  const run = (args: readonly string[]): boolean => {
    const env = { ...process.env, PATH: searchPath(), DEBIAN_FRONTEND: 'noninteractive' }
    const { status, error } = spawnSync('apt-get', ['-qq', ...args], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return error === undefined && status === 0
  }
  const install = ['install', '-y', '--no-install-recommends', ...missing]
  if (!run(install) && !(run(['update']) && run(install))) throw new LabError(`this failed: ${wanted}`)
}

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync('dpkg-query', ['--show', '--showformat', '${db:Status-Status}', name])
  return stdout?.toString() === 'installed'
}

/** One line of talk, on stderr: stdout belongs to the guest's command. */
export function say(line: string): void {
  process.stderr.write(`guest: ${line}\n`)
}
