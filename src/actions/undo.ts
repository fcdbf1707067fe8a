import type { DockerContainer, DockerNetwork } from '../snapshot/index.ts'
import { VNI_OPTION } from './check/network.ts'
import { dockerCommand } from './command-line.ts'
import { findNetwork } from './find.ts'
import type { Intent, Mount, NetworkCreate, ServiceCreate } from './intent.ts'
import type { Undo } from './plan.ts'
import { publishOf } from './ports.ts'
import type { Site } from './site.ts'
import { isObject, type JsonObject, listOf, objectAt, type RawService } from './spec.ts'

export function undoBy(intent: Intent): Undo {
  return { intent, text: dockerCommand(intent) }
}

export function noUndo(text: string): Undo {
  return { intent: undefined, text }
}

/** The intent that makes a network again as it is. */
export function networkIntentOf(network: DockerNetwork): NetworkCreate {
  const { encrypted, parent, 'com.docker.network.driver.mtu': mtu, ...rest } = network.Options
  const options = Object.fromEntries(
    // The manager chose these, or was told; it may choose them again.
    Object.entries(rest).filter(([name]) => name !== VNI_OPTION),
  )
  const hasParent = network.Driver === 'macvlan' || network.Driver === 'ipvlan'
  return {
    kind: 'network-create',
    name: network.Name,
    driver: network.Driver,
    subnets: network.IPAM.Config.flatMap(({ Subnet, Gateway, IPRange, AuxiliaryAddresses }) =>
      Subnet === undefined
        ? []
        : [
            {
              subnet: Subnet,
              ...(Gateway && { gateway: Gateway.split('/')[0] ?? '' }),
              ...(IPRange && { ipRange: IPRange }),
              ...(AuxiliaryAddresses && { auxAddresses: AuxiliaryAddresses }),
            },
          ],
    ),
    attachable: network.Attachable,
    internal: network.Internal,
    ingress: network.Ingress,
    ipv6: network.EnableIPv6,
    encrypted: encrypted !== undefined,
    ...(mtu !== undefined && { mtu: Number(mtu) }),
    ...(hasParent && parent !== undefined && { parent }),
    options: { ...options, ...(!hasParent && parent !== undefined && { parent }) },
    labels: network.Labels,
  }
}

/** How a container is on a network now, as an intent. */
export function connectIntentOf(container: DockerContainer, network: DockerNetwork): Intent {
  const settings = container.NetworkSettings.Networks[network.Name]
  // The engine adds the short id itself; the user's own address cannot be told from a chosen one, and is asked for again.
  const aliases = (settings?.Aliases ?? []).filter(alias => !container.Id.startsWith(alias))
  const hasSubnet = network.IPAM.Config.some(({ Subnet }) => Subnet !== undefined)
  return {
    kind: 'network-connect',
    network: network.Name,
    container: container.Name,
    ...(hasSubnet && settings?.IPAddress && { ip: settings.IPAddress }),
    ...(hasSubnet && settings?.GlobalIPv6Address && { ip6: settings.GlobalIPv6Address }),
    aliases,
  }
}

/**
 * The intent that makes a service again.
 *
 * @returns also what of its specification an intent has no words for, by path; that would be lost
 */
export function serviceIntentOf(
  { Spec }: RawService,
  site: Site,
): { readonly intent: ServiceCreate; readonly lost: readonly string[] } {
  const template = objectAt(Spec, 'TaskTemplate')
  const container = objectAt(template, 'ContainerSpec')
  const endpoint = objectAt(Spec, 'EndpointSpec')
  const mode = objectAt(Spec, 'Mode')
  const replicas = objectAt(mode, 'Replicated')['Replicas']
  const networks =
    listOf(template['Networks']).length > 0 ? listOf(template['Networks']) : listOf(Spec['Networks'])
  const intent: ServiceCreate = {
    kind: 'service-create',
    name: textAt(Spec, 'Name'),
    // The digest that the docker command added is of the tag at that time.
    image: textAt(container, 'Image'),
    command: textsAt(container, 'Args'),
    mode: isObject(mode['Global']) ? 'global' : 'replicated',
    replicas: typeof replicas === 'number' ? replicas : 1,
    networks: networks.flatMap(network =>
      isObject(network)
        ? [findNetwork(site, textAt(network, 'Target'))?.Name ?? textAt(network, 'Target')]
        : [],
    ),
    endpointMode: endpoint['Mode'] === 'dnsrr' ? 'dnsrr' : 'vip',
    publish: listOf(endpoint['Ports'])
      .filter(isObject)
      .map(port => publishOf({ port })),
    constraints: textsAt(objectAt(template, 'Placement'), 'Constraints'),
    env: textsAt(container, 'Env'),
    mounts: listOf(container['Mounts']).flatMap(mountOf),
    labels: textMapAt(Spec, 'Labels'),
  }
  return {
    intent,
    lost: [...leftOver(Spec), ...(isObject(mode['Replicated']) || isObject(mode['Global']) ? [] : ['Mode'])],
  }
}

/** What an intent expresses, and what the docker command writes into every service without being asked. */
const expressed: Readonly<Record<string, readonly unknown[] | true>> = {
  Name: true,
  Labels: true,
  Mode: true,
  'EndpointSpec.Mode': true,
  'EndpointSpec.Ports': true,
  'TaskTemplate.ContainerSpec.Image': true,
  'TaskTemplate.ContainerSpec.Args': true,
  'TaskTemplate.ContainerSpec.Env': true,
  'TaskTemplate.ContainerSpec.Mounts': true,
  'TaskTemplate.ContainerSpec.Isolation': ['default'],
  'TaskTemplate.ContainerSpec.Init': [false],
  'TaskTemplate.ContainerSpec.StopGracePeriod': [10e9],
  'TaskTemplate.Placement.Constraints': true,
  'TaskTemplate.Placement.Platforms': true,
  'TaskTemplate.Networks': true,
  'TaskTemplate.ForceUpdate': true,
  'TaskTemplate.Runtime': ['container'],
  'TaskTemplate.RestartPolicy.Condition': ['any'],
  'TaskTemplate.RestartPolicy.Delay': [5e9],
  'TaskTemplate.RestartPolicy.MaxAttempts': [0],
  ...Object.fromEntries(
    ['UpdateConfig', 'RollbackConfig'].flatMap(name => [
      [`${name}.Parallelism`, [1]],
      [`${name}.FailureAction`, ['pause']],
      [`${name}.Monitor`, [5e9]],
      [`${name}.MaxFailureRatio`, [0]],
      [`${name}.Order`, ['stop-first']],
    ]),
  ),
}

function leftOver(value: unknown, path = ''): string[] {
  const known = expressed[path]
  if (known === true || (known && known.includes(value))) return []
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, inner]) =>
      leftOver(inner, path === '' ? name : `${path}.${name}`),
    )
  }
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
    return []
  return [path]
}

function mountOf(mount: unknown): Mount[] {
  if (!isObject(mount)) return []
  const type = mount['Type']
  return [
    {
      type: type === 'bind' || type === 'tmpfs' ? type : 'volume',
      ...(textAt(mount, 'Source') !== '' && { source: textAt(mount, 'Source') }),
      target: textAt(mount, 'Target'),
      readonly: mount['ReadOnly'] === true,
    },
  ]
}

function textAt(value: JsonObject, name: string): string {
  const found = value[name]
  return typeof found === 'string' ? found : ''
}

function textsAt(value: JsonObject, name: string): string[] {
  return listOf(value[name]).filter(item => typeof item === 'string')
}

function textMapAt(value: JsonObject, name: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectAt(value, name)).flatMap(([key, inner]) =>
      typeof inner === 'string' ? [[key, inner]] : [],
    ),
  )
}
