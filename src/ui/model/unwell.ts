import type { Graph, SwarmService, SwarmTask, VirtualService } from '../../graph/model.ts'

/** Something that does not run as it should, although all that is known of it fits together. */
export type Unwell = {
  readonly object: SwarmService | SwarmTask | VirtualService
  /** In one word what kind of trouble it is. */
  readonly code: string
  /** Holds text of the world. */
  readonly message: string
}

/** Failed tasks of one service that are listed; more of them say the same. */
const MOST_TASKS = 3

const failedStates: ReadonlySet<string> = new Set(['failed', 'rejected', 'orphaned'])

/** A task that is to run and cannot. Those that were replaced are to be shut down. */
export function isTaskUnwell({ desiredState, state }: SwarmTask): boolean {
  return desiredState === 'running' && failedStates.has(state ?? '')
}

/** A service of which fewer tasks run than it wants. Those of a job end, and are not to run for ever. */
export function isServiceLacking({ schedule, runningTasks, desiredTasks }: SwarmService): boolean {
  if (schedule?.endsWith('-job') || runningTasks === undefined || desiredTasks === undefined) return false
  return runningTasks < desiredTasks
}

/** Services that lack running tasks, tasks that failed and that nothing replaced, and virtual services that nobody serves. */
export function unwellOf(graph: Graph, services: readonly SwarmService[]): Unwell[] {
  return services.flatMap(service => {
    const tasks = service.tasks.flatMap(id => graph.tasks[id] ?? [])
    const isLacking = isServiceLacking(service)
    const failed = isLacking ? failedOf(tasks) : tasks.filter(isTaskUnwell)
    return [
      ...(isLacking ? [lacking(service, failed)] : []),
      ...failed.slice(0, MOST_TASKS).map(unwellTask),
      ...unserved(graph, service),
    ]
  })
}

function lacking(service: SwarmService, failed: readonly SwarmTask[]): Unwell {
  const { runningTasks = 0, desiredTasks = 0 } = service
  const failures = failed.length === 0 ? '' : `, ${failed.length} failed`
  const running =
    runningTasks === 0
      ? `no task runs, ${desiredTasks} should`
      : `${runningTasks} of ${desiredTasks} tasks run`
  return { object: service, code: 'tasks', message: running + failures }
}

function unwellTask(task: SwarmTask): Unwell {
  const { state = 'waits', error } = task
  return { object: task, code: state, message: error ?? 'nobody told why' }
}

/** One for each place in the service that no task of it fills: Swarm keeps those that failed there before. */
function failedOf(tasks: readonly SwarmTask[]): SwarmTask[] {
  const places = Map.groupBy(tasks, ({ slot, node, taskId }) => slot ?? node ?? taskId)
  return [...places.values()].flatMap(there => {
    if (there.some(({ state }) => state === 'running' || state === 'complete')) return []
    const troubled = there.filter(({ state, error }) => error !== undefined || failedStates.has(state ?? ''))
    return troubled.find(({ desiredState }) => desiredState === 'running') ?? troubled.slice(-1)
  })
}

/** Where connections to a service come to an end in IPVS. The graph itself tells of real servers that are missing. */
function unserved(graph: Graph, { virtualServices, runningTasks, desiredTasks }: SwarmService): Unwell[] {
  // Of a service that is to have no task, or has none, the count says all.
  if (runningTasks === 0 || desiredTasks === 0) return []
  return virtualServices.flatMap(id => {
    const virtual = graph.virtualServices[id]
    if (!virtual || virtual.warnings.length > 0) return []
    if (virtual.realServers.some(server => graph.realServers[server]?.isQuiesced === false)) return []
    return [{ object: virtual, code: 'no-server', message: 'it has no real server that takes connections' }]
  })
}
