import type { Message } from 'netlink-codec'

/**
 * Tells whether messages of several dumps show one state of nf_tables.
 *
 * Every message carries the low 16 bits of the generation, which grows with each transaction, as `res_id` of its
 * nfgenmsg (nft_base_seq_be16 in nf_tables_api.c, since Linux 3.16). So nothing is asked beside the dumps: equal
 * numbers in all of them say the same as NFT_MSG_GETGEN before and after.
 */
export type Generation = { see(message: Message): void; readonly changed: () => boolean }

export function watchGeneration(): Generation {
  let first = -1
  let changed = false
  return {
    see({ reader, start }) {
      const generation = reader.be16(start + 2)
      if (first < 0) first = generation
      else if (generation !== first) changed = true
    },
    changed: () => changed,
  }
}
