import { isSecretName } from '../collectors/docker/trim/withhold.ts'
import { quoted } from '../util/shell.ts'
import { VNI_OPTION } from './check/network.ts'
import { HIDDEN } from './mask.ts'
import type { Intent, Mount, NetworkCreate, Publish, ServiceCreate } from './intent.ts'

/**
 * The docker command that does the same, quoted for a shell. Values of environment variables are left out: docker takes those from
 * its own environment then. Those of labels and options whose name says secret are not shown.
 */
export function dockerCommand(intent: Intent): string {
  if (intent.kind === 'network-restore') return intent.networks.map(dockerCommand).join(' && ')
  return ['docker', ...wordsOf(intent)].map(quoted).join(' ')
}

function wordsOf(intent: Exclude<Intent, { kind: 'network-restore' }>): string[] {
  switch (intent.kind) {
    case 'network-create':
      return ['network', 'create', ...networkWords(intent), ...names(intent.name)]
    case 'network-remove':
      return ['network', 'rm', ...names(intent.network)]
    case 'network-prune':
      return ['network', 'prune', '--force']
    case 'network-connect': {
      const { network, container, ip, ip6, aliases } = intent
      return [
        ...['network', 'connect'],
        ...option('--ip', ip),
        ...option('--ip6', ip6),
        ...each('--alias', aliases),
        ...names(network, container),
      ]
    }
    case 'network-disconnect':
      return [
        ...['network', 'disconnect', ...flag('--force', intent.force)],
        ...names(intent.network, intent.container),
      ]
    case 'service-create':
      return ['service', 'create', ...serviceWords(intent), intent.image, ...intent.command]
    case 'service-publish-add':
      return ['service', 'update', '--publish-add', publishText(intent.publish), intent.service]
    case 'service-publish-remove':
      return ['service', 'update', '--publish-rm', publishText(intent.publish), intent.service]
    case 'service-scale':
      return ['service', 'scale', `${intent.service}=${intent.replicas}`]
    case 'service-force-update':
      return ['service', 'update', '--force', intent.service]
    case 'service-remove':
      return ['service', 'rm', intent.service]
  }
}

/** A network of a node may be called anything, also what looks like an option. */
function names(...words: readonly string[]): string[] {
  return words.some(word => word.startsWith('-')) ? ['--', ...words] : [...words]
}

function networkWords(intent: NetworkCreate): string[] {
  const { driver, subnets, attachable, internal, ingress, ipv6, labels } = intent
  return [
    ...['--driver', driver],
    ...subnets.flatMap(({ subnet, gateway, ipRange, auxAddresses = {} }) => [
      ...option('--subnet', subnet),
      ...option('--gateway', gateway),
      ...option('--ip-range', ipRange),
      ...each('--aux-address', pairs(auxAddresses)),
    ]),
    ...flag('--attachable', attachable),
    ...flag('--internal', internal),
    ...flag('--ingress', ingress),
    ...flag('--ipv6', ipv6),
    ...each('--opt', pairs(networkOptions(intent))),
    ...each('--label', pairs(labels)),
  ]
}

/** What the form has fields for, and what it has not, as options of the driver. */
export function networkOptions(intent: NetworkCreate): Readonly<Record<string, string>> {
  const { encrypted, mtu, vnis = [], parent, options } = intent
  return {
    // Of an overlay that is all: its presence turns it on.
    ...(encrypted && { encrypted: '' }),
    ...(mtu !== undefined && { 'com.docker.network.driver.mtu': String(mtu) }),
    ...(vnis.length > 0 && { [VNI_OPTION]: vnis.join(',') }),
    ...(parent !== undefined && parent !== '' && { parent }),
    ...options,
  }
}

function serviceWords(intent: ServiceCreate): string[] {
  const { name, mode, replicas, networks, endpointMode, publish, constraints, env, mounts, labels } = intent
  return [
    ...['--name', name],
    ...(mode === 'global' ? ['--mode', 'global'] : ['--replicas', String(replicas)]),
    ...each('--network', networks),
    ...(endpointMode === 'dnsrr' ? ['--endpoint-mode', 'dnsrr'] : []),
    ...each('--publish', publish.map(publishText)),
    ...each('--constraint', constraints),
    ...each(
      '--env',
      env.map(text => text.split('=')[0] ?? ''),
    ),
    ...each('--mount', mounts.map(mountText)),
    ...each('--label', pairs(labels)),
    // The docker command looks the image up in its registry first; the nodes themselves do it here.
    '--no-resolve-image',
  ]
}

export function publishText({ published, target, protocol, mode }: Publish): string {
  return [
    ...(published ? [`published=${published}`] : []),
    ...[`target=${target}`, `protocol=${protocol}`, `mode=${mode}`],
  ].join(',')
}

function mountText({ type, source, target, readonly }: Mount): string {
  return [
    `type=${type}`,
    ...(source ? [`source=${source}`] : []),
    `target=${target}`,
    ...(readonly ? ['readonly'] : []),
  ]
    .map(csvField)
    .join(',')
}

/** docker reads these as one line of CSV. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function pairs(map: Readonly<Record<string, string>>): string[] {
  return Object.entries(map).map(([name, value]) => `${name}=${isSecretName(name) ? HIDDEN : value}`)
}

function each(name: string, values: readonly string[]): string[] {
  return values.flatMap(value => [name, value])
}

function option(name: string, value: string | undefined): string[] {
  return value === undefined || value === '' ? [] : [name, value]
}

function flag(name: string, isSet: boolean): string[] {
  return isSet ? [name] : []
}
