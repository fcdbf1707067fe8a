import type { DockerNetwork, DockerService } from '../../snapshot/index.ts'
import {
  findNetwork,
  findService,
  ingressNetwork,
  isPredefined,
  livingTasks,
  networksOf,
  noNetwork,
} from '../find.ts'
import type { Publish, ServiceCreate, ServiceIntent } from '../intent.ts'
import type { Check, Field } from '../plan.ts'
import { portsTaken, servicePorts } from '../ports.ts'
import type { Site } from '../site.ts'
import { checkIdentity, doubtful, refused, unchecked } from './finding.ts'
import { eligibleNodes } from './nodes.ts'
import { checkPool } from './pool.ts'
import { checkPorts, type PortOwner } from './ports.ts'
import { checkConstraint, checkEnv, checkImage, checkMounts, checkSwarmName } from './words.ts'

export function checkServiceIntent(intent: ServiceIntent, site: Site): Check[] {
  if (intent.kind === 'service-create') return checkCreate(intent, site)
  if (site.services.reason !== undefined) {
    return [unchecked('service', 'whether it exists', site.services.reason)]
  }
  const service = findService(site, intent.service)
  if (!service) {
    const text = intent.service === '' ? 'A service is needed.' : `There is no service ${intent.service}.`
    return [refused('service', text)]
  }
  switch (intent.kind) {
    case 'service-publish-add':
      return [
        ...checkPorts([intent.publish], ownerOf(service), site, (_, part) => `publish.${part}`),
        ...checkJoining(intent.publish, service, site),
      ]
    case 'service-publish-remove':
      return checkPublishRemove(intent.publish, service)
    case 'service-scale':
      return checkScale(intent.replicas, service, site)
    case 'service-remove':
      return checkIdentity('service', service.Spec.Name, service.ID, intent.made)
    case 'service-force-update':
      return []
  }
}

function checkCreate(intent: ServiceCreate, site: Site): Check[] {
  const { name, image, replicas, mode, env, constraints, mounts, publish, endpointMode } = intent
  const owner: PortOwner = {
    service: undefined,
    endpointMode,
    replicas: mode === 'global' ? undefined : replicas,
    constraints,
  }
  return [
    ...(name === '' ? [doubtful('name', 'Docker chooses a name.')] : checkSwarmName('name', name)),
    ...checkNameUse(name, site),
    ...checkImage('image', image),
    ...(mode === 'replicated' ? checkReplicas(replicas) : []),
    ...intent.networks.flatMap((word, index) => checkNetwork(`networks.${index}`, word, intent, site)),
    ...checkPorts(publish, owner, site, (index, part) => `publish.${index}.${part}`),
    ...checkMesh(`publish.${publish.findIndex(isInMesh)}.mode`, publish, owner, site),
    ...constraints.flatMap((text, index) => checkConstraint(`constraints.${index}`, text)),
    ...checkPlace(intent, site),
    ...env.flatMap((text, index) => checkEnv(`env.${index}`, text)),
    ...checkMounts(mounts),
  ]
}

function checkNameUse(name: string, { services }: Site): Check[] {
  if (services.reason !== undefined) return [unchecked('name', 'whether the name is in use', services.reason)]
  // swarmkit's store compares names without regard to case (manager/state/store/by.go).
  const other = services.value?.find(({ Spec }) => Spec.Name.toLowerCase() === name.toLowerCase())
  return other ? [refused('name', `There is a service ${other.Spec.Name} already.`)] : []
}

function checkReplicas(replicas: number): Check[] {
  if (Number.isInteger(replicas) && replicas >= 0) return []
  return [refused('replicas', `${replicas} is no number of tasks: 0 or more.`)]
}

function checkNetwork(field: Field, word: string, intent: ServiceCreate, site: Site): Check[] {
  if (site.networks.reason !== undefined) {
    return [unchecked(field, `whether there is a network ${word}`, site.networks.reason)]
  }
  const network = findNetwork(site, word)
  if (!network) return [refused(field, noNetwork(site, word))]
  if (network.Ingress) {
    return [refused(field, `${word} is the ingress network: a service comes on it by publishing a port.`)]
  }
  if (network.Scope !== 'swarm') {
    if (isPredefined(network.Name)) return checkPredefined(field, network, intent)
    return [
      refused(
        field,
        `${word} is a network of this node only; a service needs one of the Swarm, such as an overlay.`,
      ),
    ]
  }
  if (intent.networks.indexOf(word) < Number(field.split('.')[1])) {
    return [doubtful(field, `${word} is named twice.`)]
  }
  const count = intent.mode === 'global' ? (site.nodes.value?.length ?? 1) : intent.replicas
  return checkPool(field, network, site, { tasks: count, vips: intent.endpointMode === 'vip' ? 1 : 0 })
}

function isInMesh({ mode }: Publish): boolean {
  return mode === 'ingress'
}

/** A service whose ports are in the mesh is on the ingress network, too: with a VIP, and an address for each task. */
function checkMesh(
  field: Field,
  publish: readonly Publish[],
  { endpointMode, replicas }: PortOwner,
  site: Site,
): Check[] {
  const ingress = ingressNetwork(site)
  if (!ingress || endpointMode !== 'vip' || !publish.some(isInMesh)) return []
  return checkPool(field, ingress, site, { tasks: replicas ?? site.nodes.value?.length ?? 1, vips: 1 })
}

/** The first port in the mesh brings all tasks onto the ingress network. */
function checkJoining(publish: Publish, service: DockerService, site: Site): Check[] {
  return isOnMesh(service) ? [] : checkMesh('publish.mode', [publish], ownerOf(service), site)
}

function isOnMesh({ Endpoint }: DockerService): boolean {
  return Endpoint.Ports.some(({ PublishMode }) => PublishMode === 'ingress')
}

/** A task may have a node's own network in place of one of the Swarm, and then nothing balances. */
function checkPredefined(field: Field, { Name }: DockerNetwork, { publish }: ServiceCreate): Check[] {
  const mesh = publish.some(({ mode }) => mode === 'ingress')
  if (!mesh) return []
  return [
    doubtful(
      field,
      `Its tasks are on the node's own network ${Name}, where the routing mesh cannot be: every task is rejected.`,
    ),
  ]
}

function checkPlace({ constraints }: ServiceCreate, { nodes }: Site): Check[] {
  if (!nodes.value || eligibleNodes(nodes.value, constraints).length > 0) return []
  const which =
    constraints.length === 0 ? 'is ready and active' : `is ready, active and ${constraints.join(', ')}`
  return [
    doubtful(
      constraints.length === 0 ? undefined : 'constraints.0',
      `No node ${which}: all tasks stay pending.`,
    ),
  ]
}

function ownerOf({ Spec, ...rest }: DockerService): PortOwner {
  return {
    service: { Spec, ...rest },
    endpointMode: Spec.EndpointMode === 'dnsrr' ? 'dnsrr' : 'vip',
    replicas: Spec.Mode.Replicated?.Replicas,
    constraints: Spec.Constraints,
  }
}

function checkPublishRemove(publish: Publish, service: DockerService): Check[] {
  const { published, target, protocol } = publish
  const ports = servicePorts(undefined, service)
  // Which numbers Swarm chose is not in a snapshot: any that leads there may be one.
  const taken = portsTaken(ports, { ...publish, published: published || undefined })
  if (taken.length > 0) return []
  const key = `${published ? `${published}:` : ''}${target}/${protocol}`
  // The daemon is sent the ports that shall be, and so takes it; the docker command says nothing either.
  return [doubtful('publish', `${service.Spec.Name} does not publish ${key}: nothing changes.`)]
}

function checkScale(replicas: number, service: DockerService, site: Site): Check[] {
  const checks = checkReplicas(replicas)
  const { Mode, Name } = service.Spec
  if (!Mode.Replicated) {
    return [
      ...checks,
      refused('replicas', `${Name} is not replicated: the number of its tasks is not chosen.`),
    ]
  }
  const more = replicas - livingTasks(site).filter(({ ServiceID }) => ServiceID === service.ID).length
  const ingress = isOnMesh(service) ? ingressNetwork(site) : undefined
  for (const network of [...networksOf(site, service), ...(ingress ? [ingress] : [])]) {
    if (network.Driver === 'overlay') {
      checks.push(...checkPool('replicas', network, site, { tasks: more, vips: 0 }))
    }
  }
  if (service.Endpoint.Ports.some(({ PublishMode }) => PublishMode === 'host') && site.nodes.value) {
    const nodes = eligibleNodes(site.nodes.value, service.Spec.Constraints).length
    if (replicas > nodes) {
      checks.push(
        doubtful(
          'replicas',
          `${Name} publishes in host mode, so a node takes one task; ${nodes} can run it, and ${replicas - nodes} stay pending.`,
        ),
      )
    }
  }
  return checks
}
