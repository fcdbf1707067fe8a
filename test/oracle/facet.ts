import type { NetlinkSocket } from '../../src/collectors/kernel/netlink-socket.ts'
import type { InterfaceNames } from '../../src/collectors/kernel/rtnl/names.ts'
import type { compareRows } from './compare.ts'
import type { Random } from './random.ts'

/** A link of a random namespace, as the other generators need to know it. */
export type WorldLink = {
  readonly name: string
  readonly kind: string
  /** Was set up; the kernel may have refused. */
  readonly up: boolean
  readonly master?: string | undefined
  /** First three bytes of the IPv4 network of this link, such as `10.7.3`. */
  readonly v4: string
  /** First words of its IPv6 network, such as `2001:db8:3`. */
  readonly v6: string
}

export type World = { readonly links: readonly WorldLink[] }

/** `iptables-nft-restore` and its like. */
export type RestoreTool = `${'iptables' | 'ip6tables'}-${'nft' | 'legacy'}-restore`

/**
 * One line for `-batch` of ip or bridge, for iptables-restore, or for the shell. Lines of one tool in a row go to one
 * process.
 */
export type Command = { readonly tool: 'ip' | 'ip -6' | 'bridge' | RestoreTool | 'sh'; readonly line: string }

export type OracleHost = {
  /** A netlink socket inside, NETLINK_ROUTE when no protocol is given. Closed with the namespace. */
  netlink(protocol?: number): NetlinkSocket
  /** Runs `inside` with this thread in the namespace. */
  run<Result>(inside: () => Result): Result
  readonly names: InterfaceNames
}

/**
 * One thing that is compared: random state is built with a tool, read by us and printed by a tool.
 *
 * A facet that is built later may stand on what earlier ones built (routes on addresses).
 */
export type Facet = {
  readonly name: string
  build(world: World, random: Random): Command[]
  /** Shell commands whose standard output `theirs` gets, in this order. */
  readonly commands: readonly string[]
  theirs(outputs: readonly string[]): unknown[]
  ours(host: OracleHost): unknown[]
  /** Keys whose values move with time: theirs has to lie between ours before and ours after. */
  readonly moving: ReadonlySet<string>
  /** A comparison of its own, for what knows more of time than `compareRows`. */
  readonly compare?: typeof compareRows
  /**
   * Keys, or words as `key=word`, that must have occurred in `theirs` over a whole run, so that the comparison is about
   * something.
   */
  readonly covers: readonly string[]
}

export function ipLines(lines: readonly string[], tool: 'ip' | 'ip -6' = 'ip'): Command[] {
  return lines.map(line => ({ tool, line }))
}

export function bridgeLines(lines: readonly string[]): Command[] {
  return lines.map(line => ({ tool: 'bridge', line }))
}
