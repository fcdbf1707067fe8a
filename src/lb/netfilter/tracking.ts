import type { NetfilterRule, NftTable } from '../../snapshot/index.ts'
import { any, type Maybe } from '../maybe.ts'
import type { IpFamily } from '../packet.ts'
import { isLinux, type View } from '../view.ts'

/** Expressions of nf_tables, and extensions of xtables, that ask for connection tracking (nf_ct_netns_get). */
const expressionsThatTrack = new Set(['ct', 'nat', 'masq', 'redir', 'connlimit', 'synproxy', 'flow_offload'])
const extensionsThatTrack = new Set([
  ...['conntrack', 'state', 'connmark', 'connbytes', 'connlabel', 'connlimit', 'helper', 'cluster'],
  ...['CONNMARK', 'CONNSECMARK', 'SNAT', 'DNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP', 'SYNPROXY'],
])

/** Those that may: what a rule refers to by name, what is not decoded, what depends on its options. */
const mayTrack = new Set(['objref', 'dynset', 'unknown', 'CT', 'ipvs'])

const answers = new WeakMap<View, Map<IpFamily, Maybe>>()

/**
 * Whether connection tracking is at work in a namespace for a family. The kernel begins it with the first rule that needs it, and without it
 * nat chains are asked for no packet at all (nf_nat_inet_fn of nf_nat_core.c). IPVS may have begun it too.
 */
export function tracksConnections(view: View, family: IpFamily): Maybe {
  let known = answers.get(view)
  if (!known) answers.set(view, (known = new Map()))
  if (!known.has(family)) known.set(family, judge(view, family))
  return known.get(family)
}

function judge(view: View, family: IpFamily): Maybe {
  // Before, it was at work in every namespace once its module was there.
  if (!isLinux(view, 4, 10)) return true
  const { netfilter, nft, ipvs } = view.namespace
  const own = family === 'inet' ? 'ip' : 'ip6'
  const rules = [
    ...netfilter.filter(table => table.family === own).flatMap(table => table.rules.map(ofIptables)),
    ...nft
      .filter(table => table.family === own || table.family === 'inet')
      .flatMap(table => table.rules.map(ofNft)),
  ]
  return any([...rules, ipvs.services.length > 0 ? undefined : false])
}

function ofIptables({ matches, target }: NetfilterRule): Maybe {
  return any([...matches, target].map(({ name }) => byName(name)))
}

function ofNft({ expressions }: NftTable['rules'][number]): Maybe {
  return any(
    expressions.map(({ name, extension }) => byName(typeof extension === 'string' ? extension : name)),
  )
}

function byName(name: string): Maybe {
  if (expressionsThatTrack.has(name) || extensionsThatTrack.has(name)) return true
  return mayTrack.has(name) ? undefined : false
}
