import { describe, expect, test } from 'vitest'
import { needs } from '../support/needs.ts'
import { useRouter } from './trace/bench.ts'
import { plainPacket } from './trace/packet.ts'
import { addIpv6, macOf } from './trace/router6.ts'
import { witnessChain, witnessTable, witnessTable6 } from './trace/witness.ts'

/** A packet that comes to the router, and what it asks of who sends. Values of `in0` unless `all` stands before them. */
type Case = {
  readonly name: string
  readonly source: string
  readonly destination?: string
  readonly settings: Readonly<Record<string, number>>
  /** It comes in by an interface that has no address. */
  readonly byBare?: true
}

const nobody = '172.31.0.1'
const marked = '172.31.0.7'
const own = '10.2.0.1'
const cases: readonly Case[] = [
  ...[0, 1, 2].flatMap((rp_filter): Case[] => [
    {
      name: `rp_filter ${rp_filter}, a source behind the interface`,
      source: '10.1.0.2',
      settings: { rp_filter },
    },
    { name: `rp_filter ${rp_filter}, a source elsewhere`, source: nobody, settings: { rp_filter } },
    {
      name: `rp_filter ${rp_filter}, an interface without an address`,
      source: '10.1.0.2',
      settings: { rp_filter },
      byBare: true,
    },
    ...[0, 1].flatMap((on): Case[] => [
      {
        name: `rp_filter ${rp_filter}, own source, accept_local ${on}`,
        source: own,
        settings: { rp_filter, accept_local: on },
      },
      {
        name: `rp_filter ${rp_filter}, own source of the interface, accept_local ${on}`,
        source: '10.1.0.1',
        settings: { rp_filter, accept_local: on },
      },
      {
        name: `rp_filter ${rp_filter}, a route by mark, src_valid_mark ${on}`,
        source: marked,
        settings: { rp_filter, src_valid_mark: on },
      },
    ]),
  ]),
  {
    name: 'to the router itself, own source, accept_local 1',
    source: own,
    destination: '10.3.0.1',
    settings: { accept_local: 1 },
  },
  { name: 'accept_local for all', source: own, settings: { 'all.accept_local': 1 } },
  { name: 'src_valid_mark for all', source: marked, settings: { rp_filter: 1, 'all.src_valid_mark': 1 } },
]

function settingsForAll({ settings }: Case): Record<string, string> {
  const wanted = { 'all.accept_local': 0, 'all.src_valid_mark': 0, ...settings }
  const ofAll = Object.entries(wanted).filter(([key]) => key.startsWith('all.'))
  return Object.fromEntries(ofAll.map(([key, value]) => [`net.ipv4.conf.${key}`, String(value)]))
}

describe(
  'what a router thinks of who sends',
  needs('root', 'program:nft', 'program:ip', 'program:python3'),
  () => {
    let id = 6000
    /** Those of `all` are read of the host's namespace alone, and the router is none. */
    let forAll: Readonly<Record<string, string>> = {}
    const bench = useRouter(router => {
      addIpv6(router)
      router.run('nft', ['-f', '-'], `${witnessTable}${witnessTable6}${marking}`)
      router.run('ip', ['addr', 'flush', 'dev', 'out2'])
      router.run('ip', ['rule', 'add', 'fwmark', '9', 'lookup', '109', 'pref', '90'])
      router.run('ip', ['route', 'add', '172.31.0.0/16', 'dev', 'in0', 'table', '109'])
      const complaints = router.host.batch([
        `neigh add 10.99.0.1 lladdr ${macOf(router.router, 'out2')} nud permanent dev far-out2`,
        'route add 192.0.2.99 via 10.99.0.1 dev far-out2 onlink',
      ])
      if (complaints.length > 0) throw new Error(complaints.join('\n'))
    })

    /** Which chain of the witness it gets to, as we say and as the kernel has it. */
    async function fatesOf(
      family: 'inet' | 'inet6',
      source: string,
      destination: string,
    ): Promise<{
      readonly said: string | undefined
      readonly seen: string | undefined
      readonly sentence: string
    }> {
      const packet = plainPacket(++id, { source, destination }, { protocol: 17, payload: 4 })
      const { before, seen } = await bench.send([packet], family)
      Object.assign(before.namespaces[1]!.sysctls, forAll)
      const { path, sentence } = bench.trace(before, packet, family)
      const kernel = seen.find(({ sourcePort }) => sourcePort === packet.sourcePort)
      return { said: witnessChain(path), seen: kernel?.chain, sentence }
    }

    test.each(cases.map(each => [each.name, each] as const))('%s', async (_, each) => {
      const device = each.byBare ? 'out2' : 'in0'
      const wanted = {
        rp_filter: 0,
        accept_local: 0,
        src_valid_mark: 0,
        'all.accept_local': 0,
        'all.src_valid_mark': 0,
        ...each.settings,
      }
      const lines = Object.entries(wanted).map(
        ([key, value]) => `net.ipv4.conf.${key.startsWith('all.') ? key : `${device}.${key}`}=${value}`,
      )
      bench.router.run('sysctl', ['-qw', ...lines])
      forAll = settingsForAll(each)
      const fates = await fatesOf(
        'inet',
        each.source,
        each.byBare ? '192.0.2.99' : (each.destination ?? '192.0.2.1'),
      )
      expect(fates.said, fates.sentence).toBe(fates.seen)
    })

    test.each([0, 1])('disable_ipv6 %i', async value => {
      // Their addresses are gone, and the routes go on.
      bench.router.run('sysctl', ['-qw', `net.ipv6.conf.in0.disable_ipv6=${value}`])
      const fates = await fatesOf('inet6', 'fd00:1::2', '2001:db8:1::1')
      expect(fates.said, fates.sentence).toBe(fates.seen)
    })
  },
)

const marking = `table ip marking {
  chain pre {
    type filter hook prerouting priority mangle
    ip saddr ${marked} meta mark set 9
  }
}
`
