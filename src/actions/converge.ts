import type { Progress } from './plan.ts'
import { isObject, type JsonObject, objectAt, wordAt } from './spec.ts'

export type Converging = Extract<Progress, { step: 'converging' }>

/** Where a service stands on its way to what was asked for. */
export type Convergence = {
  readonly progress: Converging
  readonly isDone: boolean
  /** Why it will not come about by itself; undefined while it may. */
  readonly failure: string | undefined
}

/** Errors told at the same time; the same sentence of many tasks is told once. */
const MOST_ERRORS = 3

/**
 * docker's own rule (cli/command/service/progress): each slot, or each node of a global service, has a task that runs as the service
 * now is, and no update is under way.
 *
 * @param service `GET /services/{id}`
 * @param tasks `GET /tasks`, those of the service
 */
export function serviceConvergence(service: unknown, tasks: readonly unknown[]): Convergence {
  const spec = isObject(service) ? objectAt(service, 'Spec') : {}
  const update = isObject(service) ? objectAt(service, 'UpdateStatus') : {}
  const replicas = objectAt(spec, 'Mode', 'Replicated')['Replicas']
  const count = objectAt(spec, 'TaskTemplate')['ForceUpdate'] ?? 0
  const wished = tasks.filter(isObject).filter(task => isWished(task))
  const newest = newestOfPlaces(wished)
  const running = newest.filter(
    task => stateOf(task) === 'running' && (objectAt(task, 'Spec')['ForceUpdate'] ?? 0) === count,
  )
  // Until the orchestrator has given a global service its tasks, nobody knows how many these are.
  const wanted = typeof replicas === 'number' ? replicas : Math.max(1, newest.length)
  const states: Record<string, number> = {}
  for (const task of newest) states[stateOf(task)] = (states[stateOf(task)] ?? 0) + 1
  const state = wordAt(update, 'State')
  const extra = typeof replicas === 'number' && wished.length > replicas && newest.length > replicas
  return {
    progress: { step: 'converging', done: running.length, wanted, states, errors: errorsOf(tasks) },
    isDone: running.length === wanted && !extra && !/^(?:updating|rollback_started)$/.test(state),
    failure: /^(?:paused|rollback_paused|rollback_completed)$/.test(state)
      ? `the update is ${state.replace('_', ' ')}: ${wordAt(update, 'Message')}`
      : undefined,
  }
}

/** A service that was removed: its tasks stop, and then nothing is left of them. */
export function removalConvergence(before: number, tasks: readonly unknown[]): Convergence {
  const states: Record<string, number> = {}
  for (const task of tasks.filter(isObject)) states[stateOf(task)] = (states[stateOf(task)] ?? 0) + 1
  const wanted = Math.max(before, tasks.length)
  return {
    progress: { step: 'converging', done: wanted - tasks.length, wanted, states, errors: [] },
    isDone: tasks.length === 0,
    failure: undefined,
  }
}

/** Something that is there or not. */
export function singleConvergence(isDone: boolean, state: string): Convergence {
  return {
    progress: { step: 'converging', done: isDone ? 1 : 0, wanted: 1, states: { [state]: 1 }, errors: [] },
    isDone,
    failure: undefined,
  }
}

/** Overlays that were asked for: the manager gives them their addresses one after the other. */
export function networkConvergence(done: number, wanted: number): Convergence {
  const states = {
    ...(done > 0 && { allocated: done }),
    ...(done < wanted && { 'without addresses': wanted - done }),
  }
  return {
    progress: { step: 'converging', done, wanted, states, errors: [] },
    isDone: done === wanted,
    failure: undefined,
  }
}

function isWished(task: JsonObject): boolean {
  return task['DesiredState'] === 'running' || task['DesiredState'] === 'ready'
}

function stateOf(task: JsonObject): string {
  return wordAt(objectAt(task, 'Status'), 'State') || 'unknown'
}

/** The task of each slot, or of each node: the one that was made last. */
function newestOfPlaces(tasks: readonly JsonObject[]): JsonObject[] {
  const places = new Map<string, JsonObject>()
  for (const task of tasks) {
    const place = task['Slot'] ? `slot ${wordAt(task, 'Slot')}` : `node ${wordAt(task, 'NodeID')}`
    const other = places.get(place)
    if (!other || wordAt(other, 'CreatedAt') < wordAt(task, 'CreatedAt')) places.set(place, task)
  }
  return [...places.values()]
}

/** What the engine says of tasks that fail, and of those that find no node; the newest first, each sentence once. */
function errorsOf(tasks: readonly unknown[]): string[] {
  const told = tasks
    .filter(isObject)
    .filter(task => typeof objectAt(task, 'Status')['Err'] === 'string')
    .toSorted((a, b) => (wordAt(a, 'CreatedAt') < wordAt(b, 'CreatedAt') ? 1 : -1))
    .map(task => wordAt(objectAt(task, 'Status'), 'Err'))
  return [...new Set(told)].slice(0, MOST_ERRORS)
}
