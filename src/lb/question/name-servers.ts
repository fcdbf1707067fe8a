import type { Graph, RealServer, RowRef as GraphRef, VirtualService } from '../../graph/model.ts'
import type { RowRef } from '../evidence.ts'
import { judge } from '../sentence.ts'
import type { Branch, Ending, Path, Trace } from '../trace.ts'
import type { Scene } from './scene.ts'

const known = new WeakMap<Graph, ReadonlyMap<string, RealServer>>()

/** Real servers by the row that they were made from. */
function serversOf(graph: Graph): ReadonlyMap<string, RealServer> {
  let servers = known.get(graph)
  if (!servers) known.set(graph, (servers = byRow(Object.values(graph.realServers))))
  return servers
}

function byRow(servers: readonly RealServer[]): ReadonlyMap<string, RealServer> {
  return new Map(
    servers.flatMap(server =>
      server.evidence.flatMap(ref => (ref.from === 'kernel' ? [[rowName(ref), server] as const] : [])),
    ),
  )
}

const rowName = ({ node, namespace, key }: RowRef): string => `${node} ${namespace} ${key}`

/**
 * A trace in which real servers are called what Docker calls them, and in which it shows what Docker says of them: one that no
 * task has the address of, and a task that runs and is no real server, which gets a branch that says so.
 */
export function nameServers(scene: Scene, trace: Trace): Trace {
  const path = namePath(scene, trace.path)
  return path === trace.path ? trace : { ...trace, path, ...judge(path) }
}

function namePath(scene: Scene, path: Path): Path {
  const { fork } = path
  if (!fork) return path
  if (fork.reason !== 'real-server') {
    const branches = fork.branches.map(branch => ({ ...branch, path: namePath(scene, branch.path) }))
    return { ...path, fork: { ...fork, branches } }
  }
  const servers = serversOf(scene.graph)
  const named = fork.branches.map(branch => {
    const [ref] = branch.evidence
    return { branch, server: ref && servers.get(rowName(ref)) }
  })
  const branches = named.map(({ branch, server }) => (server ? nameBranch(scene, branch, server) : branch))
  const service =
    scene.graph.virtualServices[named.find(({ server }) => server)?.server?.virtualService ?? '']
  return { ...path, fork: { ...fork, branches: [...branches, ...missing(scene, service, fork)] } }
}

function nameBranch(scene: Scene, branch: Branch, server: RealServer): Branch {
  const isUnknown = server.warnings.some(({ code }) => code === 'unknown-real-server')
  if (server.task !== undefined) return { ...branch, label: `${server.name}, ${branch.label}` }
  if (!isUnknown) return branch
  const [address = '', ...rest] = branch.label.split(' ')
  const label = [`${address}, which no task has,`, ...rest].join(' ')
  return { ...branch, label, path: blame(scene, branch.path, server) }
}

/** What ends on the way to an address that no task has, ends because of that. */
function blame(scene: Scene, path: Path, server: RealServer): Path {
  const { end } = path
  if (!end || end.disposition === 'delivered') return path
  const service = scene.graph.virtualServices[server.virtualService]
  const namespace =
    service && scene.nodes.get(service.node)?.namespaces.find(({ id }) => id === service.namespace)
  if (!service || !namespace) return path
  const detail = `${server.address} is a real server of ${service.name}, and no task has that address`
  const evidence = server.evidence.filter(ref => ref.from === 'kernel')
  const place = { node: service.node, namespace: namespace.id, namespaceName: namespace.name }
  const hostname = scene.nodes.get(service.node)?.host.hostname ?? ''
  return { ...path, end: { ...end, cause: { ...place, hostname, detail, evidence } } }
}

/** Tasks that run, and that IPVS sends nothing to. */
function missing(
  scene: Scene,
  service: VirtualService | undefined,
  { packet }: NonNullable<Path['fork']>,
): Branch[] {
  const namespace =
    service && scene.nodes.get(service.node)?.namespaces.find(({ id }) => id === service.namespace)
  if (!service || !namespace || !packet) return []
  return service.warnings
    .filter(({ code }) => code === 'missing-real-server')
    .map(({ message, evidence: rows }): Branch => {
      const evidence = rows.filter(ref => ref.from === 'kernel')
      const end: Ending = {
        disposition: 'no-real-server',
        detail: message,
        node: service.node,
        namespace: namespace.id,
        namespaceName: namespace.name,
        label: namespace.name,
        connections: [],
        packet,
        evidence,
      }
      return { label: taskOf(scene, rows) ?? message, evidence, path: { hops: [], end } }
    })
}

function taskOf({ graph }: Scene, rows: readonly GraphRef[]): string | undefined {
  const ids = new Set(rows.flatMap(ref => (ref.from === 'docker' && ref.part === 'tasks' ? [ref.id] : [])))
  const tasks = Object.values(graph.tasks)
  return tasks.find(({ evidence }) => evidence.some(ref => ref.from === 'docker' && ids.has(ref.id)))?.name
}
