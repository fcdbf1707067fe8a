import type { DockerService } from '../snapshot/index.ts'
import type { Publish } from './intent.ts'
import { isObject, type JsonObject, listOf, objectAt, type RawService, requestedPort } from './spec.ts'

/** A published port of a service. */
export type ServicePort = {
  /** As the specification has it: without `PublishedPort`, or with 0, where Swarm is to choose. */
  readonly port: JsonObject
  /** The number that it has; undefined where none is known, as each task in host mode has its own. */
  readonly number: number | undefined
}

/** The ports of a service as its specification asks for them, each with the number that it got. */
export function servicePorts(
  raw: RawService | undefined,
  service: Pick<DockerService, 'Endpoint'> | undefined,
): ServicePort[] {
  const got: JsonObject[] = raw?.Endpoint
    ? listOf(raw.Endpoint['Ports']).filter(isObject)
    : (service?.Endpoint.Ports ?? []).map(port => ({ ...port }))
  // Who chose a number stands in the specification alone.
  if (!raw) return got.map(port => ({ port, number: numberOf(port) }))
  const asked = listOf(objectAt(raw.Spec, 'EndpointSpec')['Ports']).filter(isObject)
  return asked.map(port => {
    const named = numberOf(port)
    if (named !== undefined) return { port, number: named }
    const chosen = got.find(
      other => isAlike(other, port) && !asked.some(one => numberOf(one) === numberOf(other)),
    )
    return { port, number: chosen && numberOf(chosen) }
  })
}

/**
 * Those that a removal takes. By the number alone where one is named, as the mode goes with it; without one all to the target in that
 * mode, as the docker command does; with 0 those whose number Swarm chose.
 */
export function portsTaken(
  ports: readonly ServicePort[],
  { published, target, protocol, mode }: Publish,
): ServicePort[] {
  const alike = ports.filter(({ port }) => port['TargetPort'] === target && protocolOf(port) === protocol)
  if (published) return alike.filter(({ number }) => number === published)
  return alike.filter(
    ({ port }) => modeOf(port) === mode && (published === undefined || numberOf(port) === undefined),
  )
}

/** Whether a service asks for exactly this port already: the docker command then adds nothing. */
export function hasPort(ports: readonly ServicePort[], publish: Publish): boolean {
  return ports.some(
    ({ port }) => isAlike(port, requestedPort(publish)) && (numberOf(port) ?? 0) === (publish.published ?? 0),
  )
}

/** A port as it would be asked for: with its number, or without one that Swarm chose. */
export function publishOf({ port }: Pick<ServicePort, 'port'>): Publish {
  const published = numberOf(port)
  const target = port['TargetPort']
  return {
    ...(published !== undefined && { published }),
    target: typeof target === 'number' ? target : 0,
    protocol: protocolOf(port),
    mode: modeOf(port),
  }
}

function isAlike(one: JsonObject, other: JsonObject): boolean {
  return (
    one['TargetPort'] === other['TargetPort'] &&
    protocolOf(one) === protocolOf(other) &&
    modeOf(one) === modeOf(other)
  )
}

function numberOf(port: JsonObject): number | undefined {
  const number = port['PublishedPort']
  return typeof number === 'number' && number > 0 ? number : undefined
}

function protocolOf({ Protocol }: JsonObject): Publish['protocol'] {
  return Protocol === 'udp' || Protocol === 'sctp' ? Protocol : 'tcp'
}

function modeOf({ PublishMode }: JsonObject): Publish['mode'] {
  return PublishMode === 'host' ? 'host' : 'ingress'
}
