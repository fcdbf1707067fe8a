/** NFPROTO_* (linux/netfilter.h) in nft's words; others as text. */
const families: Readonly<Record<number, string>> = {
  0: 'unspec',
  1: 'inet',
  2: 'ip',
  3: 'arp',
  5: 'netdev',
  7: 'bridge',
  10: 'ip6',
}

export function familyName(family: number): string {
  return families[family] ?? String(family)
}

export function familyNumber(name: string): number {
  return Number(Object.entries(families).find(([, word]) => word === name)?.[0] ?? name)
}

/** The hooks of each family by number (enum nf_inet_hooks, nf_dev_hooks; NF_ARP_*), in nft's words. */
const inetHooks = ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress']
const hooks: Readonly<Record<string, readonly string[]>> = {
  arp: ['input', 'output', 'forward'],
  netdev: ['ingress', 'egress'],
}

/** @param family as `familyName` gives it */
export function hookName(family: string, hook: number): string {
  return (hooks[family] ?? inetHooks)[hook] ?? String(hook)
}

export function hookNumber(family: string, name: string): number {
  const hook = (hooks[family] ?? inetHooks).indexOf(name)
  return hook >= 0 ? hook : Number(name)
}
