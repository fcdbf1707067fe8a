import { isInPrefix, parseIp, parsePrefix } from '../../util/prefix.ts'
import { VNI_OPTION } from '../../actions/check/network.ts'
import type { NetworkCreate, Subnet } from '../../actions/intent.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { act, type ActionOptions } from './act.ts'

export type NetCreateOptions = ActionOptions & {
  readonly driver: string
  readonly subnet?: readonly string[]
  readonly gateway?: readonly string[]
  readonly ipRange?: readonly string[]
  readonly auxAddress?: readonly (readonly [string, string])[]
  readonly attachable?: boolean
  readonly internal?: boolean
  readonly ingress?: boolean
  readonly ipv6?: boolean
  readonly opt?: readonly (readonly [string, string])[]
  readonly label?: readonly (readonly [string, string])[]
}

/** `cnmtop net create NAME`, with the options of `docker network create`. */
export async function netCreateCommand(name: string, options: NetCreateOptions): Promise<number> {
  return act(networkIntent(name, options), options)
}

export function networkIntent(name: string, options: NetCreateOptions): NetworkCreate {
  const { driver, attachable = false, internal = false, ingress = false, ipv6 = false } = options
  const {
    encrypted,
    parent,
    'com.docker.network.driver.mtu': mtu,
    [VNI_OPTION]: vnis,
    ...rest
  }: Record<string, string | undefined> = Object.fromEntries(options.opt ?? [])
  return {
    kind: 'network-create',
    name,
    driver,
    subnets: subnetsOf(options),
    attachable,
    internal,
    ingress,
    ipv6,
    encrypted: encrypted !== undefined,
    ...(mtu !== undefined && { mtu: numberIn('com.docker.network.driver.mtu', mtu) }),
    ...(vnis !== undefined && { vnis: vnis.split(',').map(vni => numberIn(VNI_OPTION, vni)) }),
    ...(parent !== undefined && { parent }),
    options: rest as Record<string, string>,
    labels: Object.fromEntries(options.label ?? []),
  }
}

function numberIn(option: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new CommandError(exitCodes.usage, `--opt ${option}=${text}: a number is needed`)
}

/** As docker does it: what belongs to a subnet is found by its address. What belongs to none goes to the first, whose check says so. */
function subnetsOf({ subnet = [], gateway = [], ipRange = [], auxAddress = [] }: NetCreateOptions): Subnet[] {
  const indexOf = (address: string): number => {
    const ip = parseIp(address.split('/')[0] ?? '')
    const found = subnet.findIndex(text => {
      const prefix = parsePrefix(text)
      return ip && prefix && isInPrefix(ip, prefix)
    })
    return Math.max(0, found)
  }
  return subnet.map((text, index) => {
    const aux = auxAddress.filter(([, address]) => indexOf(address) === index)
    return {
      subnet: text,
      gateway: gateway.find(address => indexOf(address) === index),
      ipRange: ipRange.find(range => indexOf(range) === index),
      ...(aux.length > 0 && { auxAddresses: Object.fromEntries(aux) }),
    }
  })
}

export type ConnectOptions = ActionOptions & {
  readonly ip?: string
  readonly ip6?: string
  readonly alias?: readonly string[]
}

export async function netConnectCommand(
  network: string,
  container: string,
  options: ConnectOptions,
): Promise<number> {
  const { ip, ip6, alias = [] } = options
  return act({ kind: 'network-connect', network, container, ip, ip6, aliases: alias }, options)
}
