/**
 * Turns captures of a Swarm (fixtures/swarm) into snapshots: what iproute2 prints has the shape of our rows already, rules
 * come from the text of iptables-save, IPVS from that of ipvsadm, and the API's answers are trimmed as the collector does.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parseSave, printRule } from 'node-iptables'
import { kindOfFile } from '../../src/collectors/kernel/kinds.ts'
import { relate } from '../../src/collectors/kernel/relate.ts'
import type {
  Address,
  Link,
  Namespace,
  NetfilterTable,
  Route,
  Snapshot,
  Socket,
} from '../../src/snapshot/index.ts'
import { dockerOf } from './capture-docker.ts'
import { ipvsOf } from './capture-ipvs.ts'

export const captures = [
  { capture: 'docker-20.10-legacy', nodes: ['node1', 'node2'] },
  { capture: 'docker-26.1-nft', nodes: ['node1', 'node2'] },
  { capture: 'docker-20.10-nft-hostkernel-no-ipvs', nodes: ['node1'] },
] as const

export type CaptureName = (typeof captures)[number]['capture']

/** Files of one node by path: `netns/ingress_sbox/link.json`. */
export type CaptureFiles = ReadonlyMap<string, string>

const cache = new Map<string, Readonly<Record<string, string>>>()

/** The texts as the tools printed them. */
export function captureFiles(capture: CaptureName, node: string): CaptureFiles {
  let files = cache.get(capture)
  if (!files) {
    const packed = readFileSync(new URL(`../../fixtures/swarm/${capture}.json.gz`, import.meta.url))
    files = (JSON.parse(gunzipSync(packed).toString()) as { files: Record<string, string> }).files
    cache.set(capture, files)
  }
  const prefix = `${node}/`
  return new Map(
    Object.entries(files).flatMap(([path, text]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length), text] as const] : [],
    ),
  )
}

/** One node of a capture. A new object each time, so a test may change it. */
export function captureSnapshot(capture: CaptureName, node: string): Snapshot {
  const files = captureFiles(capture, node)
  const docker = dockerOf(files)
  const names = new Set([...files.keys()].flatMap(path => /^netns\/([^/]+)\//.exec(path)?.[1] ?? []))
  const hasIpvs = ![...files.values()].some(text => text.includes("Can't initialize ipvs"))
  return {
    format: 'cnmtop.snapshot',
    version: 1,
    takenAt: '2026-11-23T05:57:00.000Z',
    tookMs: 0,
    host: {
      hostname: docker.info?.Name ?? node,
      kernel: docker.info?.KernelVersion ?? '',
      bootId: `${capture}-${node}`,
    },
    namespaces: relate([...names].map(name => namespaceOf(name, files, hasIpvs))),
    docker,
    sources: ['info', 'networks', 'containers', 'services', 'tasks', 'nodes'].map(part => ({
      source: `docker.${part}`,
      status: part in docker ? 'ok' : 'unavailable',
      tookMs: 0,
      ...(!(part in docker) && { reason: 'This node is not a swarm manager.' }),
    })),
  }
}

/** All nodes of a capture: a cluster. */
export function captureCluster(capture: CaptureName): Snapshot[] {
  const nodes = captures.find(entry => entry.capture === capture)?.nodes ?? []
  return nodes.map(node => captureSnapshot(capture, node))
}

function namespaceOf(name: string, files: CaptureFiles, hasIpvs: boolean): Namespace {
  const text = (file: string): string => files.get(`netns/${name}/${file}`) ?? ''
  const rows = <Row>(file: string): Row[] => (text(file) === '' ? [] : (JSON.parse(text(file)) as Row[]))
  const id = `net:[${text('inode').trim()}]`
  const pids = [...(files.get('proc/pids.txt') ?? '').matchAll(/^(\d+) (net:\[\d+\])/gm)]
    .filter(([, , namespace]) => namespace === id)
    .map(([, pid]) => Number(pid))
  return {
    id,
    kind: name === 'host' ? 'host' : kindOfFile(name, pids.length > 0),
    name,
    paths: name === 'host' ? [] : [`/run/docker/netns/${name}`],
    pids,
    pidCount: pids.length,
    links: rows<Link>('link.json').map(linkOf),
    addresses: addressesOf(rows('addr.json')),
    // Of both families; only a route of IPv6 has a preference.
    routes: rows<Route>('route.json').map(row => ({
      ...row,
      family: row.pref === undefined ? 'inet' : 'inet6',
    })),
    rules: rows<Namespace['rules'][number]>('rule.json').map(row => ({ ...row, family: 'inet' })),
    neighbours: rows<Namespace['neighbours'][number]>('neigh.json').map(row => ({
      ...row,
      family: row.dst.includes(':') ? 'inet6' : 'inet',
    })),
    fdb: rows('fdb.json'),
    nsids: [],
    netfilter: [
      ...tablesOf(text('iptables-legacy-save.txt'), 'legacy'),
      ...tablesOf(text('iptables-nft-save.txt'), 'nft'),
    ],
    nft: [],
    ipvs: hasIpvs
      ? ipvsOf(text('ipvsadm-Sn.txt'), text('ipvsadm.txt'), text('ipvsadm-stats.txt'))
      : { services: [] },
    xfrm: { states: [], policies: [] },
    sockets: text('ss.txt').split('\n').flatMap(socketOf),
    sysctls: Object.fromEntries(
      [...text('sysctl.txt').matchAll(/^(\S+) = (.*)$/gm)].map(([, key, value]) => [key, value]),
    ),
    sources: [
      ...['links', 'addresses', 'routes', 'rules', 'neighbours', 'fdb'].map(part => ({
        source: `rtnl.${part}`,
        status: 'ok' as const,
        tookMs: 0,
      })),
      { source: 'nft', status: 'ok', tookMs: 0 },
      hasIpvs
        ? { source: 'ipvs', status: 'ok', tookMs: 0 }
        : { source: 'ipvs', status: 'unavailable', tookMs: 0, reason: 'The kernel has no IPVS.' },
    ],
  }
}

/** Counters are numbers there and decimal strings here. */
function linkOf(link: Link): Link {
  return link.stats64 === undefined
    ? link
    : { ...link, stats64: { rx: strings(link.stats64.rx), tx: strings(link.stats64.tx) } }
}

function strings<Counters extends object>(counters: Counters): Counters {
  return Object.fromEntries(Object.entries(counters).map(([key, value]) => [key, String(value)])) as Counters
}

type AddressRow = { ifindex: number; ifname: string; addr_info: Omit<Address, 'ifindex' | 'ifname'>[] }

function addressesOf(links: readonly AddressRow[]): Address[] {
  return links.flatMap(({ ifindex, ifname, addr_info: addresses }) =>
    addresses.map(address => ({ ifindex, ifname, ...address })),
  )
}

/** A text without a table (a warning about the other back end) has none. */
function tablesOf(text: string, backend: NetfilterTable['backend']): NetfilterTable[] {
  if (!text.includes('COMMIT')) return []
  return parseSave(text).map(({ family, name, chains, rules }) => ({
    backend,
    family,
    table: name,
    chains: [...chains],
    rules: rules.map(rule => ({ ...rule, text: printRule(rule, family) })),
  }))
}

/** `tcp LISTEN 0 4096 127.0.0.11:41477 0.0.0.0:* users:(("dockerd",pid=1,fd=38))`; others than listening ones are left out. */
function socketOf(line: string): Socket[] {
  const [protocol, state, recvQ, sendQ, local = '', , users = ''] = line.trim().split(/\s+/)
  if ((protocol !== 'tcp' && protocol !== 'udp') || (state !== 'LISTEN' && state !== 'UNCONN')) return []
  const at = local.lastIndexOf(':')
  const [host = '', device] = local
    .slice(0, at)
    .replace(/^\[|\]$/g, '')
    .split('%')
  const processes = [...users.matchAll(/\("([^"]*)",pid=(\d+)/g)]
  return [
    {
      protocol,
      family: host.includes(':') || host === '*' ? 'inet6' : 'inet',
      state,
      address: host === '*' ? '::' : host,
      port: Number(local.slice(at + 1)),
      ifname: device ?? null,
      recvQ: Number(recvQ),
      sendQ: Number(sendQ),
      uid: 0,
      // ss was not asked for it.
      inode: '0',
      ...(processes.length > 0 && {
        processes: processes.map(([, name = '', pid]) => ({ pid: Number(pid), name })),
      }),
    },
  ]
}
