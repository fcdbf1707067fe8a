import { accessSync, constants } from 'node:fs'
import { hasCapability, ownRights } from '../collectors/kernel/capability.ts'
import { errorMessage } from '../util/errors.ts'

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
  // Without it setns is refused.
  if (hasCapability('CAP_SYS_ADMIN')) return undefined
  return ownRights().uid === 0
    ? 'this root may not enter network namespaces: it lacks CAP_SYS_ADMIN (in a container: --cap-add SYS_ADMIN)'
    : 'this user may not enter network namespaces: run it as root, or with CAP_SYS_ADMIN'
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
