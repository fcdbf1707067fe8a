import type { NftTable } from '../../snapshot/index.ts'
import { nftRuleKey } from '../../snapshot/row-keys.ts'
import type { Packet } from '../packet.ts'
import type { View } from '../view.ts'
import { end, type Next, type NextAt } from './next.ts'

type Hook = 'ingress' | 'egress'

/**
 * Base chains of nf_tables that sit on a device: family `netdev`, and `inet` with the hook `ingress` (nft(8)). They decide about
 * frames, and are not evaluated here: what meets one with a rule, or with the policy drop, cannot be followed further.
 *
 * @returns undefined when nothing of the kind is in the way
 */
export function deviceFilter(next: Next): NextAt<'end'> | undefined {
  switch (next.at) {
    case 'frame-in':
      return filterOn(next.view, next.ifname, 'ingress', next.frame.packet)
    case 'ip-in':
    case 'route-in':
      // Also where no frame comes in: the bridge's own device, `lo`, an interface of another node.
      return next.packet.inDevice === null
        ? undefined
        : filterOn(next.view, next.packet.inDevice, 'ingress', next.packet)
    case 'frame-out':
      return filterOn(next.view, next.ifname, 'egress', next.frame.packet)
    default:
      return undefined
  }
}

function filterOn(view: View, ifname: string, hook: Hook, packet: Packet): NextAt<'end'> | undefined {
  for (const table of view.namespace.nft) {
    const chain = table.chains.find(
      row => row.hook === hook && isOn(row.device, ifname) && decides(table, row.name, row.policy),
    )
    if (!chain) continue
    const rule = table.rules.find(row => row.chain === chain.name)
    const detail = `nft chain ${table.family} ${table.table} ${chain.name} on ${ifname} (${hook}) is not evaluated`
    const key = rule ? nftRuleKey(table, rule) : `nft ${table.family} ${table.table} :${chain.name}`
    const proof = [view.ref('nft', key)]
    return end(view, packet, 'insufficient-info', detail, proof)
  }
  return undefined
}

/** Names with commas between them; an asterisk at the end stands for anything. A list that was not told may hold any device. */
function isOn(devices: string | undefined, ifname: string): boolean {
  if (devices === undefined) return true
  return devices
    .split(',')
    .some(name => (name.endsWith('*') ? ifname.startsWith(name.slice(0, -1)) : name === ifname))
}

function decides({ rules }: NftTable, chain: string, policy: string | undefined): boolean {
  return policy === 'drop' || rules.some(row => row.chain === chain)
}
