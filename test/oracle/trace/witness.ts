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

/** nft 1.0.6 takes five fields to a key; more make it crash. */
const tuple = 'ip id . ip saddr . ip daddr . tcp sport . tcp dport'
const filled = tuple.replaceAll('tcp', 'th')

const chain = (name: string, hook: string, device: string) => `
  set ${name} { typeof ${tuple}; size 65535; flags dynamic; }
  set ${name}_mark { typeof ip id . meta mark . meta ${device}; size 65535; flags dynamic; }
  chain ${name} {
    type filter hook ${hook} priority 400; policy drop;
    ${hook === 'input' ? '' : 'oifname "lo" accept'}
    add @${name} { ${filled} }
    add @${name}_mark { ip id . meta mark . meta ${device} }
  }`

export const witnessTable =
  `table ip witness {${chain('in', 'input', 'iif')}${chain('post', 'postrouting', 'oif')}
}
`.replaceAll('; ', '\n')

/** The keys of a set as a snapshot of the router has them: nft 1.0.6 fails to print some of these. */
function keysOf(router: Namespace, set: string): Buffer[] {
  const table = router.nft.find(({ table }) => table === 'witness')
  const found = table?.setData?.find(({ name }) => name === set)
  return (found?.elements ?? []).map(({ key }) => Buffer.from(key ?? '', 'hex'))
}

/** Every field takes whole words of four bytes; marks and indexes are in host order. */
export function readWitness(router: Namespace): Seen[] {
  const names = new Map(router.links.map(({ ifindex, ifname }) => [ifindex, ifname]))
  return (['in', 'post'] as const).flatMap(name => {
    const marks = new Map(
      keysOf(router, `${name}_mark`).map(key => [
        key.readUInt16BE(0),
        { mark: key.readUInt32LE(4), device: names.get(key.readUInt32LE(8)) ?? '?' },
      ]),
    )
    return keysOf(router, name).map(key => {
      const id = key.readUInt16BE(0)
      return {
        chain: name,
        id,
        source: key.subarray(4, 8).join('.'),
        destination: key.subarray(8, 12).join('.'),
        sourcePort: key.readUInt16BE(12),
        destinationPort: key.readUInt16BE(16),
        ...(marks.get(id) ?? { mark: Number.NaN, device: '?' }),
      }
    })
  })
}
