import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Namespace, Snapshot } from '../../../src/snapshot/index.ts'
import { makeNetns, type TestNetns } from '../../support/netns.ts'
import { farAddresses, makeRouter, type Router, snapshotOf } from './router.ts'
import { addFarIpv6, addIpv6, makeQuiet } from './router6.ts'
import { ports } from './rule-set.ts'
import { addressText } from './witness.ts'

/** The router of the test with somebody behind it who has all far addresses, and answers on every port. */
export type Answered = {
  readonly router: Router
  readonly far: TestNetns
  snapshot(): Snapshot
  remove(): void
}

const networks = { out0: '10.2.0', out1: '10.3.0', out2: '10.4.0' } as const

type Family = 'inet' | 'inet6'

export async function makeAnswered(family: Family): Promise<Answered> {
  const router = makeRouter()
  const far = makeNetns('far')
  if (family === 'inet6') {
    addIpv6(router)
    makeQuiet(far)
  }
  const links = Object.keys(networks)
  const complaints = [
    ...router.host.batch(links.map(name => `link set far-${name} netns ${far.name}`)),
    ...far.batch([
      'link set lo up',
      ...links.map(name => `link set far-${name} up`),
      ...farAddresses.map(address => `addr add ${address}/${prefixOf(address)} dev ${deviceOf(address)}`),
      'route add default via 10.2.0.1',
    ]),
  ]
  if (family === 'inet6') addFarIpv6(router, far)
  const child = spawn(
    'ip',
    ['netns', 'exec', far.name, 'python3', join(import.meta.dirname, 'serve.py'), ...ports.map(String)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  await once(child.stdout, 'data')
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
  return {
    router,
    far,
    snapshot: () => snapshotOf([router.host, router.router, far]),
    remove() {
      child.stdin.end()
      far.remove()
      router.remove()
    },
  }
}

function deviceOf(address: string): string {
  const [name = 'out0'] = Object.entries(networks).find(([, net]) => address.startsWith(`${net}.`)) ?? []
  return `far-${name}`
}

/** Addresses of no network between the two are routed there. */
function prefixOf(address: string): number {
  return Object.values(networks).some(net => address.startsWith(`${net}.`)) ? 24 : 32
}

const recorded = (ip: string, device: string) =>
  `
    add @back_${device} { ${ip} saddr . ${ip} daddr . th sport . th dport }
    add @mark_${device} { th dport . meta mark . meta ${device} }`

const sets = (ip: string, device: string) =>
  `
  set back_${device} { typeof ${ip} saddr . ${ip} daddr . tcp sport . tcp dport; size 65535; flags dynamic; }
  set mark_${device} { typeof tcp dport . meta mark . meta ${device}; size 65535; flags dynamic; }`

const witness = (ip: 'ip' | 'ip6', passing: string): string =>
  `table ${ip} witness {${sets(ip, 'oif')}${sets(ip, 'iif')}
  chain post {
    type filter hook postrouting priority 400; policy drop;
    oifname "lo" accept
    ${passing} accept${recorded(ip, 'oif')}
  }
  chain in {
    type filter hook input priority 400; policy drop;
    ${passing} accept${recorded(ip, 'iif')}
  }
}
`.replaceAll('; ', '\n')

/** Lets first packets pass, and keeps what answers look like where they would leave the router or end in it; there they end. */
export const answerWitness = {
  inet: witness('ip', 'ct direction original'),
  inet6: witness('ip6', 'ct direction original'),
}

export type AnswerSeen = {
  readonly chain: 'in' | 'post'
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
  readonly mark: number
  readonly device: string
}

/** Answers that came so far, as a snapshot of the router has them. */
export function readAnswers(router: Namespace, family: Family): AnswerSeen[] {
  const size = family === 'inet' ? 4 : 16
  const names = new Map(router.links.map(({ ifindex, ifname }) => [ifindex, ifname]))
  const table = router.nft.find(({ table }) => table === 'witness')
  const keysOf = (name: string): Buffer[] =>
    (table?.setData?.find(set => set.name === name)?.elements ?? []).map(({ key }) =>
      Buffer.from(key ?? '', 'hex'),
    )
  return (['oif', 'iif'] as const).flatMap(device => {
    const marks = new Map(keysOf(`mark_${device}`).map(key => [key.readUInt16BE(0), key]))
    return keysOf(`back_${device}`).map(key => {
      const destinationPort = key.readUInt16BE(2 * size + 4)
      const mark = marks.get(destinationPort)
      return {
        chain: device === 'oif' ? 'post' : 'in',
        source: addressText(key.subarray(0, size)),
        destination: addressText(key.subarray(size, 2 * size)),
        sourcePort: key.readUInt16BE(2 * size),
        destinationPort,
        mark: mark?.readUInt32LE(4) ?? Number.NaN,
        device: names.get(mark?.readUInt32LE(8) ?? -1) ?? '?',
      }
    })
  })
}
