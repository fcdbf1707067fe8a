import { nftRuleKey } from '../../snapshot/row-keys.ts'
import type { KernelRow } from '../evidence.ts'
import { rulesOf, type SeenRule } from './filter.ts'
import { kernelRow, type NamespaceView } from './world.ts'

/** A rule of a host that translates a published port, whichever way the daemon has written it. */
export type PortRule = {
  /** Of the routing mesh, and of no container. */
  readonly isMesh: boolean
  readonly evidence: KernelRow
  /** The one address of the host that it is for; absent: any. */
  readonly destination: string | undefined
  readonly protocol: string | undefined
  readonly port: number | undefined
  readonly to?: { readonly address: string; readonly port: number }
}

/** Rules of iptables, in the chains DOCKER and DOCKER-INGRESS, and those of the daemon's nftables backend (Docker 29). */
export function portRulesOf(host: NamespaceView): PortRule[] {
  const nat = rulesOf(
    host,
    'nat',
    ({ chain, target }) => target.name === 'DNAT' && (chain === 'DOCKER' || chain === 'DOCKER-INGRESS'),
  )
  return [...nat.map(ofIptables), ...ofNftables(host)]
}

/** Whether the daemon has its chains here, so that a rule that is missing is missing. */
export function hasPortRules({ row }: NamespaceView): boolean {
  return (
    row.netfilter.some(
      ({ table, chains }) => table === 'nat' && chains.some(({ name }) => name === 'DOCKER'),
    ) || row.nft.some(({ table }) => table === NFT_TABLE)
  )
}

function ofIptables({ rule, evidence, destination, protocol, port }: SeenRule): PortRule {
  const target = rule.target.name === 'DNAT' ? rule.target : undefined
  const address = target?.addresses?.first
  const toPort = target?.ports?.first ?? port
  return {
    isMesh: rule.chain === 'DOCKER-INGRESS',
    evidence,
    destination,
    protocol,
    port,
    ...(address !== undefined && toPort !== undefined && { to: { address, port: toPort } }),
  }
}

const NFT_TABLE = 'docker-bridges'

/** `tcp dport 8080 counter packets 0 bytes 0 dnat to 172.17.0.2:80 comment "DNAT"`, in the words of nft. */
function ofNftables(host: NamespaceView): PortRule[] {
  return host.row.nft
    .filter(({ table }) => table === NFT_TABLE)
    .flatMap(table =>
      table.rules.flatMap(rule => {
        const [, protocol, port] = /\b(tcp|udp|sctp) dport (\d+)(?= |$)/.exec(rule.text) ?? []
        const [, ip6, ip4, toPort] =
          /\bdnat (?:ip6? )?to (?:\[([\da-f:.]+)\]|([\d.]+))(?::(\d+))?/.exec(rule.text) ?? []
        const address = ip6 ?? ip4
        if (protocol === undefined || address === undefined) return []
        const [, destination] = /\bip6? daddr ([\da-f.:]+)(?= |$)/.exec(rule.text) ?? []
        return [
          {
            isMesh: false,
            evidence: kernelRow(host, 'nft', nftRuleKey(table, rule)),
            destination,
            protocol,
            port: Number(port),
            to: { address, port: Number(toPort ?? port) },
          },
        ]
      }),
    )
}
