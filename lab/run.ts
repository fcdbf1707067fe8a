/** Runs the lab's shell scripts, two at a time, and looks for the tools that they need. */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What the lab says instead of building: a wrong option, a missing tool or right, or a command that failed. */
export class LabError extends Error {
  override readonly name = 'LabError'
}

/** Debian's package of each tool; those of util-linux and mount are in every Debian. */
const packages: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  bridge: 'iproute2',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  'iptables-nft-restore': 'iptables',
  'iptables-legacy-restore': 'iptables',
  ipvsadm: 'ipvsadm',
}

/** Throws a LabError that names each missing tool with its Debian package. */
export function requireTools(tools: readonly string[]): void {
  const missing = tools.filter(tool => !isInstalled(tool))
  if (missing.length === 0) return
  const wanted = [...new Set(missing.map(tool => packages[tool] ?? tool))]
  throw new LabError(`${missing.join(', ')}: not found; on Debian: apt-get install ${wanted.join(' ')}`)
}

function isInstalled(tool: string): boolean {
  return searchPath()
    .split(delimiter)
    .some(folder => {
      try {
        accessSync(join(folder, tool), constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** Root's tools are in sbin, which a shell that was not a login shell may leave out. */
export function searchPath(): string {
  return [process.env['PATH'] ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter)
}

/**
 * Runs one script with `sh -e` and gives its stdout; rejects with a LabError that holds the end of its stderr. When
 * `signal` aborts, the script's process group is ended first, so that nothing of it works on while the lab is taken down.
 */
export function runScript(script: string, signal?: AbortSignal): Promise<string> {
  if (signal?.aborted) return Promise.reject(new LabError(interrupted))
  return new Promise((resolve, reject) => {
    // A script must not go on building when the lab is killed: the kernel ends its shell with us (prctl(2), PR_SET_PDEATHSIG).
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'sh', '-e'], {
      env: { ...process.env, PATH: searchPath(), LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-2_000)
    })
    const end = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    }
    signal?.addEventListener('abort', end)
    child.on('error', reject)
    child.on('close', code => {
      signal?.removeEventListener('abort', end)
      if (signal?.aborted) reject(new LabError(interrupted))
      else if (code === 0) resolve(stdout)
      else reject(new LabError(stderr.trim() || `sh ended with ${code}`))
    })
    // A script that fails early closes the pipe; its exit code says more than EPIPE does.
    child.stdin.on('error', () => {})
    child.stdin.end(script)
  })
}

const interrupted = 'interrupted'

/** Runs lines that do not depend on each other in two shells side by side; when one fails the other is ended. */
export async function runSideBySide(lines: readonly string[], signal?: AbortSignal): Promise<void> {
  const failure = new AbortController()
  const either = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal])
  const errors: unknown[] = []
  await Promise.all(
    [0, 1].map(half =>
      runScript(lines.filter((_, i) => i % 2 === half).join('\n'), either).catch((error: unknown) => {
        errors.push(error)
        failure.abort()
      }),
    ),
  )
  // The first is the cause; the other shell was ended because of it.
  if (errors.length > 0) throw errors[0]
}
