import { attribute, encodeNfnlMessage, NLM_F_DUMP, NLM_F_REQUEST } from 'netlink-codec'
import { familyNumber } from 'node-iptables/nft'

/** NFNL_SUBSYS_NFTABLES (linux/netfilter/nfnetlink.h). */
const NFNL_SUBSYS_NFTABLES = 10

/** The NFT_MSG_GET* that are dumped (enum nf_tables_msg_types). */
const commands = { tables: 1, chains: 4, rules: 7, sets: 10, elements: 13, objects: 19 } as const

const AF_UNSPEC = 0
const NFTA_SET_ELEM_LIST_TABLE = 1
const NFTA_SET_ELEM_LIST_SET = 2

/** All of one kind, of all families, in one dump. A transport stamps each request anew, so these serve again. */
export const dumpAll = {
  tables: encodeNfnlMessage(header(commands.tables, AF_UNSPEC)),
  chains: encodeNfnlMessage(header(commands.chains, AF_UNSPEC)),
  rules: encodeNfnlMessage(header(commands.rules, AF_UNSPEC)),
  sets: encodeNfnlMessage(header(commands.sets, AF_UNSPEC)),
  objects: encodeNfnlMessage(header(commands.objects, AF_UNSPEC)),
}

/** The elements of one set: the kernel dumps those of one set at a time. */
export function dumpElements(set: { family: string; table: string; name: string }): Uint8Array {
  return encodeNfnlMessage(header(commands.elements, familyNumber(set.family)), writer => {
    attribute(writer, NFTA_SET_ELEM_LIST_TABLE, value => value.text(set.table))
    attribute(writer, NFTA_SET_ELEM_LIST_SET, value => value.text(set.name))
  })
}

function header(command: number, family: number): Parameters<typeof encodeNfnlMessage>[0] {
  return { subsystem: NFNL_SUBSYS_NFTABLES, command, flags: NLM_F_REQUEST | NLM_F_DUMP, family }
}
