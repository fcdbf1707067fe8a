/** The Debian releases whose Docker the guest can run. */

/** Packages of the guest's root tree, in every suite: Docker, the tools that tests compare with, and what Node needs. */
const basePackages = [
  'ca-certificates',
  'kmod',
  'docker.io',
  'iproute2',
  'iptables',
  'nftables',
  'ipvsadm',
  'conntrack',
  'ethtool',
  'procps',
  'psmisc',
  'busybox-static',
  'curl',
  'jq',
  'iputils-ping',
  'tcpdump',
  'libstdc++6',
  'libatomic1',
] as const

export const suites = {
  /** dockerd 20.10. */
  bookworm: { packages: basePackages },
  /** dockerd 26.1; the client is a package of its own since trixie. */
  trixie: { packages: [...basePackages, 'docker-cli'] },
  /** The newest Docker of Debian. */
  sid: { packages: [...basePackages, 'docker-cli'] },
} as const satisfies Record<string, { readonly packages: readonly string[] }>

export type Suite = keyof typeof suites

export const defaultSuite: Suite = 'bookworm'

export function isSuite(name: string): name is Suite {
  return Object.hasOwn(suites, name)
}
