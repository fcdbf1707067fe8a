import type { Publish, ServiceCreate, ServiceIntent } from './intent.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/**
 * A service as `GET /services/{id}` tells it, whole: an update sends all of it back, and a snapshot holds only a part. It has secrets
 * in it (environment, arguments) and stays in memory.
 */
export type RawService = {
  readonly ID: string
  readonly Version: { readonly Index: number }
  readonly Spec: JsonObject
}

/** @returns undefined for what is no service */
export function parseRawService(answer: unknown): RawService | undefined {
  if (!isObject(answer) || typeof answer['ID'] !== 'string') return undefined
  const { ID, Version, Spec } = answer
  if (!isObject(Version) || typeof Version['Index'] !== 'number' || !isObject(Spec)) return undefined
  return { ID, Version: { Index: Version['Index'] }, Spec }
}

/** What `POST /services/create` takes. */
export function serviceSpec(intent: ServiceCreate): JsonObject {
  const { name, image, command, mode, replicas, networks, endpointMode, publish, labels } = intent
  return {
    Name: name,
    ...(Object.keys(labels).length > 0 && { Labels: labels }),
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        ...(command.length > 0 && { Args: command }),
        ...(intent.env.length > 0 && { Env: intent.env }),
        ...(intent.mounts.length > 0 && {
          Mounts: intent.mounts.map(({ type, source, target, readonly }) => ({
            Type: type,
            ...(source && { Source: source }),
            Target: target,
            ...(readonly && { ReadOnly: true }),
          })),
        }),
      },
      ...(intent.constraints.length > 0 && { Placement: { Constraints: intent.constraints } }),
      ...(networks.length > 0 && { Networks: networks.map(network => ({ Target: network })) }),
    },
    Mode: mode === 'global' ? { Global: {} } : { Replicated: { Replicas: replicas } },
    EndpointSpec: { Mode: endpointMode, ...(publish.length > 0 && { Ports: publish.map(portOf) }) },
  }
}

/** The specification of a service after a change; everything that the change does not name stays as it was. */
export function changedSpec(
  intent: Exclude<ServiceIntent, { kind: 'service-create' | 'service-remove' }>,
  spec: JsonObject,
): JsonObject {
  switch (intent.kind) {
    case 'service-scale':
      return { ...spec, Mode: { Replicated: { Replicas: intent.replicas } } }
    case 'service-force-update': {
      const template = objectAt(spec, 'TaskTemplate')
      const count = typeof template['ForceUpdate'] === 'number' ? template['ForceUpdate'] : 0
      return { ...spec, TaskTemplate: { ...template, ForceUpdate: count + 1 } }
    }
    case 'service-publish-add':
      return withPorts(spec, ports => [...ports, portOf(intent.publish)])
    case 'service-publish-remove':
      return withPorts(spec, ports => ports.filter(port => !isPort(port, intent.publish)))
  }
}

function withPorts(spec: JsonObject, change: (ports: readonly unknown[]) => readonly unknown[]): JsonObject {
  const endpoint = objectAt(spec, 'EndpointSpec')
  return { ...spec, EndpointSpec: { ...endpoint, Ports: change(listOf(endpoint['Ports'])) } }
}

function portOf({ published, target, protocol, mode }: Publish): JsonObject {
  return {
    Protocol: protocol,
    TargetPort: target,
    ...(published !== undefined && { PublishedPort: published }),
    PublishMode: mode,
  }
}

/** The docker command goes by target port and protocol; a published one, where it is named and stands there, has to fit too. */
function isPort(port: unknown, { published, target, protocol }: Publish): boolean {
  if (!isObject(port) || port['TargetPort'] !== target || (port['Protocol'] ?? 'tcp') !== protocol)
    return false
  const there = port['PublishedPort']
  return published === undefined || there === undefined || there === 0 || there === published
}

export function objectAt(value: JsonObject, ...path: readonly string[]): JsonObject {
  let inner: unknown = value
  for (const name of path) inner = isObject(inner) ? inner[name] : undefined
  return isObject(inner) ? inner : {}
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An array, and an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A text or a number as text; empty for anything else. */
export function wordAt(value: JsonObject, name: string): string {
  const found = value[name]
  return typeof found === 'string' || typeof found === 'number' ? String(found) : ''
}
