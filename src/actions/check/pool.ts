import type { DockerNetwork } from '../../snapshot/index.ts'
import { plural } from '../../util/format.ts'
import { parsePrefix } from '../../util/prefix.ts'
import { livingTasks } from '../find.ts'
import type { NetworkCreate } from '../intent.ts'
import type { Check, Field } from '../plan.ts'
import type { Site } from '../site.ts'
import { doubtful, unchecked } from './finding.ts'

/** Addresses that a subnet, or a part of it, can give out: all but the network's own and the broadcast address. */
export function poolSize(subnet: string, ipRange?: string): number {
  const pool = parsePrefix(subnet)
  const part = ipRange === undefined || ipRange === '' ? pool : parsePrefix(ipRange)
  if (!pool || !part) return 0
  const count = 2 ** (part.ip.bits - part.length)
  // A part that does not reach the ends of the subnet has all of its addresses; one that does, loses at most these two.
  return part.length > pool.length ? count : Math.max(0, count - 2)
}

/** What of the addresses of an overlay is spoken for. */
export type PoolUse = {
  readonly size: number
  readonly gateways: number
  /** One for each node that has, or may get, a task: its load balancer's endpoint. */
  readonly balancers: number
  readonly vips: number
  readonly tasks: number
  readonly free: number
}

/**
 * How the IPv4 addresses of an overlay are spent: swarmkit gives one to each node's load balancer (NetworkAttachment of the node),
 * one to each service with a VIP, one to each task.
 *
 * @returns undefined when it is not known
 */
export function poolUse(network: DockerNetwork, site: Site): PoolUse | undefined {
  const { nodes, services, tasks } = site
  if (!nodes.value || !services.value || !tasks.value) return undefined
  const configs = network.IPAM.Config.filter(({ Subnet }) => Subnet !== undefined && !Subnet.includes(':'))
  const size = configs.reduce((sum, { Subnet = '', IPRange }) => sum + poolSize(Subnet, IPRange), 0)
  const gateways = configs.reduce(
    (sum, { AuxiliaryAddresses = {} }) => sum + 1 + Object.keys(AuxiliaryAddresses).length,
    0,
  )
  const vips = services.value.filter(({ Endpoint }) =>
    Endpoint.VirtualIPs.some(({ NetworkID }) => NetworkID === network.Id),
  ).length
  const spent = livingTasks(site).filter(({ NetworksAttachments }) =>
    NetworksAttachments.some(({ NetworkID }) => NetworkID === network.Id),
  ).length
  const balancers = nodes.value.length
  return { size, gateways, balancers, vips, tasks: spent, free: size - gateways - balancers - vips - spent }
}

/**
 * Whether an overlay has addresses for so many more tasks, and a VIP.
 *
 * @param field of the network in the form
 */
export function checkPool(
  field: Field,
  network: DockerNetwork,
  site: Site,
  wanted: { readonly tasks: number; readonly vips: number },
): Check[] {
  if (wanted.tasks + wanted.vips <= 0) return []
  const use = poolUse(network, site)
  if (!use) {
    const reason = site.nodes.reason ?? site.services.reason ?? site.tasks.reason ?? ''
    return [unchecked(field, `whether ${network.Name} has addresses enough`, reason)]
  }
  if (use.size === 0) {
    return [doubtful(field, `${network.Name} has no IPv4 subnet, so no task on it starts.`)]
  }
  const missing = wanted.tasks + wanted.vips - use.free
  if (missing <= 0) return []
  const parts = [
    plural(use.gateways, 'gateway'),
    `${use.balancers} for the load balancers of the nodes`,
    `${use.vips} VIP${use.vips === 1 ? '' : 's'}`,
    plural(use.tasks, 'task'),
  ].join(', ')
  const vip = wanted.vips === 0 ? '' : ' and a VIP'
  return [
    doubtful(
      field,
      `${network.Name} has ${use.size} addresses (${parts}); ${plural(wanted.tasks, 'task')}${vip} more are ${missing} too many: some never start.`,
    ),
  ]
}

/** An overlay that is made: its load balancers alone may fill it. */
export function checkNetworkSize({ subnets }: NetworkCreate, site: Site): Check[] {
  const balancers = site.nodes.value?.length
  return subnets.flatMap(({ subnet, ipRange }, index) => {
    const size = poolSize(subnet, ipRange)
    if (subnet.includes(':') || !subnet.includes('/') || !parsePrefix(subnet)) return []
    // A gateway, a VIP and one task are the least that is of use.
    const least = (balancers ?? 1) + 3
    if (size >= least) return []
    const needs = `a gateway, ${plural(balancers ?? 1, 'load balancer')} (one a node), a VIP and a task`
    return [
      doubtful(`subnets.${index}.subnet`, `${subnet} has ${size} addresses to give: ${needs} need ${least}.`),
    ]
  })
}
