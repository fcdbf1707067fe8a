import type { Link } from '../../snapshot/index.ts'
import { fdbKey } from '../../snapshot/row-keys.ts'
import { ruleKeys } from '../evidence.ts'
import { parseIp } from '../../util/prefix.ts'
import { isUp, kindOf } from '../links/kind.ts'
import { quoted } from '../../util/shell.ts'
import type { Cause } from '../trace.ts'
import { isInSubnet, ownAddress, type View } from '../view.ts'
import type { Walk } from '../walk/walk.ts'
import { causeIn } from './cause.ts'

/** Nobody answers for an address: a namespace that balances for it may have lost it. */
export function causeOfSilence(walk: Walk, view: View, address: string): Cause | undefined {
  for (const other of walk.world.balancing(view.snapshot)) {
    if (ownAddress(other, address)) continue
    const rule = markingRule(other, address)
    if (!rule) continue
    const { name } = other.namespace
    const detail = `${name} marks what is for ${address} for virtual service FWM ${rule.mark}, and does not have that address`
    const evidence = [other.ref('addresses', ''), other.ref('netfilter', rule.key)]
    return causeIn(other, detail, evidence, `ip addr add ${quoted(address)}/32 dev eth0`)
  }
  return undefined
}

function markingRule(
  view: View,
  address: string,
): { readonly key: string; readonly mark: number } | undefined {
  for (const table of view.namespace.netfilter) {
    for (const [index, { ip, target }] of table.rules.entries()) {
      const test = ip.destination
      if (target.name !== 'MARK' || test?.address !== address || test.invert) continue
      if (!view.namespace.ipvs.services.some(({ fwmark }) => fwmark === target.mark)) continue
      return { key: ruleKeys(table)[index] ?? '', mark: target.mark }
    }
  }
  return undefined
}

/** A bridge has nothing for a MAC: who has it may have been disconnected, or another node was told a wrong place. */
export function causeOfUnknownMac(walk: Walk, view: View, bridge: string, mac: string): Cause | undefined {
  return (
    unboundTunnel(view, bridge, mac) ?? unboundPort(walk, view, bridge, mac) ?? wrongTunnel(walk, view, mac)
  )
}

/** The vxlan knows where it is, and is no port of the bridge. */
function unboundTunnel(view: View, bridge: string, mac: string): Cause | undefined {
  for (const entry of view.fdb(mac)) {
    const link = entry.dst === undefined ? undefined : view.link(entry.ifname)
    const problem = link && kindOf(link) === 'vxlan' ? problemOfPort(link, bridge) : undefined
    if (!link || !problem) continue
    const detail = `${link.ifname} leads to it (${entry.dst}), and ${problem.text}`
    const evidence = [view.ref('links', String(link.ifindex)), view.ref('fdb', fdbKey(entry))]
    return causeIn(view, detail, evidence, problem.fix)
  }
  return undefined
}

function unboundPort(walk: Walk, view: View, bridge: string, mac: string): Cause | undefined {
  for (const { view: other, link } of walk.world.linksOfMac(mac)) {
    const peer = walk.world.peer(other, link)
    const port = peer?.view === view ? view.link(peer.ifname) : undefined
    const problem = port && problemOfPort(port, bridge)
    if (!port || !problem) continue
    const detail = `${port.ifname}, behind which ${link.ifname} of ${other.namespace.name} has it, ${problem.text}`
    return causeIn(view, detail, [view.ref('links', String(port.ifindex))], problem.fix)
  }
  return undefined
}

function problemOfPort(
  port: Link,
  bridge: string,
): { readonly text: string; readonly fix: string } | undefined {
  const name = quoted(port.ifname)
  if (port.master !== bridge) {
    return { text: `is no port of ${bridge}`, fix: `ip link set ${name} master ${quoted(bridge)}` }
  }
  return isUp(port) ? undefined : { text: 'is down', fix: `ip link set ${name} up` }
}

/** The node that sent it here was told a wrong tunnel end. */
function wrongTunnel({ tunnelled, world }: Walk, view: View, mac: string): Cause | undefined {
  if (!tunnelled || tunnelled.view.node === view.node) return undefined
  const { entry } = tunnelled
  const owner = world.linksOfMac(mac).find(({ view: other }) => other.node !== view.node)
  if (!owner) return undefined
  const where = `${owner.view.namespace.name} of ${owner.view.snapshot.host.hostname}`
  const detail = `${entry.ifname} sends ${mac} to ${entry.dst}, and it is in ${where}`
  return causeIn(tunnelled.view, detail, [tunnelled.view.ref('fdb', fdbKey(entry))])
}

/** The address is in a sandbox of this node, and what should lead there does not. */
export function causeOfNoWay(walk: Walk, view: View, address: string | undefined): Cause | undefined {
  if (address === undefined) return undefined
  for (const { view: other, row } of walk.world.ownersOf(address)) {
    if (other.snapshot !== view.snapshot || other === view) continue
    const link = other.link(row.ifname)
    const peer = link && walk.world.peer(other, link)
    const port = peer?.view === view ? view.link(peer.ifname) : undefined
    const master = port?.master === undefined ? undefined : view.link(port.master)
    const problem = master && problemOf(view, master, address)
    if (!master || problem === undefined) continue
    const detail = `${master.ifname}, behind which ${other.namespace.name} has ${address}, ${problem}`
    const evidence = [view.ref('links', String(master.ifindex)), view.ref('addresses', '')]
    return causeIn(
      view,
      detail,
      evidence,
      isUp(master) ? undefined : `ip link set ${quoted(master.ifname)} up`,
    )
  }
  return undefined
}

function problemOf(view: View, bridge: Link, address: string): string | undefined {
  if (!isUp(bridge)) return 'is down'
  const ip = parseIp(address)
  const hasSubnet = ip !== undefined && view.addressesOf(bridge.ifname).some(own => isInSubnet(ip, own))
  return hasSubnet ? undefined : 'has no address of that subnet'
}

/** Somewhere on the way the address was near, by a device that is down, or is one that Docker has given to a sandbox there. */
export function causeOfDetour({ hops }: Walk, address: string | undefined): Cause | undefined {
  const ip = address === undefined ? undefined : parseIp(address)
  if (!ip || address === undefined) return undefined
  for (const { view } of hops.toReversed()) {
    const near = view.namespace.addresses.find(row => row.scope !== 'host' && isInSubnet(ip, row))
    const link = near && view.link(near.ifname)
    if (link && !isUp(link)) {
      const detail = `${link.ifname}, which leads to ${address}, is down`
      const fix = `ip link set ${quoted(link.ifname)} up`
      return causeIn(view, detail, [view.ref('links', String(link.ifindex))], fix)
    }
    if (isGiven(view, address) && !ownAddress(view, address)) {
      const detail = `it does not have ${address}, which Docker gave it`
      return causeIn(view, detail, [view.ref('addresses', '')])
    }
  }
  return undefined
}

function isGiven({ snapshot, namespace }: View, address: string): boolean {
  const container = snapshot.docker?.containers?.find(
    ({ NetworkSettings }) => NetworkSettings.SandboxKey.split('/').at(-1) === namespace.name,
  )
  return Object.values(container?.NetworkSettings.Networks ?? {}).some(
    ({ IPAddress }) => IPAddress === address,
  )
}
