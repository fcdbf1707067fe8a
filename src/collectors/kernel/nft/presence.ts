import { modulePresence, type Presence } from '../module-presence.ts'

/**
 * Whether the kernel has nf_tables already, told without asking nf_tables.
 *
 * A request must not load a module (design: it changes nothing by looking), and two of ours could: opening a socket of
 * NETLINK_NETFILTER loads nfnetlink (`net-pf-16-proto-12`, netlink_create in af_netlink.c), and a message for a
 * subsystem that is not registered loads it (`nfnetlink-subsys-10`, nfnetlink_rcv_msg in nfnetlink.c). Once nf_tables is
 * there, no GET request loads anything: only NEW requests look for families, chain types, expressions and object
 * types with autoload (nf_tables_api.c). Where it is absent there can be no tables.
 */
export function nfTablesPresence(root = ''): Presence {
  return modulePresence('nf_tables', root)
}
