import type { Intent, Publish } from './intent.ts'
import type { Field } from './plan.ts'

/**
 * The field that the engine's sentence speaks of; undefined when that cannot be told. The sentences are those of swarmkit's control
 * API and of moby's daemon; docs/actions.md has them as real daemons gave them.
 */
export function fieldOfRefusal(intent: Intent, message: string): Field | undefined {
  for (const [pattern, field] of patterns) {
    const match = pattern.exec(message)
    const found = match && field(intent, match)
    if (found !== undefined && found !== null) return found
  }
  return undefined
}

type FieldOf = (intent: Intent, match: RegExpExecArray) => Field | undefined

const patterns: readonly (readonly [RegExp, FieldOf])[] = [
  [/port '(\d+)' is already in use/, (intent, [, port]) => portField(intent, Number(port), 'published')],
  [
    /duplicate published ports/,
    intent => duplicateField(intent) ?? portField(intent, undefined, 'published'),
  ],
  [/can't be used with dnsrr/, intent => portField(intent, undefined, 'mode')],
  [
    /(?:auxiliary address:? |secondary ip address )\(?([\w.-]+)/,
    (intent, [, name]) => reservedField(intent, name ?? ''),
  ],
  [/subpool/i, intent => subnetField(intent, 'ipRange', ({ ipRange }) => ipRange !== undefined)],
  [/gateway/i, intent => subnetField(intent, 'gateway', ({ gateway }) => gateway !== undefined)],
  [
    /ip-?range|does not contain range|invalid range/i,
    intent => subnetField(intent, 'ipRange', ({ ipRange }) => ipRange !== undefined),
  ],
  [/pool overlaps|subnet|invalid CIDR|invalid pool/i, intent => subnetField(intent, 'subnet', () => true)],
  [/constraint|key '.*' is invalid|value '.*' is invalid/, intent => listField(intent, 'constraints')],
  [/duplicate mount point: (.*)/, (intent, [, target]) => mountField(intent, target ?? '')],
  [/repository|image reference|invalid reference/i, intent => own(intent, 'image')],
  [/ingress/i, intent => own(intent, 'ingress')],
  [/network (\S+) not found/i, (intent, [, name]) => networkField(intent, name ?? '')],
  [
    /network (\S+) cannot be used|attached to the ingress/i,
    (intent, [, name]) => networkField(intent, name ?? ''),
  ],
  [/parent|interface|vlan/i, intent => own(intent, 'parent')],
  [/replicas/i, intent => own(intent, 'replicas')],
  [/plugin|driver|only one instance/i, intent => own(intent, 'driver')],
  [/no such container/i, intent => own(intent, 'container')],
  [/alias/, intent => own(intent, 'aliases') && 'aliases.0'],
  [/address|\bIP\b/i, intent => own(intent, 'ip')],
  [/\bname\b|already exists|conflict|pre-?defined/i, intent => own(intent, 'name')],
  [/attach|network/i, intent => own(intent, 'network')],
  [/service/i, intent => own(intent, 'service')],
]

function own(intent: Intent, name: string): Field | undefined {
  return name in intent ? name : undefined
}

function publishOf(intent: Intent): readonly Publish[] {
  if (intent.kind === 'service-create') return intent.publish
  return 'publish' in intent ? [intent.publish] : []
}

function portField(intent: Intent, published: number | undefined, part: keyof Publish): Field | undefined {
  const ports = publishOf(intent)
  const found = ports.findIndex(port =>
    published === undefined ? part !== 'mode' || port.mode === 'ingress' : port.published === published,
  )
  if (found < 0) return undefined
  return intent.kind === 'service-create' ? `publish.${found}.${part}` : `publish.${part}`
}

function duplicateField(intent: Intent): Field | undefined {
  const ports = publishOf(intent)
  const index = ports.findIndex((port, at) =>
    ports.slice(0, at).some(other => other.published === port.published && other.protocol === port.protocol),
  )
  return index < 0 ? undefined : `publish.${index}.published`
}

function subnetField(
  intent: Intent,
  part: 'subnet' | 'gateway' | 'ipRange',
  fits: (subnet: Extract<Intent, { kind: 'network-create' }>['subnets'][number]) => boolean,
): Field | undefined {
  if (intent.kind !== 'network-create') return undefined
  const index = intent.subnets.findIndex(fits)
  return index < 0 ? undefined : `subnets.${index}.${part}`
}

function reservedField(intent: Intent, name: string): Field | undefined {
  if (intent.kind !== 'network-create') return undefined
  const index = intent.subnets.findIndex(({ auxAddresses = {} }) => Object.hasOwn(auxAddresses, name))
  return index < 0 ? undefined : `subnets.${index}.auxAddresses.${name}`
}

/** The second one with that path is the one too many. */
function mountField(intent: Intent, target: string): Field | undefined {
  if (intent.kind !== 'service-create') return undefined
  const index = intent.mounts.findLastIndex(mount => mount.target === target)
  return index < 0 ? undefined : `mounts.${index}.target`
}

function listField(intent: Intent, name: 'constraints'): Field | undefined {
  return intent.kind === 'service-create' && intent[name].length > 0 ? `${name}.0` : undefined
}

function networkField(intent: Intent, name: string): Field | undefined {
  if (intent.kind === 'service-create') {
    const index = intent.networks.indexOf(name)
    return index < 0 ? (intent.networks.length > 0 ? 'networks.0' : undefined) : `networks.${index}`
  }
  return own(intent, 'network')
}
