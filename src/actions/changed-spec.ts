import type { ServiceIntent } from './intent.ts'
import { hasPort, portsTaken, servicePorts } from './ports.ts'
import { type JsonObject, objectAt, type RawService, requestedPort } from './spec.ts'

/** The specification of a service after a change; everything that the change does not name stays as it was. */
export function changedSpec(
  intent: Exclude<ServiceIntent, { kind: 'service-create' | 'service-remove' }>,
  raw: RawService,
): JsonObject {
  const { Spec: spec } = raw
  switch (intent.kind) {
    case 'service-scale':
      return { ...spec, Mode: { Replicated: { Replicas: intent.replicas } } }
    case 'service-force-update': {
      const template = objectAt(spec, 'TaskTemplate')
      const count = typeof template['ForceUpdate'] === 'number' ? template['ForceUpdate'] : 0
      return { ...spec, TaskTemplate: { ...template, ForceUpdate: count + 1 } }
    }
    case 'service-publish-add': {
      const before = servicePorts(raw, undefined)
      // A number that is there already is for the manager to refuse.
      if (!intent.publish.published && hasPort(before, intent.publish)) return spec
      return withPorts(spec, [...before.map(({ port }) => port), requestedPort(intent.publish)])
    }
    case 'service-publish-remove': {
      const before = servicePorts(raw, undefined)
      const taken = portsTaken(before, intent.publish)
      return withPorts(
        spec,
        before.filter(port => !taken.includes(port)).map(({ port }) => port),
      )
    }
  }
}

function withPorts(spec: JsonObject, Ports: readonly JsonObject[]): JsonObject {
  return { ...spec, EndpointSpec: { ...objectAt(spec, 'EndpointSpec'), Ports } }
}
