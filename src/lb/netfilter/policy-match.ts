import type { NetfilterRule } from '../../snapshot/index.ts'
import { all, any, invertIf, type Maybe } from '../maybe.ts'
import { type Packet, protocolNumber, type Transformation } from '../packet.ts'
import { isXfrmRead } from '../xfrm/policy.ts'
import { matchMasked } from './masked.ts'
import type { Place } from './place.ts'

type Match = Extract<NetfilterRule['matches'][number], { readonly name: 'policy' }>
type Element = Match['elements'][number]

/** policy_mt of xt_policy.c: what IPsec has done to a packet that came in, or will do to one that goes out. */
export function matchPolicy(match: Match, packet: Packet, { view }: Place): Maybe {
  if (!isXfrmRead(view)) return undefined
  const path = match.direction === 'in' ? [...packet.secpath].reverse() : plannedFor(packet, view)
  if (path === undefined) return undefined
  if (path.length === 0) return match.policy === 'none'
  if (match.policy === 'none') return false
  if (!match.strict) return any(path.map(done => fits(match.elements[0] ?? {}, done)))
  if (match.elements.length !== path.length) return false
  return all(path.map((done, i) => fits(match.elements[i]!, done)))
}

/** The templates of the policy that the route has, in place of the associations that will be chosen. */
function plannedFor({ outPolicy }: Packet, view: Place['view']): Partial<Transformation>[] | undefined {
  if (outPolicy === undefined) return undefined
  const policy = outPolicy === null ? undefined : view.namespace.xfrm.policies[outPolicy]
  return (policy?.templates ?? []).map(({ spi, ...template }) => ({
    ...template,
    ...(spi !== undefined && { spi }),
  }))
}

/** match_xfrm_state. Addresses are compared in tunnel mode alone. */
function fits(element: Element, { proto, spi, reqid, mode, src, dst }: Partial<Transformation>): Maybe {
  const equal = (
    test: { readonly number: number; readonly invert: boolean } | undefined,
    value: number | undefined,
  ): Maybe => (test ? (value === undefined ? undefined : (value === test.number) !== test.invert) : true)
  const { tunnelSource, tunnelDestination } = element
  const isTunnel = mode === 'tunnel'
  return all([
    equal(element.protocol, proto === undefined ? undefined : protocolNumber(proto)),
    equal(element.reqid, reqid),
    equal(element.spi, spi === undefined ? undefined : swapped(Number(spi))),
    element.mode ? invertIf(element.mode.mode === mode, element.mode.invert) : true,
    tunnelSource && isTunnel ? matchMasked(tunnelSource, src) : true,
    tunnelDestination && isTunnel ? matchMasked(tunnelDestination, dst) : true,
  ])
}

/** iptables takes an SPI in the order of the host, and the kernel compares it in that of the network. */
function swapped(spi: number): number {
  return (((spi & 0xff) << 24) | ((spi & 0xff00) << 8) | ((spi >>> 8) & 0xff00) | ((spi >>> 24) & 0xff)) >>> 0
}
