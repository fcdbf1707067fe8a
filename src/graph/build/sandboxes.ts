import type { NamespaceKind } from '../../snapshot/index.ts'
import type { Sandbox, SandboxKind } from '../model.ts'
import { networkOfFile } from './devices.ts'
import { addEdge, addObject, type Draft, type Mutable } from './draft.ts'
import { instanceOf } from './networks.ts'
import { kernelRow, type NamespaceView, type NodeView, type World } from './world.ts'

/** Sandboxes by what leads to them, while the graph is built. */
export type SandboxIndex = {
  /** By the key of the namespace. */
  readonly byNamespace: Map<string, Mutable<Sandbox>>
  /** By node and file name; a name that two directories have is in neither. */
  readonly byFile: Map<string, Mutable<Sandbox>>
  /** By node and path. */
  readonly byPath: Map<string, Mutable<Sandbox>>
  /** By node and process. */
  readonly byPid: Map<string, Mutable<Sandbox>>
}

const kinds: Readonly<Record<NamespaceKind, SandboxKind>> = {
  host: 'host',
  ingress: 'ingress',
  'load-balancer': 'load-balancer',
  overlay: 'overlay',
  container: 'container',
  other: 'other',
}

/** One sandbox for each namespace. Which container it belongs to, and with that its kind, comes later. */
export function resolveSandboxes(draft: Draft, world: World): SandboxIndex {
  const index: SandboxIndex = {
    byNamespace: new Map(),
    byFile: new Map(),
    byPath: new Map(),
    byPid: new Map(),
  }
  for (const view of world.views) {
    const names = Map.groupBy(view.namespaces, placeOf)
    for (const namespace of view.namespaces) {
      const place = placeOf(namespace)
      const isUnique = names.get(place)?.length === 1
      const id = `sandbox:${view.key}/${isUnique ? place : `${place}@${namespace.row.id}`}`
      const sandbox = addSandbox(draft, view, id, namespace.row.name, kinds[namespace.row.kind])
      sandbox.namespace = namespace.row.id
      const [path] = namespace.row.paths.toSorted()
      if (path !== undefined) sandbox.sandboxKey = path
      sandbox.evidence = [kernelRow(namespace, 'namespace', '')]
      register(index, view, namespace, sandbox, isUnique)
      joinNetwork(draft, view, namespace, sandbox)
    }
  }
  return index
}

/** What tells a namespace from the others of its node, for as long as it lives: its file's name, else its number. */
function placeOf({ row }: NamespaceView): string {
  if (row.kind === 'host') return 'host'
  return row.paths.length > 0 ? row.name : row.id
}

export function addSandbox(
  draft: Draft,
  view: NodeView,
  id: string,
  name: string,
  kind: SandboxKind,
): Mutable<Sandbox> {
  const sandbox: Mutable<Sandbox> = {
    type: 'sandbox',
    id,
    name,
    evidence: [],
    warnings: [],
    kind,
    node: view.id,
    containers: [],
    endpoints: [],
    virtualServices: [],
  }
  addObject(draft.sandboxes, sandbox)
  return sandbox
}

function register(
  index: SandboxIndex,
  view: NodeView,
  { key, row }: NamespaceView,
  sandbox: Mutable<Sandbox>,
  isUnique: boolean,
): void {
  index.byNamespace.set(key, sandbox)
  for (const path of row.paths) {
    index.byPath.set(`${view.id} ${realPath(path)}`, sandbox)
    const file = fileName(path)
    if (isUnique) index.byFile.set(`${view.id} ${file}`, sandbox)
  }
  if (row.kind === 'host') index.byFile.set(`${view.id} default`, sandbox)
  for (const pid of row.pids) index.byPid.set(`${view.id} ${pid}`, sandbox)
}

/** `/var/run` is a link to `/run` nearly everywhere: the daemon writes one, the kernel the other. */
export function realPath(path: string): string {
  return path.replace(/^\/var\/run\//, '/run/')
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Overlay namespaces and load balancers say in their name which network they serve. */
function joinNetwork(
  draft: Draft,
  view: NodeView,
  namespace: NamespaceView,
  sandbox: Mutable<Sandbox>,
): void {
  const { kind } = sandbox
  if (kind !== 'overlay' && kind !== 'load-balancer') return
  const network = networkOfFile(draft, namespace)
  if (!network) return
  sandbox.network = network.id
  const instance = instanceOf(network, view.id)
  if (kind === 'overlay') instance.sandbox = sandbox.id
  else instance.loadBalancer = sandbox.id
  const evidence = [kernelRow(namespace, 'namespace', '', '/name')]
  addEdge(draft, kind === 'overlay' ? 'holds' : 'balances', sandbox.id, network.id, evidence)
}
