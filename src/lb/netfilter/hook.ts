import { type Connection, findConnection, infoOfFirst, newConnection } from '../connection.ts'
import type { Packet } from '../packet.ts'
import { routeOutput } from '../routing/output.ts'
import { type BaseChain, type HookItem, hookItems, missingRules } from './chains.ts'
import { applyNat, bindNothing, type NatSide, natSide } from './nat.ts'
import { type Live, mergeLives, type Outcome, outcomeKey } from './outcome.ts'
import type { Place } from './place.ts'
import { findPolicy } from '../xfrm/policy.ts'
import { tracksConnections } from './tracking.ts'
import { traverseBaseChain } from './traverse.ts'

/** Which part of a hook is run: priorities from `from` up to but not with `to`. */
export type HookRange = { readonly from: number; readonly to: number }

/**
 * Leads a packet through the base chains of a hook, connection tracking and NAT included. Each outcome that is not certain says
 * what was assumed for it.
 *
 * @param connections those that the trace has met so far
 */
export function runHook(
  place: Place,
  packet: Packet,
  connections: readonly Connection[],
  { from, to }: HookRange,
): Outcome[] {
  const missing = missingRules(place.view, packet.family)
  if (missing !== undefined) {
    const reason = `the netfilter rules of ${place.view.namespace.name} could not be read: ${missing}`
    return [{ packet, trail: [], decisions: [], verdict: 'unknown', reason }]
  }
  let lives: Live[] = [{ packet, trail: [], decisions: [] }]
  const outcomes: Outcome[] = []
  for (const item of hookItems(place.view, packet.family, place.hook)) {
    if (item.priority < from || item.priority >= to || lives.length === 0) continue
    const next: Live[] = []
    for (const live of lives) {
      for (const outcome of runItem(item, live, place, connections).map(of =>
        rerouted(item, live.packet, of, place),
      )) {
        if (outcome.verdict === 'accept') next.push(outcome)
        else outcomes.push(outcome)
      }
    }
    lives = mergeLives(next)
  }
  return mergeLives(
    [...outcomes, ...lives.map(live => ({ ...live, verdict: 'accept' as const }))],
    outcomeKey,
  )
}

/**
 * On OUTPUT chains of type `route` and NAT look the route up again after they have changed the packet (ipt_mangle_out,
 * nf_route_table_hook4, nf_nat_ipv4_local_fn): without one it ends there.
 */
function rerouted(item: HookItem, before: Packet, outcome: Outcome, { view, hook }: Place): Outcome {
  const { packet, verdict } = outcome
  if (hook !== 'OUTPUT' || verdict !== 'accept') return outcome
  const isAsked =
    item.kind === 'nat'
      ? before.destination !== packet.destination
      : item.kind === 'chains' &&
        item.chains.some(({ type }) => type === 'route') &&
        isChanged(before, packet)
  if (!isAsked) return outcome
  const answer = routeOutput(view, packet)
  if (answer.kind === 'none') return { ...outcome, verdict: 'no-route', reason: answer.detail }
  if (answer.kind === 'unknown') return { ...outcome, verdict: 'unknown', reason: answer.reason }
  const outPolicy = packet.inner?.kind === 'ipsec' ? null : findPolicy(view, packet, 'out')
  return { ...outcome, packet: { ...packet, rerouted: { mark: packet.mark, tos: packet.tos }, outPolicy } }
}

function isChanged(before: Packet, after: Packet): boolean {
  return (
    before.source !== after.source ||
    before.destination !== after.destination ||
    before.mark !== after.mark ||
    before.tos !== after.tos
  )
}

function runItem(item: HookItem, live: Live, place: Place, connections: readonly Connection[]): Outcome[] {
  switch (item.kind) {
    case 'conntrack':
      return [trackOrDrop(live, place, connections)]
    case 'nat':
      return translate(item.chains, live, place)
    case 'chains':
      return item.chains.length === 1
        ? runChain(item.chains[0]!, live, place)
        : inEitherOrder(item.chains, ordered => runInOrder(ordered, live, place), place)
  }
}

function runChain({ table, name, policy }: BaseChain, live: Live, place: Place): Outcome[] {
  return traverseBaseChain(table, name, policy, live, place)
}

function runInOrder(chains: readonly BaseChain[], start: Live, place: Place): Outcome[] {
  let lives = [start]
  const done: Outcome[] = []
  for (const chain of chains) {
    const outcomes = lives.flatMap(live => runChain(chain, live, place))
    done.push(...outcomes.filter(({ verdict }) => verdict !== 'accept'))
    lives = mergeLives(outcomes.filter(({ verdict }) => verdict === 'accept'))
  }
  return [...done, ...lives.map(live => ({ ...live, verdict: 'accept' as const }))]
}

/**
 * Chains of one priority run in an order that nothing tells (the one registered last comes first). Where that makes a
 * difference, it is one that is not known.
 */
function inEitherOrder(
  chains: readonly BaseChain[],
  run: (ordered: readonly BaseChain[]) => Outcome[],
  place: Place,
): Outcome[] {
  const forwards = run(chains)
  const backwards = run([...chains].reverse())
  if (isSameSet(forwards, backwards)) return forwards
  const text = `the order of ${chains.map(({ table, name }) => `${table.name}/${name}`).join(' and ')}`
  const evidence = chains[0]!.table.evidence(place, chains[0]!.name)
  const assume = (outcomes: readonly Outcome[], taken: string) =>
    outcomes.map(outcome => ({
      ...outcome,
      decisions: [...outcome.decisions, { kind: 'unknown' as const, taken, text, evidence }],
    }))
  return [...assume(forwards, 'is this'), ...assume(backwards, 'is the other way round')]
}

function isSameSet(a: readonly Outcome[], b: readonly Outcome[]): boolean {
  const keys = new Set(a.map(sameVerdict))
  return b.every(outcome => keys.has(sameVerdict(outcome))) && new Set(b.map(sameVerdict)).size === keys.size
}

/** Which of two chains drops first makes no difference. */
function sameVerdict(outcome: Outcome): string {
  return outcome.verdict === 'accept'
    ? outcomeKey(outcome)
    : outcome.verdict === 'reject'
      ? 'drop'
      : outcome.verdict
}

/** __nf_conntrack_alloc: when the table is full, what is new is dropped. */
function trackOrDrop(live: Live, place: Place, connections: readonly Connection[]): Outcome {
  const packet = track(live.packet, place, connections)
  const { conntrack } = place.view.namespace
  const isNew = packet.connection !== null && packet !== live.packet && packet.connectionInfo === 'new'
  const isKnown = connections.some(({ id }) => id === packet.connection?.id)
  if (!isNew || isKnown || !conntrack || conntrack.max === 0 || conntrack.count < conntrack.max)
    return { ...live, packet, verdict: 'accept' }
  const reason = `the table of connections is full (${conntrack.count} of ${conntrack.max})`
  return { ...live, packet, verdict: 'drop', reason }
}

/** nf_conntrack_in: what is tracked or deliberately not tracked stays so (loopback, CT --notrack). */
function track(packet: Packet, { view }: Place, connections: readonly Connection[]): Packet {
  if (packet.connection || packet.connectionInfo !== 'none') return packet
  const found = findConnection(connections, view.key, packet)
  if (found?.direction === 'reply') {
    const connection = { ...found.connection, hasSeenReply: true }
    return { ...packet, connection, connectionInfo: 'established-reply' }
  }
  if (found) {
    const { connection } = found
    return { ...packet, connection, connectionInfo: connection.hasSeenReply ? 'established' : 'new' }
  }
  const connectionInfo = infoOfFirst(packet)
  if (connectionInfo !== 'new') return { ...packet, connectionInfo }
  const id = connections.reduce((most, { id }) => Math.max(most, id), 0) + 1
  return { ...packet, connectionInfo, connection: newConnection(id, view.key, packet) }
}

/** nf_nat_inet_fn of nf_nat_core.c: rules decide once for each side of a connection, and it is applied to every packet. */
function translate(chains: readonly BaseChain[], live: Live, place: Place): Outcome[] {
  const { connection, connectionInfo } = live.packet
  const accepted = (of: Live): Outcome => ({ ...of, verdict: 'accept' })
  if (!connection) return [accepted(live)]
  const side = natSide(place.hook)
  const isDone = side === 'source' ? connection.isSourceDone : connection.isDestinationDone
  const rewritten = (of: Live): Outcome => accepted({ ...of, packet: applyNat(of.packet, side) })
  if (isDone || (connectionInfo !== 'new' && connectionInfo !== 'related')) return [rewritten(live)]
  const isTracked = tracksConnections(place.view, live.packet.family)
  if (isTracked === false) return [rewritten(live)]
  const inOrder = (ordered: readonly BaseChain[]) => translateInOrder(ordered, live, place, side)
  const outcomes = hasEqual(chains) ? inEitherOrder(chains, inOrder, place) : inOrder(chains)
  if (isTracked === true) return outcomes
  const reason = `whether connection tracking is at work in ${place.view.namespace.name}, without which nat chains are not asked, is not known`
  return outcomes.map(outcome =>
    outcome.verdict === 'accept' ? outcome : { ...outcome, verdict: 'unknown', reason },
  )
}

function hasEqual(chains: readonly BaseChain[]): boolean {
  return new Set(chains.map(({ priority }) => priority)).size < chains.length
}

/** The first chain that decides is the last one asked. */
function translateInOrder(chains: readonly BaseChain[], live: Live, place: Place, side: NatSide): Outcome[] {
  const rewritten = (of: Live): Outcome => ({ ...of, packet: applyNat(of.packet, side), verdict: 'accept' })
  let lives: Live[] = [live]
  const outcomes: Outcome[] = []
  for (const chain of chains) {
    const next: Live[] = []
    for (const outcome of lives.flatMap(each => runChain(chain, each, place))) {
      if (outcome.verdict !== 'accept') outcomes.push(outcome)
      else if (isDecided(outcome.packet, side)) outcomes.push(rewritten(outcome))
      else next.push(outcome)
    }
    lives = mergeLives(next)
  }
  for (const each of lives) {
    const bound = each.packet.connection && bindNothing(each.packet.connection, side)
    outcomes.push(rewritten({ ...each, packet: { ...each.packet, connection: bound } }))
  }
  return outcomes
}

function isDecided({ connection }: Packet, side: 'source' | 'destination'): boolean {
  return side === 'source' ? connection?.isSourceDone === true : connection?.isDestinationDone === true
}
