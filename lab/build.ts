/** Builds a lab node and takes it down again: the order of the steps, and what is left behind when one fails. */
import { setMaxListeners } from 'node:events'
import {
  type Backend,
  hostLine,
  hostNetns,
  hostRulesLine,
  namespaceLines,
  overlayLine,
  type Site,
  sandboxLine,
  vethRounds,
  wireLine,
} from './commands.ts'
import { addCrowd } from './crowd.ts'
import {
  type Home,
  homeOf,
  makeDirectory,
  mountLine,
  mountPoints,
  readRecord,
  removeDirectories,
  withLock,
  writeRecord,
} from './home.ts'
import { endListeners, type Listener, startListener } from './processes.ts'
import { LabError, requireTools, runScript, runSideBySide } from './run.ts'
import { seedNode } from './seed.ts'
import type { Generation, LabNode } from './topology.ts'

export type UpOptions = {
  /** Names the lab, its home in /run/cnmtop-lab and its mounts; `default` when left out. */
  readonly name?: string
  /** Where the nsfs files go; netns in the lab's home when left out. It must be empty. */
  readonly directory?: string
  readonly generation?: Generation
  readonly backend?: Backend
  /** Sandboxes beyond those of the seed text. */
  readonly sandboxes?: number
  /** Ends an `up` early; what was built by then is taken down. */
  readonly signal?: AbortSignal
}

export type BuiltNamespace = {
  readonly name: string
  readonly path: string
  readonly kind: 'host' | 'overlay' | 'ingress' | 'load-balancer' | 'container'
  readonly addresses: readonly { ifname: string; address: string; prefixlen: number }[]
}

/** What was built. `namespaces` is what a reader of `directory` must find: no more, no less. */
export type BuiltNode = {
  readonly name: string
  readonly directory: string
  /** File of the wire's namespace, the other end of the uplink; it is outside of `directory`. */
  readonly wire: string
  readonly generation: Generation
  readonly backend: Backend
  /** Whether the kernel has IPVS; without it neither virtual services nor `-m ipvs` rules were made. */
  readonly ipvs: boolean
  readonly namespaces: readonly BuiltNamespace[]
  readonly pids: readonly number[]
  readonly tookMs: number
}

/**
 * Builds a node. Throws a LabError, after it has removed what it had made, when the caller is not root, a tool is missing,
 * the lab is up already, or a command fails.
 */
export async function upNode(options: UpOptions = {}): Promise<BuiltNode> {
  const { generation = 'old', backend = 'nft' } = options
  const node = seedNode(generation)
  addCrowd(node, options.sandboxes ?? 0)
  const home = homeOf(options.name ?? 'default', options.directory)
  requireRoot()
  requireTools([
    'setpriv',
    'mount',
    'umount',
    'unshare',
    'nsenter',
    'ip',
    'bridge',
    `iptables-${backend}-restore`,
  ])
  const { signal } = options
  if (signal !== undefined) setMaxListeners(0, signal)
  return withLock(home, async () => {
    if (mountPoints(home).length > 0) throw new LabError(`${home.name} is up already`)
    try {
      return await build(node, home, backend, signal)
    } catch (error) {
      await takeDown(home)
      throw error
    }
  })
}

/** Removes a lab, or what is left of one. True when there was something to remove. Throws LabError as `upNode` does. */
export async function downNode(options: { readonly name?: string } = {}): Promise<boolean> {
  const home = homeOf(options.name ?? 'default')
  requireRoot()
  return withLock(home, () => takeDown(home))
}

/** What is built under a name: undefined when nothing is, `partial` when an `up` was killed in between. */
export function builtNode(name = 'default'): BuiltNode | 'partial' | undefined {
  const home = homeOf(name)
  if (mountPoints(home).length === 0) return undefined
  const record = readRecord(home) as Partial<BuiltNode> | undefined
  return record?.namespaces === undefined ? 'partial' : (record as BuiltNode)
}

async function build(node: LabNode, home: Home, backend: Backend, signal?: AbortSignal): Promise<BuiltNode> {
  const started = performance.now()
  makeDirectory(home.path)
  await runScript(mountLine(home, home.path), signal)
  const made = makeDirectory(home.directory)
  writeRecord(home, { made })
  if (!home.directory.startsWith(`${home.path}/`)) await runScript(mountLine(home, home.directory), signal)

  const ipvs = await hasIpvs(backend, signal)
  if (ipvs) requireTools(['ipvsadm'])
  const site: Site = { directory: home.directory, wire: home.wire, backend, abilities: { ipvs } }
  await runSideBySide(namespaceLines(node, site), signal)
  await runScript(`${hostLine(node, site)}\n${wireLine(node, site)}`, signal)
  await runSideBySide(
    node.overlays.map(overlay => overlayLine(overlay, site)),
    signal,
  )
  for (const round of vethRounds(node, site)) await runSideBySide(round, signal)
  await runSideBySide(
    [hostRulesLine(node, site), ...node.sandboxes.map(sandbox => sandboxLine(node, sandbox, site))],
    signal,
  )
  const pids = await Promise.all(
    listenersOf(node, home).map(listener => startListener(home, listener, signal)),
  )
  const built: BuiltNode = {
    name: home.name,
    directory: home.directory,
    wire: home.wire,
    generation: node.generation,
    backend,
    ipvs,
    namespaces: namespacesOf(node, home),
    pids,
    tookMs: performance.now() - started,
  }
  writeRecord(home, { ...built, made })
  return built
}

async function takeDown(home: Home): Promise<boolean> {
  const points = mountPoints(home)
  if (points.length === 0) {
    removeDirectories([home.path, '/run/cnmtop-lab'])
    return false
  }
  await endListeners(home)
  const record = readRecord(home) as { made?: string[] } | undefined
  // Lazily and whole: the namespace files are mounts inside, and one call detaches them all.
  await runScript(
    points
      .toReversed()
      .map(path => `umount --lazy ${path}`)
      .join('\n'),
  )
  removeDirectories([home.path, ...(record?.made ?? []), '/run/cnmtop-lab'])
  return true
}

function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new LabError('only root can make network namespaces; try sudo lab/node')
}

/** Asks a namespace that is gone afterwards: IPVS shows itself in /proc, and its match when a rule with it is taken. */
async function hasIpvs(backend: Backend, signal: AbortSignal | undefined): Promise<boolean> {
  const rules = '*nat\n-A POSTROUTING -m ipvs --ipvs -j ACCEPT\nCOMMIT'
  const script = `unshare --net sh -ec '
    { [ -e /proc/net/ip_vs ] && iptables-${backend}-restore --wait 60 <<rules
${rules}
rules
    } >/dev/null 2>&1 && echo yes || echo no'`
  return (await runScript(script, signal)).trim() === 'yes'
}

function listenersOf(node: LabNode, home: Home): Listener[] {
  const published = node.overlays
    .flatMap(overlay => overlay.services)
    .flatMap(service => service.ports.map(port => port.published))
  return [
    // The daemon holds each published port on the host, so that nobody else takes it; it never accepts there.
    { title: 'dockerd', netns: `${home.directory}/${hostNetns}`, host: '::', ports: published },
    ...node.sandboxes
      .filter(sandbox => sandbox.listens)
      .map(sandbox => ({
        title: 'nginx',
        netns: `${home.directory}/${sandbox.netns}`,
        host: '0.0.0.0',
        ports: [80],
      })),
    { title: 'nginx', netns: home.wire, host: '0.0.0.0', ports: [80] },
  ]
}

function namespacesOf(node: LabNode, home: Home): BuiltNamespace[] {
  const entry = (name: string, kind: BuiltNamespace['kind'], addresses: BuiltNamespace['addresses']) => ({
    name,
    path: `${home.directory}/${name}`,
    kind,
    addresses,
  })
  const { subnet } = node.uplink
  return [
    entry(hostNetns, 'host', [
      { ifname: 'eth0', ...subnet },
      ...node.bridges.map(bridge => ({ ifname: bridge.device, ...bridge.subnet })),
    ]),
    ...node.overlays.map(overlay => entry(overlay.netns, 'overlay', [{ ifname: 'br0', ...overlay.subnet }])),
    ...node.sandboxes.map(sandbox =>
      entry(
        sandbox.netns,
        sandbox.kind,
        sandbox.endpoints.flatMap(({ ifname, address, aliases, network }) => [
          { ifname, address, prefixlen: network.subnet.prefixlen },
          ...aliases.map(alias => ({ ifname, address: alias, prefixlen: 32 })),
        ]),
      ),
    ),
  ]
}
