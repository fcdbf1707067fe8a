import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Namespace, Snapshot } from '../../../src/snapshot/index.ts'
import { makeNetns, type TestNetns } from '../../support/netns.ts'
import { farAddresses, makeRouter, type Router, snapshotOf } from './router.ts'
import { ports } from './rule-set.ts'

/** The router of the test with somebody behind it who has all far addresses, and answers on every port. */
export type Answered = {
  readonly router: Router
  readonly far: TestNetns
  snapshot(): Snapshot
  remove(): void
}

const networks = { out0: '10.2.0', out1: '10.3.0', out2: '10.4.0' } as const

export async function makeAnswered(): Promise<Answered> {
  const router = makeRouter()
  const far = makeNetns('far')
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

const recorded = (device: string) =>
  `
    add @back_DEVICE { ip saddr . ip daddr . th sport . th dport }
    add @mark_DEVICE { th dport . meta mark . meta DEVICE }`.replaceAll('DEVICE', device)

const sets = (device: string) =>
  `
  set back_DEVICE { typeof ip saddr . ip daddr . tcp sport . tcp dport; size 65535; flags dynamic; }
  set mark_DEVICE { typeof tcp dport . meta mark . meta DEVICE; size 65535; flags dynamic; }`.replaceAll(
    'DEVICE',
    device,
  )

/** Lets first packets pass, and keeps what answers look like where they would leave the router or end in it; there they end. */
export const answerWitness = `table ip witness {${sets('oif')}${sets('iif')}
  chain post {
    type filter hook postrouting priority 400; policy drop;
    oifname "lo" accept
    ct direction original accept${recorded('oif')}
  }
  chain in {
    type filter hook input priority 400; policy drop;
    ct direction original accept${recorded('iif')}
  }
}
`.replaceAll('; ', '\n')

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
export function readAnswers(router: Namespace): AnswerSeen[] {
  const names = new Map(router.links.map(({ ifindex, ifname }) => [ifindex, ifname]))
  const table = router.nft.find(({ table }) => table === 'witness')
  const keysOf = (name: string): Buffer[] =>
    (table?.setData?.find(set => set.name === name)?.elements ?? []).map(({ key }) =>
      Buffer.from(key ?? '', 'hex'),
    )
  return (['oif', 'iif'] as const).flatMap(device => {
    const marks = new Map(keysOf(`mark_${device}`).map(key => [key.readUInt16BE(0), key]))
    return keysOf(`back_${device}`).map(key => {
      const destinationPort = key.readUInt16BE(12)
      const mark = marks.get(destinationPort)
      return {
        chain: device === 'oif' ? 'post' : 'in',
        source: key.subarray(0, 4).join('.'),
        destination: key.subarray(4, 8).join('.'),
        sourcePort: key.readUInt16BE(8),
        destinationPort,
        mark: mark?.readUInt32LE(4) ?? Number.NaN,
        device: names.get(mark?.readUInt32LE(8) ?? -1) ?? '?',
      }
    })
  })
}
