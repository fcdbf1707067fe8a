import { readFileSync } from 'node:fs'

/** Numbers of linux/capability.h. */
const numbers = { CAP_NET_ADMIN: 12n, CAP_SYS_PTRACE: 19n, CAP_SYS_ADMIN: 21n } as const

export type Capability = keyof typeof numbers

/** Who this process is: its effective user, and its effective capabilities as the kernel tells them, in hex. */
export type Rights = { readonly uid: number; readonly effective: string }

/** Those of this process; it does not gain any while it runs. */
let own: Rights | undefined

export function ownRights(): Rights {
  own ??= {
    uid: process.geteuid?.() ?? 0,
    effective: /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1] ?? '0',
  }
  return own
}

export function hasCapability(name: Capability, { effective }: Rights = ownRights()): boolean {
  return ((BigInt(`0x${effective}`) >> numbers[name]) & 1n) === 1n
}

/**
 * What is needed where the kernel refused, behind `needs`: the capability, and how one comes by it. To be root is no advice to root,
 * who lacks capabilities in a container, and who has none over what another user namespace owns.
 */
export function needed(name: Capability, rights: Rights = ownRights()): string {
  if (hasCapability(name, rights)) return `${name} over its user namespace`
  return rights.uid === 0 ? `${name}, which this root lacks` : `${name} (run as root)`
}
