import type { Publish, ServiceCreate } from './intent.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/**
 * A service as `GET /services/{id}` tells it, whole: an update sends all of it back, and a snapshot holds only a part. It has secrets
 * in it (environment, arguments) and stays in memory.
 */
export type RawService = {
  readonly ID: string
  readonly Version: { readonly Index: number }
  readonly Spec: JsonObject
  /** What Swarm made of it: ports with the numbers that it chose. */
  readonly Endpoint?: JsonObject
}

/** @returns undefined for what is no service */
export function parseRawService(answer: unknown): RawService | undefined {
  if (!isObject(answer) || typeof answer['ID'] !== 'string') return undefined
  const { ID, Version, Spec, Endpoint } = answer
  if (!isObject(Version) || typeof Version['Index'] !== 'number' || !isObject(Spec)) return undefined
  return { ID, Version: { Index: Version['Index'] }, Spec, ...(isObject(Endpoint) && { Endpoint }) }
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
        // The docker command says no as well, whatever the daemon has for all of its containers (`init` in daemon.json).
        Init: false,
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
    EndpointSpec: { Mode: endpointMode, ...(publish.length > 0 && { Ports: publish.map(requestedPort) }) },
  }
}

/** A port in the words of the API. */
export function requestedPort({ published, target, protocol, mode }: Publish): JsonObject {
  return {
    Protocol: protocol,
    TargetPort: target,
    ...(published && { PublishedPort: published }),
    PublishMode: mode,
  }
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
