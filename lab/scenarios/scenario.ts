/** What a scenario is: a piece of a swarm as data, with what must be seen when it works. */
import type { OverlayOptions, ServiceOptions } from '../swarm/index.ts'

/** A network namespace. `client` is the guest itself, a machine outside of the swarm. */
export type Place =
  | 'client'
  | { readonly node: string; readonly kind: 'host' }
  | { readonly node: string; readonly kind: 'ingress' }
  | { readonly node: string; readonly kind: 'overlay'; readonly network: string }
  | { readonly node: string; readonly kind: 'load-balancer'; readonly network: string }
  /** The one task of a service on a node, or a container by its name. */
  | { readonly node: string; readonly kind: 'container'; readonly of: string }

/** Shell text, run in a place with the node's files and processes. Facts (facts.ts) stand in braces: `{vip.api.app}`. */
export type Step = { readonly at: Place; readonly run: string }

/**
 * A question that is asked several times, and who must answer.
 *
 * - `get`: curl of a URL; the tasks of `answers` must all be heard. Facts may stand in it.
 * - `lookup`: nslookup of a name at Docker's resolver, 127.0.0.11; the addresses of `gives`, and no others, must come.
 */
export type Probe = { readonly name: string; readonly from: Place } & (
  | {
      readonly get: string
      /** A service or container, or the nodes' tasks of it: `web`, `web@node2`. */
      readonly answers: string
      /** Options of curl. */
      readonly curl?: readonly string[]
    }
  | { readonly lookup: string; readonly gives: readonly string[] }
)

export type ContainerOptions = {
  readonly name: string
  readonly node: string
  readonly network: string
  readonly address?: string
  readonly published?: number
}

/** A network that only one node has. */
export type LocalNetworkOptions = {
  readonly name: string
  readonly node: string
  readonly driver: 'bridge' | 'macvlan'
  readonly subnet: string
  readonly parent?: string
}

export type Scenario = {
  readonly name: string
  /** One sentence. */
  readonly about: string
  /** By name; scenarios that are up together share what has the same name. */
  readonly overlays?: readonly OverlayOptions[]
  readonly services?: readonly ServiceOptions[]
  readonly localNetworks?: readonly LocalNetworkOptions[]
  readonly containers?: readonly ContainerOptions[]
  /** By hand, when everything runs. */
  readonly up?: readonly Step[]
  readonly down?: readonly Step[]
  readonly probes: readonly Probe[]
}

export const host = (node: string): Place => ({ node, kind: 'host' })
export const ingressSandbox = (node: string): Place => ({ node, kind: 'ingress' })
export const balancerOf = (network: string, node: string): Place => ({ node, kind: 'load-balancer', network })
export const containerOf = (of: string, node: string): Place => ({ node, kind: 'container', of })
export const overlayOf = (network: string, node: string): Place => ({ node, kind: 'overlay', network })
