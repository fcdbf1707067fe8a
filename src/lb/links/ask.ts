import type { RowRef } from '../evidence.ts'
import type { View } from '../view.ts'
import type { World } from '../world.ts'
import { arpFilter, replyOf } from './answers.ts'
import { exploreDomain } from './domain.ts'
import { infoOf, kindOf } from './kind.ts'
import { nearestOwner } from './nearby.ts'

/** Who answers "who has ADDRESS?". */
export type Resolution = {
  readonly answers: readonly {
    readonly mac: string
    readonly by: string
    readonly evidence: readonly RowRef[]
  }[]
  /** False when some of those asked are not in the snapshots, so that silence proves nothing. */
  readonly isComplete: boolean
  /** Why somebody may answer of whom that is not known; stands alone. */
  readonly doubt?: string
  /** What says that there is no answer. */
  readonly evidence: readonly RowRef[]
  readonly detail: string
}

/** Predicts ARP and neighbour discovery. */
export function resolveByAsking(world: World, view: View, ifname: string, address: string): Resolution {
  const nearest = nearestOwner(world, view, ifname, address)
  const { endpoints, tunnels, openEnds, filters, isFiltered } = nearest
    ? { endpoints: [nearest], tunnels: [], openEnds: [], filters: [], isFiltered: false }
    : exploreDomain(world, view, ifname)
  const answers: { mac: string; by: string; evidence: readonly RowRef[] }[] = []
  const evidence: RowRef[] = []
  let isComplete = openEnds.length === 0
  let detail = `nobody has ${address}`
  let doubt = address.includes(':') ? undefined : arpFilter(view)
  if (doubt !== undefined) return { answers, isComplete: false, evidence, detail: doubt, doubt }
  for (const { view: other, link } of endpoints) {
    const reply = replyOf(other, link, address, { view, ifname })
    if (reply.kind === 'unknown') doubt = reply.why
    if (reply.kind !== 'yes' || link.address === undefined) continue
    if (isFiltered) {
      const back = exploreDomain(world, other, link.ifname)
      if (!back.endpoints.some(({ link: hearing }) => hearing === view.link(ifname))) {
        if (back.openEnds.length + back.filters.length > 0) isComplete = false
        detail = `${link.ifname} of ${other.namespace.name} has ${address}, and what it answers does not come to ${ifname} in its VLAN`
        evidence.push(other.ref('links', String(link.ifindex)))
        continue
      }
    }
    const { row } = reply
    const proof = row
      ? other.ref('addresses', `${row.ifindex} ${row.local}/${row.prefixlen}`)
      : other.ref('links', String(link.ifindex))
    answers.push({ mac: link.address, by: `${link.ifname} of ${other.namespace.name}`, evidence: [proof] })
  }
  for (const { view: other, link } of tunnels) {
    if (infoOf(link, 'proxy') !== true) {
      isComplete = false
      continue
    }
    const row = other.neighbour(link.ifname, address)
    const name = `${link.ifname} of ${other.namespace.name}`
    if (row?.lladdr !== undefined) {
      answers.push({
        mac: row.lladdr,
        by: name,
        evidence: [other.ref('neighbours', `${link.ifname} ${address}`)],
      })
    } else {
      detail = `${name} has no neighbour entry for ${address}, and answers for nobody else`
      evidence.push(other.ref('links', String(link.ifindex)))
    }
  }
  const [filter] = filters
  if (answers.length === 0 && filter) {
    doubt ??= `${detail}, but ${filter.detail}`
    evidence.push(...filter.evidence)
  }
  return { answers, isComplete, evidence, detail, ...(doubt !== undefined && { doubt }) }
}

/**
 * Who have one address, where several do that would answer for it on this wire: containers of a node, or one of them and what a
 * tunnel was told of another node. Undefined: nobody disputes it.
 */
export function rivalsFor(
  world: World,
  view: View,
  ifname: string,
  address: string,
):
  | {
      readonly by: readonly string[]
      readonly evidence: readonly RowRef[]
      /** Who has it on this node, where a tunnel was told that it is elsewhere. */
      readonly intruder?: View
    }
  | undefined {
  const owners = world.ownersOf(address).filter(({ view: other }) => other.snapshot === view.snapshot)
  // Nearly always there is one, and nobody needs to be asked.
  if (
    owners.length < 2 &&
    !owners.some(owner => isToldOtherwise(world, owner.view, owner.row.ifname, address))
  )
    return undefined
  const { answers } = resolveByAsking(world, view, ifname, address)
  const byMac = new Map(answers.map(answer => [answer.mac, answer]))
  if (byMac.size < 2) return undefined
  const rivals = [...byMac.values()]
  const [owner] = owners
  return {
    ...(owners.length === 1 && owner && { intruder: owner.view }),
    by: rivals.map(({ by, mac }) => `${by} (${mac})`),
    evidence: rivals.flatMap(({ evidence }) => evidence),
  }
}

/** A tunnel on the other side of an owner's veth pair has another MAC for the address. */
function isToldOtherwise(world: World, owner: View, ifname: string, address: string): boolean {
  const link = owner.link(ifname)
  const peer = link && world.peer(owner, link)
  if (!peer) return false
  return peer.view.namespace.links.some(
    other =>
      kindOf(other) === 'vxlan' &&
      ![undefined, link.address].includes(peer.view.neighbour(other.ifname, address)?.lladdr),
  )
}
