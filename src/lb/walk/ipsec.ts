import type { XfrmState } from '../../snapshot/index.ts'
import { xfrmPolicyKey, xfrmStateKey } from '../../snapshot/row-keys.ts'
import type { RowRef } from '../evidence.ts'
import { IPPROTO_AH, IPPROTO_ESP, type Packet, protocolNumber } from '../packet.ts'
import type { Way } from '../routing/lookup.ts'
import type { View } from '../view.ts'
import { findPolicy, matchesMark, stateFor, transformationOf } from '../xfrm/policy.ts'
import { end, type Next } from './next.ts'
import { addStep, changed, type Walk } from './walk.ts'

const protocols = new Set<number | undefined>([IPPROTO_ESP, IPPROTO_AH])

/** Whether a packet is one of IPsec, which the kernel takes itself. */
export function isEncrypted({ protocol, inner }: Packet): boolean {
  return protocols.has(protocol) && inner?.kind === 'ipsec'
}

function policyRef(view: View, index: number): RowRef[] {
  const policy = view.namespace.xfrm.policies[index]
  return policy ? [view.ref('xfrm', xfrmPolicyKey(policy))] : []
}

const stateRef = (view: View, state: XfrmState): RowRef => view.ref('xfrm', xfrmStateKey(state))

/**
 * xfrm_output, behind POSTROUTING: what the route's policy wants is done, and the packet goes through OUTPUT and POSTROUTING again
 * as what it has become. Undefined: there is nothing to do.
 */
export function encrypt(walk: Walk, view: View, packet: Packet, way: Way): Next | undefined {
  const { outPolicy } = packet
  if (outPolicy === null) return undefined
  if (outPolicy === undefined) return end(view, packet, 'insufficient-info', unread(view))
  const policy = view.namespace.xfrm.policies[outPolicy]
  if (!policy) return undefined
  const proof = policyRef(view, outPolicy)
  if (policy.action === 'block') return end(view, packet, 'dropped', 'an IPsec policy blocks it', proof)
  const [template, another] = policy.templates
  if (!template) return undefined
  if (another)
    return end(view, packet, 'insufficient-info', 'several transformations are not followed', proof)
  const state = stateFor(view, template, packet)
  if (!state) {
    if (template.level === 'use') return undefined
    const detail = `an IPsec policy wants it encrypted, and no association with ${packet.destination} can`
    addStep(walk, view, { kind: 'xfrm', action: 'dropped', detail, evidence: proof })
    return end(view, packet, 'dropped', detail, proof)
  }
  const evidence = [...proof, stateRef(view, state)]
  if (state.encap !== undefined)
    return end(view, packet, 'insufficient-info', 'IPsec in UDP is not followed', evidence)
  const isTransport = state.mode === 'transport'
  const wrapped: Packet = {
    ...packet,
    protocol: protocolNumber(state.proto),
    ...(isTransport ? {} : { source: state.src, destination: state.dst }),
    sourcePort: null,
    destinationPort: null,
    tcpFlags: null,
    icmpType: null,
    icmpCode: null,
    length: undefined,
    connection: null,
    connectionInfo: 'none',
    secpath: [],
    outPolicy: null,
    inner: { kind: 'ipsec', spi: state.spi, packet },
  }
  const detail = `${state.proto} SPI ${state.spi} (${state.mode})`
  addStep(walk, view, { kind: 'xfrm', action: 'encrypted', detail, evidence, ...changed(packet, wrapped) })
  return isTransport
    ? { at: 'output', view, packet: wrapped, way, isIpvs: true }
    : { at: 'local-out', view, packet: wrapped }
}

function unread(view: View): string {
  return `the IPsec policies of ${view.namespace.name} were not read`
}

/** xfrm_input: an association that has this SPI and address takes it off; the packet inside comes in by the same interface again. */
export function decrypt(walk: Walk, view: View, packet: Packet): Next {
  const { inner, destination, protocol } = packet
  if (inner?.kind !== 'ipsec') return end(view, packet, 'insufficient-info', 'what it holds is not known')
  const state = view.namespace.xfrm.states.find(
    row =>
      row.spi === inner.spi &&
      row.dst === destination &&
      protocolNumber(row.proto) === protocol &&
      matchesMark(row.mark, packet.mark) === true,
  )
  const missing = view.missing('xfrm')
  if (!state && missing !== undefined)
    return end(view, packet, 'insufficient-info', `the associations of IPsec were not read: ${missing}`)
  if (!state) {
    const detail = `no association has SPI ${inner.spi} for ${destination}: it cannot be decrypted`
    addStep(walk, view, { kind: 'xfrm', action: 'dropped', detail, evidence: [view.ref('xfrm', '')] })
    return end(view, packet, 'dropped', detail, [view.ref('xfrm', '')])
  }
  const bare: Packet = {
    ...inner.packet,
    inDevice: packet.inDevice,
    outDevice: null,
    sourceMac: packet.sourceMac,
    mark: packet.mark,
    connection: null,
    connectionInfo: 'none',
    secpath: [...packet.secpath, transformationOf(state)],
    outPolicy: null,
  }
  const detail = `${state.proto} SPI ${state.spi} (${state.mode})`
  const evidence = [stateRef(view, state)]
  addStep(walk, view, { kind: 'xfrm', action: 'decrypted', detail, evidence, ...changed(packet, bare) })
  return { at: 'ip-in', view, packet: bare }
}

/**
 * __xfrm_policy_check: what comes in has to have been encrypted as a policy wants; without one, anything may pass but what came
 * through a tunnel of IPsec.
 */
export function refusedByPolicy(view: View, packet: Packet, direction: 'in' | 'fwd'): Next | undefined {
  const { secpath } = packet
  if (isEncrypted(packet)) return undefined
  const index = findPolicy(view, packet, direction)
  if (index === undefined) return end(view, packet, 'insufficient-info', unread(view))
  if (index === null) {
    if (secpath.every(({ mode }) => mode === 'transport')) return undefined
    return end(view, packet, 'dropped', 'it came by a tunnel of IPsec, which no policy allows')
  }
  const proof = policyRef(view, index)
  const { action, templates } = view.namespace.xfrm.policies[index]!
  if (action === 'block') return end(view, packet, 'dropped', 'an IPsec policy blocks it', proof)
  const wanted = templates.filter(({ level }) => level !== 'use')
  const isDone = wanted.every(({ proto, mode, reqid }) =>
    secpath.some(done => done.proto === proto && done.mode === mode && (reqid === 0 || done.reqid === reqid)),
  )
  return isDone ? undefined : end(view, packet, 'dropped', 'an IPsec policy wants it encrypted', proof)
}
