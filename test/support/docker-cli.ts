/** What the docker command really sends: it is run in a shell on a fake engine, which notes what would be written. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { isObject, type JsonObject } from '../../src/actions/spec.ts'
import { type Call, fakeEngine } from '../actions/fake-engine.ts'

/** What the command finds when it asks. */
export type CliWorld = {
  readonly networks: readonly { readonly Id: string; readonly Name: string }[]
  /** The service that changes are asked of. */
  readonly service?: { readonly ID: string; readonly Spec: JsonObject }
}

export type Pasted = {
  readonly writes: readonly Call[]
  /** The specification of the service, as the updates left it. */
  readonly spec: unknown
  readonly stderr: string
}

export type DockerCli = {
  /** Pastes a line into a shell. Waiting for tasks fails at once there: the line goes on all the same. */
  readonly paste: (line: string, world: CliWorld, env?: Readonly<Record<string, string>>) => Promise<Pasted>
  readonly close: () => Promise<void>
}

export async function openDockerCli(): Promise<DockerCli> {
  let world: CliWorld = { networks: [] }
  let spec: JsonObject | undefined
  const engine = await fakeEngine(({ method, path, body }) => {
    const [, kind, word = '', verb] = (path.split('?')[0] ?? '').split('/').map(decodeURIComponent)
    if (kind === '_ping') return { status: 200 }
    if (method !== 'GET') {
      if (verb === 'update' && isObject(body)) spec = body
      return { status: 200, body: kind === 'networks' ? { Id: 'n1' } : { ID: 's1' } }
    }
    if (kind === 'networks') {
      const found = world.networks.find(({ Id, Name }) => Id === word || Name === word)
      return { status: 200, body: { Scope: 'swarm', ...(found ?? { Id: word, Name: word }) } }
    }
    const isService = kind === 'services' && world.service && word !== 's1'
    if (!isService) return { status: 500, body: { message: 'nothing is waited for here' } }
    return { status: 200, body: { ID: world.service?.ID, Version: { Index: 7 }, Spec: spec } }
  })
  return {
    async paste(line, asked, env = {}) {
      world = asked
      spec = asked.service?.Spec
      const from = engine.writes.length
      const child = spawn('bash', ['-c', `docker() { command docker "$@" || true; }\n${line}`], {
        env: { ...env, PATH: process.env['PATH'], DOCKER_HOST: engine.dockerHost, HOME: engine.directory },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let stderr = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text
      })
      await once(child, 'close')
      return { writes: engine.writes.slice(from), spec, stderr }
    },
    close: engine.close,
  }
}

/**
 * What a body says: without what says nothing (empty things, and a default that the docker command writes out), networks by id.
 */
export function meaning(value: unknown, world: CliWorld, name = ''): unknown {
  if (name === 'Target' && typeof value === 'string')
    return world.networks.find(({ Name }) => Name === value)?.Id ?? value
  if (Array.isArray(value)) {
    const items = value.map(item => meaning(item, world))
    // The docker command gives them in any order.
    return name === 'Config' || name === 'Ports'
      ? items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : items
  }
  if (!isObject(value)) return value
  const said = Object.entries(value)
    .map(([key, inner]) => [key, meaning(inner, world, key)] as const)
    .filter(([key, inner]) => !isNothing(key, inner, name))
  return Object.fromEntries(said)
}

/** Values that people chose (labels, options) are never nothing. */
function isNothing(key: string, value: unknown, inside: string): boolean {
  if (['Labels', 'Options', 'AuxiliaryAddresses'].includes(inside)) return false
  // Engines before 25 are told so by both.
  if (key === 'CheckDuplicate') return true
  if (inside === 'IPAM' && key === 'Driver') return value === 'default'
  if (isObject(value)) return Object.keys(value).length === 0
  // An engine may have an init for all of its containers: no is an answer.
  if (key === 'Init') return value !== false
  return Array.isArray(value) ? value.length === 0 : [null, undefined, '', false, 0].includes(value as null)
}
