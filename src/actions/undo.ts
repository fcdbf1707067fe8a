import { WITHHELD } from '../collectors/docker/trim/withhold.ts'
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

/** What takes the removal of networks back, or why nothing does. */
export function networkUndo(network: DockerNetwork): Undo {
  const lost = lostOfNetwork(network)
  if (lost.length === 0) return undoBy(networkIntentOf(network))
  return noUndo(`It would come back without ${lost.join(', ')}. docker network inspect shows it now.`)
}

/** What of a network an intent has no words for, or was not read: the snapshot has no value of what looks like a secret. */
export function lostOfNetwork(network: DockerNetwork): string[] {
  const { Labels, Options, IPAM, Driver, Scope, ConfigFrom, ConfigOnly, EnableIPv4 } = network
  const unread = Object.entries({ ...Labels, ...Options }).flatMap(([name, value]) =>
    value === WITHHELD ? [`the value of ${name}, which looks like a secret and was not read`] : [],
  )
  return [
    ...unread,
    ...(ConfigFrom ? [`the configuration of ${ConfigFrom}`] : []),
    ...(ConfigOnly ? ['being a configuration alone'] : []),
    ...(EnableIPv4 === false ? ['IPv4 being off'] : []),
    ...(IPAM.Driver === '' || IPAM.Driver === 'default' ? [] : [`the IPAM driver ${IPAM.Driver}`]),
    ...Object.keys(IPAM.Options).map(name => `the IPAM option ${name}`),
    ...(Scope === 'swarm' && Driver !== 'overlay' ? ['its scope, the Swarm'] : []),
  ]
}

/** The manager gives numbers from here on; those below were chosen (swarmkit networkallocator, ovmanager). */
const FIRST_GIVEN_VNI = 4096

/** The intent that makes a network again as it is. */
export function networkIntentOf(network: DockerNetwork): NetworkCreate {
  const { encrypted, parent, 'com.docker.network.driver.mtu': mtu, ...rest } = network.Options
  // It may choose other ones again where it chose these.
  const vnis = (rest[VNI_OPTION] ?? '')
    .split(',')
    .filter(text => /^\d+$/.test(text))
    .map(Number)
  const areChosen = vnis.length > 0 && vnis.every(vni => vni < FIRST_GIVEN_VNI)
  const options = Object.fromEntries(Object.entries(rest).filter(([name]) => name !== VNI_OPTION))
  const hasParent = network.Driver === 'macvlan' || network.Driver === 'ipvlan'
  const isMtu = mtu !== undefined && /^\d+$/.test(mtu)
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
    ...(isMtu && { mtu: Number(mtu) }),
    ...(areChosen && { vnis }),
    ...(hasParent && parent !== undefined && { parent }),
    options: {
      ...options,
      ...(!hasParent && parent !== undefined && { parent }),
      ...(!isMtu && mtu !== undefined && { [MTU_OPTION]: mtu }),
    },
    labels: network.Labels,
  }
}

const MTU_OPTION = 'com.docker.network.driver.mtu'

/** What connects a container again as it is on a network now, or why nothing does. */
export function connectionUndo(container: DockerContainer, network: DockerNetwork): Undo {
  const settings = container.NetworkSettings.Networks[network.Name]
  const options = Object.keys(settings?.DriverOpts ?? {})
  const lost = [
    ...options.map(name => `the option ${name}`),
    ...(settings?.GwPriority ? ['the priority of its gateway'] : []),
  ]
  if (lost.length > 0) return noUndo(`It would come back without ${lost.join(', ')}.`)
  // The engine adds the short id itself.
  const aliases = (settings?.Aliases ?? []).filter(alias => !container.Id.startsWith(alias))
  // An address that the daemon chose may not be asked for, unless the subnet was chosen by hand.
  const { IPv4Address: ip, IPv6Address: ip6 } = settings?.IPAMConfig ?? {}
  return undoBy({
    kind: 'network-connect',
    network: network.Name,
    container: container.Name,
    ...(ip && { ip }),
    ...(ip6 && { ip6 }),
    aliases,
  })
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
  ...Object.fromEntries(
    ['Protocol', 'TargetPort', 'PublishedPort', 'PublishMode'].map(
      name => [`EndpointSpec.Ports.${name}`, true] as const,
    ),
  ),
  'TaskTemplate.ContainerSpec.Image': true,
  'TaskTemplate.ContainerSpec.Args': true,
  'TaskTemplate.ContainerSpec.Env': true,
  ...Object.fromEntries(
    ['Source', 'Target', 'ReadOnly'].map(
      name => [`TaskTemplate.ContainerSpec.Mounts.${name}`, true] as const,
    ),
  ),
  'TaskTemplate.ContainerSpec.Mounts.Type': ['bind', 'volume', 'tmpfs'],
  'TaskTemplate.ContainerSpec.Isolation': ['default'],
  'TaskTemplate.ContainerSpec.Init': [false],
  'TaskTemplate.ContainerSpec.StopGracePeriod': [10e9],
  'TaskTemplate.Placement.Constraints': true,
  'TaskTemplate.Placement.Platforms': true,
  'TaskTemplate.Networks.Target': true,
  'Networks.Target': true,
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
  if (Array.isArray(value)) {
    return [...new Set(value.flatMap(item => (isObject(item) ? leftOver(item, path) : [path])))]
  }
  if (value === null || value === undefined || value === '') return []
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
