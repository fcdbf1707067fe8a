import type { Mount, Publish, ServiceCreate } from '../../actions/intent.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { act, type ActionOptions } from './act.ts'
import { parseCount } from './words.ts'

export type ServiceCreateOptions = ActionOptions & {
  readonly name: string
  readonly mode: 'replicated' | 'global'
  readonly replicas?: number
  readonly network?: readonly string[]
  readonly endpointMode: 'vip' | 'dnsrr'
  readonly publish?: readonly Publish[]
  readonly constraint?: readonly string[]
  readonly env?: readonly string[]
  readonly mount?: readonly Mount[]
  readonly label?: readonly (readonly [string, string])[]
}

/** `cnmtop service create IMAGE [ARGUMENT...]`, with the options of `docker service create`. */
export async function serviceCreateCommand(
  image: string,
  command: readonly string[],
  options: ServiceCreateOptions,
): Promise<number> {
  if (options.mode === 'global' && options.replicas !== undefined) {
    throw new CommandError(
      exitCodes.usage,
      '--replicas is of replicated services; a global one has a task on each node',
    )
  }
  return act(serviceIntent(image, command, options, process.env), options)
}

export function serviceIntent(
  image: string,
  command: readonly string[],
  options: ServiceCreateOptions,
  env: Readonly<Record<string, string | undefined>>,
): ServiceCreate {
  return {
    kind: 'service-create',
    name: options.name,
    image,
    command,
    mode: options.mode,
    replicas: options.replicas ?? 1,
    networks: options.network ?? [],
    endpointMode: options.endpointMode,
    publish: options.publish ?? [],
    constraints: options.constraint ?? [],
    // A name alone stands for what it is here, as docker takes it.
    env: (options.env ?? []).map(text =>
      text.includes('=') || env[text] === undefined ? text : `${text}=${env[text]}`,
    ),
    mounts: options.mount ?? [],
    labels: Object.fromEntries(options.label ?? []),
  }
}

export type ServiceUpdateOptions = ActionOptions & {
  readonly publishAdd?: Publish
  readonly publishRm?: Publish
  readonly force?: boolean
}

/** `cnmtop service update SERVICE` with one of its changes. */
export async function serviceUpdateCommand(service: string, options: ServiceUpdateOptions): Promise<number> {
  const { publishAdd, publishRm, force = false } = options
  const wanted = [publishAdd !== undefined, publishRm !== undefined, force].filter(Boolean).length
  if (wanted !== 1) {
    throw new CommandError(exitCodes.usage, 'one change at a time: --publish-add, --publish-rm or --force')
  }
  if (publishAdd) return act({ kind: 'service-publish-add', service, publish: publishAdd }, options)
  if (publishRm) return act({ kind: 'service-publish-remove', service, publish: publishRm }, options)
  return act({ kind: 'service-force-update', service }, options)
}

/** `cnmtop service scale SERVICE=TASKS` */
export async function serviceScaleCommand(word: string, options: ActionOptions): Promise<number> {
  const [, service, count] = /^(.+)=([^=]*)$/.exec(word) ?? []
  if (service === undefined || count === undefined) {
    throw new CommandError(exitCodes.usage, `${word}: SERVICE=TASKS is needed`)
  }
  return act({ kind: 'service-scale', service, replicas: parseCount(count) }, options)
}
