import { execFileSync } from 'node:child_process'
import { NETLINK_NETFILTER } from '../../src/collectors/kernel/netlink-socket.ts'
import { readNft } from '../../src/collectors/kernel/nft.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

/** A namespace of a test's own, the tools that write nf_tables in it, and our reader. */
export type NftNetns = TestNetns & {
  /** Runs a program inside and gives its standard output. @throws when it fails, with what it said */
  tool(program: string, args: readonly string[], input?: string): string
  /** What our reader sees. */
  read(): ReturnType<typeof readNft>
}

export function makeNftNetns(): NftNetns {
  const netns = makeNetns('nft')
  return {
    ...netns,
    tool: (program, args, input = '') =>
      execFileSync('ip', ['netns', 'exec', netns.name, program, ...args], {
        input,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    // A socket of its own each time: it has a time limit, and building may take long.
    read: () => readNft(netns.netlink(NETLINK_NETFILTER)),
  }
}
