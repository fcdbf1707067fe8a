import { accessSync, constants, readFileSync } from 'node:fs'
import { errorMessage } from '../util/errors.ts'

/** CAP_SYS_ADMIN (linux/capability.h): without it setns is refused. */
const CAP_SYS_ADMIN = 21n
const SOCKET = '/var/run/docker.sock'

type DockerOptions = { readonly docker?: boolean | undefined; readonly dockerHost?: string | undefined }

/**
 * What this machine or this user lacks to show a Swarm node, one sentence each, and at last what can be done without it. Empty
 * when nothing is missing.
 */
export function missingHere({ docker = true, dockerHost }: DockerOptions): string[] {
  const command = process.env['npm_lifecycle_event'] === 'start' ? 'npm start --' : 'cnmtop'
  const missing = [
    enteringProblem(),
    docker && dockerHost === undefined ? dockerProblem() : undefined,
  ].filter(sentence => sentence !== undefined)
  return missing.length === 0
    ? []
    : [...missing, `to see a recorded Swarm, which needs neither root nor Docker: ${command} demo`]
}

/** Whether this process may enter another network namespace. */
export function canEnter(): boolean {
  return enteringProblem() === undefined
}

function enteringProblem(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces exist only on Linux'
  const status = readFileSync('/proc/self/status', 'utf8')
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  if (((effective >> CAP_SYS_ADMIN) & 1n) === 1n) return undefined
  return 'this user may not enter network namespaces: run it as root, or with CAP_SYS_ADMIN'
}

function dockerProblem(): string | undefined {
  if (process.env['DOCKER_HOST'] !== undefined) return undefined
  try {
    accessSync(SOCKET, constants.R_OK | constants.W_OK)
    return undefined
  } catch (error) {
    return `there is no Docker that this user can ask at ${SOCKET}: ${errorMessage(error)}`
  }
}
