import type { DockerContainer } from '../../snapshot/index.ts'
import type { Container, Sandbox } from '../model.ts'
import { type RowRef, pointer } from '../evidence.ts'
import { addEdge, addObject, type Draft, include, type Mutable, warn } from './draft.ts'
import { addSandbox, fileName, realPath, type SandboxIndex } from './sandboxes.ts'
import { dockerRow, type NodeView, type World } from './world.ts'

const TASK_ID = 'com.docker.swarm.task.id'
const STACK = 'com.docker.stack.namespace'

/** Containers, and which sandbox is whose. */
export function resolveContainers(draft: Draft, world: World, index: SandboxIndex): void {
  for (const view of world.views) {
    if (!view.containers) continue
    const byId = new Map(view.containers.map(row => [row.Id, row]))
    for (const row of view.containers) {
      const container = fromDocker(view, row)
      addObject(draft.containers, container)
      draft.containersByDockerId.set(row.Id, container)
      placeContainer(draft, view, index, container, ownerOf(row, byId))
    }
  }
}

function fromDocker(view: NodeView, row: DockerContainer): Mutable<Container> {
  const { State, Labels } = row
  return {
    type: 'container',
    id: `container:${row.Id}`,
    name: row.Name,
    evidence: [dockerRow(view.id, 'containers', row.Id)],
    warnings: [],
    containerId: row.Id,
    node: view.id,
    image: row.Image,
    state: State.Status,
    ...(State.Health !== undefined && { health: State.Health }),
    pid: State.Pid,
    networkMode: row.HostConfig.NetworkMode,
    ...(Labels[STACK] !== undefined && { stack: Labels[STACK] }),
    publishedPorts: [],
  }
}

/** With `--network container:X`, X has the sandbox; X may have it from another in turn, but never from itself. */
function ownerOf(row: DockerContainer, byId: ReadonlyMap<string, DockerContainer>): DockerContainer {
  let owner = row
  for (let hops = 0; hops < 8; hops++) {
    const mode = owner.HostConfig.NetworkMode
    const next = mode.startsWith('container:') ? byId.get(mode.slice('container:'.length)) : undefined
    if (!next || next === row) break
    owner = next
  }
  return owner
}

function placeContainer(
  draft: Draft,
  view: NodeView,
  index: SandboxIndex,
  container: Mutable<Container>,
  owner: DockerContainer,
): void {
  const { State, NetworkSettings } = owner
  const key = NetworkSettings.SandboxKey
  const byKey =
    key === ''
      ? undefined
      : (index.byPath.get(`${view.id} ${realPath(key)}`) ?? index.byFile.get(`${view.id} ${fileName(key)}`))
  const byPid = State.Pid > 0 ? index.byPid.get(`${view.id} ${State.Pid}`) : undefined
  const keyRow = dockerRow(view.id, 'containers', owner.Id, pointer('NetworkSettings', 'SandboxKey'))
  const pidRow = dockerRow(view.id, 'containers', owner.Id, pointer('State', 'Pid'))
  if (byKey && byPid && byKey !== byPid) {
    const message = `SandboxKey is ${byKey.name}, and process ${State.Pid} is in ${byPid.name}`
    warn(container, 'other-namespace', message, [keyRow, pidRow, ...byPid.evidence])
  }
  const isRunning = State.Pid > 0
  const sandbox = byKey ?? byPid ?? (isRunning && key !== '' ? unseen(draft, view, key) : undefined)
  if (!sandbox) return
  if (!byKey && isRunning && key !== '' && view.snapshot.namespaces.some(({ paths }) => paths.length > 0))
    warn(container, 'missing-namespace', `${key} is not among the namespaces that were read`, [keyRow])
  container.sandbox = sandbox.id
  include(sandbox.containers, container.id)
  const isOwner = owner.Id === container.containerId
  if (sandbox.kind !== 'host') name(sandbox, container, isOwner, owner)
  const evidence: RowRef[] = [byKey || !byPid ? keyRow : pidRow, ...sandbox.evidence]
  if (!isOwner)
    evidence.unshift(
      dockerRow(view.id, 'containers', container.containerId, pointer('HostConfig', 'NetworkMode')),
    )
  addEdge(draft, 'has-sandbox', container.id, sandbox.id, evidence)
}

/** A sandbox that the daemon tells of and the kernel was not asked about. */
function unseen(draft: Draft, view: NodeView, key: string): Mutable<Sandbox> {
  const id = `sandbox:${view.key}/${fileName(key)}`
  const known = draft.sandboxes.byId[id]
  if (known) return known
  const sandbox = addSandbox(draft, view, id, fileName(key), 'container')
  sandbox.sandboxKey = key
  return sandbox
}

function name(
  sandbox: Mutable<Sandbox>,
  container: Mutable<Container>,
  isOwner: boolean,
  owner: DockerContainer,
): void {
  sandbox.kind = owner.Labels[TASK_ID] === undefined ? 'container' : 'task'
  sandbox.sandboxKey = owner.NetworkSettings.SandboxKey || sandbox.sandboxKey
  if (isOwner) sandbox.name = container.name
}

const sandboxFile = /^[0-9a-f]{12}$/

/** Says of each sandbox that nobody has what it is. Asked when the endpoints are known, which tell of builds. */
export function judgeSandboxes(draft: Draft, world: World): void {
  const views = new Map(world.views.map(view => [view.id, view]))
  for (const sandbox of draft.sandboxes.list) {
    const view = views.get(sandbox.node)
    if (!view?.containers || sandbox.kind !== 'container' || sandbox.containers.length > 0) continue
    const isDockers = sandbox.sandboxKey !== undefined && sandboxFile.test(fileName(sandbox.sandboxKey))
    sandbox.kind = isDockers ? 'orphan' : 'other'
    if (!isDockers) continue
    warn(sandbox, 'no-owner', `no container, network or load balancer of the daemon has ${sandbox.name}`, [
      ...sandbox.evidence,
      dockerRow(view.id, 'containers', ''),
    ])
  }
}
