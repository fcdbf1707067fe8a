import { SocketAddress } from 'node:net'
import type { Path } from '../../../src/lb/index.ts'
import type { Namespace } from '../../../src/snapshot/index.ts'

/**
 * The kernel's own word on where a packet got to, and with what headers: sets of nf_tables that the last chains of the router
 * fill, keyed by the packet's IP identification. The chains drop what they have seen, so that nothing is answered.
 */
export type Seen = {
  readonly chain: 'in' | 'post'
  readonly id: number
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
  readonly mark: number
  readonly device: string
}

/** Where a packet's own number stands: the identification of IPv4, and the length of IPv6, which has none. */
const numbers = { ip: 'id', ip6: 'length' } as const
type Family = keyof typeof numbers

/** nft 1.0.6 takes five fields to a key; more make it crash. */
const tuple = (ip: Family): string =>
  `${ip} ${numbers[ip]} . ${ip} saddr . ${ip} daddr . tcp sport . tcp dport`

/** Neighbour discovery and groups: what the kernel sends of itself. */
const ofNeighbours = '130, 131, 132, 133, 134, 135, 136, 143'

const chain = (ip: Family, name: string, hook: string, device: string): string => `
  set ${name} { typeof ${tuple(ip)}; size 65535; flags dynamic; }
  set ${name}_mark { typeof ${ip} ${numbers[ip]} . meta mark . meta ${device}; size 65535; flags dynamic; }
  chain ${name} {
    type filter hook ${hook} priority 400; policy drop;
    ${hook === 'input' ? '' : 'oifname "lo" accept'}
    ${ip === 'ip' ? '' : `icmpv6 type { ${ofNeighbours} } drop`}
    add @${name} { ${tuple(ip).replaceAll('tcp', 'th')} }
    add @${name}_mark { ${ip} ${numbers[ip]} . meta mark . meta ${device} }
  }`

const witness = (ip: Family): string =>
  `table ${ip} witness {${chain(ip, 'in', 'input', 'iif')}${chain(ip, 'post', 'postrouting', 'oif')}
}
`.replaceAll('; ', '\n')

export const witnessTable = witness('ip')
/** For IPv6, where `Seen.id` is the payload's length. */
export const witnessTable6 = witness('ip6')

/** The chain of the witness that a path ends in, as we say; undefined: it does not come so far. */
export function witnessChain({ end }: Path): Seen['chain'] | undefined {
  return (['in', 'post'] as const).find(name =>
    end?.evidence.some(({ key }) => new RegExp(`^nft ip6? witness :${name}$`).test(key)),
  )
}

/** The keys of a set as a snapshot of the router has them: nft 1.0.6 fails to print some of these. */
function keysOf(router: Namespace, ip: Family, set: string): Buffer[] {
  const table = router.nft.find(({ table, family }) => table === 'witness' && family === ip)
  const found = table?.setData?.find(({ name }) => name === set)
  return (found?.elements ?? []).map(({ key }) => Buffer.from(key ?? '', 'hex'))
}

/** Every field takes whole words of four bytes; marks and indexes are in host order. */
export function readWitness(router: Namespace, family: 'inet' | 'inet6' = 'inet'): Seen[] {
  const [ip, size] = family === 'inet' ? (['ip', 4] as const) : (['ip6', 16] as const)
  const addressAt = (key: Buffer, at: number): string => addressText(key.subarray(at, at + size))
  const names = new Map(router.links.map(({ ifindex, ifname }) => [ifindex, ifname]))
  return (['in', 'post'] as const).flatMap(name => {
    const marks = new Map(
      keysOf(router, ip, `${name}_mark`).map(key => [
        key.readUInt16BE(0),
        { mark: key.readUInt32LE(4), device: names.get(key.readUInt32LE(8)) ?? '?' },
      ]),
    )
    return keysOf(router, ip, name).map(key => {
      const id = key.readUInt16BE(0)
      return {
        chain: name,
        id,
        source: addressAt(key, 4),
        destination: addressAt(key, 4 + size),
        sourcePort: key.readUInt16BE(4 + 2 * size),
        destinationPort: key.readUInt16BE(8 + 2 * size),
        ...(marks.get(id) ?? { mark: Number.NaN, device: '?' }),
      }
    })
  })
}

/** An address as a key of a set holds it. */
export function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  const words = bytes.toString('hex').replaceAll(/(.{4})(?!$)/g, '$1:')
  return new SocketAddress({ address: words, family: 'ipv6' }).address
}
