import { iproute2Is } from './tool-versions.ts'

/** A difference to iproute2 6.1 that is there on purpose: the key is left out of the comparison on one side. */
type KnownDifference = {
  readonly facet: string
  readonly side: 'ours' | 'theirs'
  /** A key of the row, or of the objects in a list of the row: `nexthops.unknown`. */
  readonly key: string
  /** Only when the value is like this. */
  readonly value?: RegExp
  /** Whether the tool here is one that has it; always when left out. */
  readonly applies?: () => boolean
  readonly reason: string
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    facet: 'addresses',
    side: 'ours',
    key: 'protocol',
    applies: () => !iproute2Is(6, 3),
    reason: 'IFA_PROTO: iproute2 prints it since 6.3',
  },
  {
    facet: 'routes',
    side: 'theirs',
    key: 'nh_info',
    reason: 'ip asks for each nexthop object by itself; gateway, dev and nexthops of the row say the same',
  },
  {
    facet: 'routes',
    side: 'ours',
    key: 'unknown',
    reason:
      'parameters of light-weight tunnels are kept in hex, not decoded; ip prints them as keys of the row',
  },
  {
    facet: 'routes',
    side: 'ours',
    key: 'nexthops.unknown',
    reason: 'as above, of a nexthop',
  },
  {
    facet: 'neighbours',
    side: 'theirs',
    key: 'lladdr',
    value: /^..$/,
    reason: 'for an address without bytes (a tun device) ip prints the byte that lies behind it in memory',
  },
  // What `ip` prints of the tunnels that the generator makes (`encap seg6 mode encap segs A`).
  ...['mode', 'segs', 'nexthops.mode', 'nexthops.segs'].map(key => ({
    facet: 'routes',
    side: 'theirs' as const,
    key,
    reason: 'a parameter of a light-weight tunnel',
  })),
]

/** Rules of iptables that the generator does not make, as there is nothing that could be compared line by line. */
type UnmadeRule = { readonly facet: string; readonly rule: RegExp; readonly reason: string }

export const unmadeRules: readonly UnmadeRule[] = [
  {
    facet: 'iptables-nft',
    rule: / -m (tcp|udp) .*-m \1 /,
    reason:
      'iptables-nft writes both as plain expressions and forgets one when it prints; ours is shown as a rule of nft, whole',
  },
  {
    facet: 'iptables-nft',
    rule: / -j QUEUE$/,
    reason: 'iptables-nft writes the bare verdict, which the kernel refuses in nf_tables (nft_verdict_init)',
  },
]
