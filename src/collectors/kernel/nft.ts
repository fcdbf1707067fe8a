import type { Transport } from 'netlink-codec'
import { type Assembled, assemble } from './nft/assemble.ts'
import { readContents } from './nft/contents.ts'
import { createRuleConverter } from './nft/rule-cache.ts'
import type { SetName } from './set-names.ts'
import type { Reading } from './source-log.ts'

/** One for the whole thread: namespaces and readings share what their rules have in common. */
const sharedConverter = createRuleConverter()

/**
 * Reads nf_tables of the transport's namespace: tables of iptables' shape (whatever version of iptables-nft wrote them)
 * as netfilter tables, the others as nft tables; see `assemble` for mixed ones.
 *
 * Ask `nfTablesPresence` before the socket is opened: asking a kernel that has not loaded nf_tables would load it.
 * `interrupted` means that a transaction came in between; the rows are kept.
 *
 * @param setName names the ipsets of the namespace; without it they are printed as `<set:3>`
 * @throws NetlinkError when the kernel refuses (EPERM without CAP_NET_ADMIN) or the time limit passes
 */
export function readNft(
  transport: Transport,
  setName: SetName = () => undefined,
  convert = sharedConverter,
): Reading<Assembled> {
  const { tables, interrupted, problems } = readContents(transport, convert, setName)
  return { value: assemble(tables, setName), interrupted, problems }
}
