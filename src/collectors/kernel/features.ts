import { existsSync, readFileSync } from 'node:fs'
import { listFamilies } from 'netlink-codec'
import { NETLINK_GENERIC, openNetlink } from './netlink-socket.ts'
import { nfTablesPresence } from './nft/presence.ts'
import { type SocketDiag, socketDiag } from './sockets.ts'

/**
 * What this kernel has ready, found out without asking for it: opening a netlink socket of an unregistered protocol, or
 * sending to an unregistered nfnetlink subsystem, makes the kernel load a module (netlink_create and nfnetlink_rcv_msg
 * call request_module). cnmtop changes nothing by looking, so it looks here first.
 */
export type KernelFeatures = {
  /** NETLINK_* protocols that are registered. */
  readonly protocols: ReadonlySet<number>
  readonly nfTables: ReturnType<typeof nfTablesPresence>
  /** Id of the generic-netlink family IPVS; undefined while IPVS is not loaded. */
  readonly ipvsFamily: number | undefined
  readonly socketDiag: SocketDiag
  /** iptables' legacy back end is loaded, for either family; tables of it may be in any namespace. */
  readonly xtables: boolean
}

export function kernelFeatures(): KernelFeatures {
  const protocols = netlinkProtocols()
  return {
    protocols,
    nfTables: nfTablesPresence(),
    ipvsFamily: protocols.has(NETLINK_GENERIC) ? ipvsFamily() : undefined,
    socketDiag: socketDiag(),
    xtables: ['ip', 'ip6'].some(family => existsSync(`/proc/thread-self/net/${family}_tables_names`)),
  }
}

/** All of it again at least this often: the list of netlink sockets grows with the node, and is long to read. */
const WHOLE_MS = 60_000

/** What the kernel has ready, asked for again when a file says that something came or went. */
export function createFeatureWatch(): () => KernelFeatures {
  let features = kernelFeatures()
  let signs = cheapSigns()
  let lookedAt = performance.now()
  return () => {
    const now = cheapSigns()
    if (now !== signs || performance.now() - lookedAt > WHOLE_MS) {
      features = kernelFeatures()
      signs = now
      lookedAt = performance.now()
    }
    return features
  }
}

/** A few files that are there or not: of IPVS, of iptables' legacy back end, of nf_tables as a module. */
function cheapSigns(): string {
  const net = ['ip_vs', 'ip_tables_names', 'ip6_tables_names'].map(name => `/proc/thread-self/net/${name}`)
  return [...net, '/sys/module/nf_tables'].map(path => (existsSync(path) ? '1' : '0')).join('')
}

/** Whether this kernel has tables that change without any event: those of IPVS, and of iptables' legacy back end. */
export function hasSilent({ ipvsFamily, xtables }: KernelFeatures): boolean {
  return ipvsFamily !== undefined || xtables
}

/** IPVS shows /proc/net/ip_vs in every namespace as soon as it is loaded. */
function ipvsFamily(): number | undefined {
  if (!existsSync('/proc/thread-self/net/ip_vs')) return undefined
  const socket = openNetlink(NETLINK_GENERIC, { bytes: 2 ** 20, deadline: performance.now() + 1000 })
  try {
    return listFamilies(socket).find(({ name }) => name === 'IPVS')?.id
  } finally {
    socket.close()
  }
}

/** Each registered protocol has at least the kernel's own socket in /proc/net/netlink (second column, `Eth`). */
function netlinkProtocols(): Set<number> {
  const protocols = new Set<number>()
  const text = readText('/proc/thread-self/net/netlink') ?? ''
  for (const line of text.split('\n').slice(1)) {
    const protocol = /^\s*\S+\s+(\d+)/.exec(line)
    if (protocol) protocols.add(Number(protocol[1]))
  }
  return protocols
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
