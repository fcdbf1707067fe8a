import type { DockerEvent } from '../../../snapshot/index.ts'
import { readFields } from './fields.ts'

/**
 * Attributes that tell a name or a change. The labels of a container stand among its attributes: they are not kept, apart from the
 * names that Swarm puts there.
 */
const keptAttributes = [
  'name',
  'container',
  'type',
  'image',
  'exitCode',
  'signal',
  'oldName',
  'replicas.old',
  'replicas.new',
  'image.old',
  'image.new',
  'updatestate.old',
  'updatestate.new',
  'state.old',
  'state.new',
  'availability.old',
  'availability.new',
  'role.old',
  'role.new',
  'reachability.old',
  'reachability.new',
  'leader.old',
  'leader.new',
  'com.docker.swarm.node.id',
  'com.docker.swarm.service.name',
  'com.docker.swarm.task.name',
] as const

/** `exec_create: sh -c …`, `exec_start`, `exec_die`: what runs inside, every few seconds where there is a health check. `top` is a look. */
const insideOnly = /^(?:exec_|top\b)/

/**
 * Trims one event of `GET /events`.
 *
 * @returns undefined for an event that tells nothing of the network, and for what is no event (a problem)
 */
export function trimEvent(answer: unknown, problems: string[]): DockerEvent | undefined {
  const event = readFields(answer, 'event', problems)
  const action = event.text('Action')
  const type = event.text('Type')
  if (action === '' || type === '') {
    problems.push('an event has no Type or no Action')
    return undefined
  }
  if (insideOnly.test(action)) return undefined
  const actor = event.fields('Actor')
  const attributes = actor.map('Attributes')
  return {
    time: moment(event.optionalNumber('timeNano'), event.optionalNumber('time')),
    Type: type,
    Action: action,
    Actor: {
      ID: actor.text('ID'),
      Attributes: Object.fromEntries(
        keptAttributes.flatMap(name => {
          const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined
          return value === undefined || value === '' ? [] : [[name, value]]
        }),
      ),
    },
    scope: event.optionalText('scope') ?? 'local',
  }
}

/** RFC 3339 of nanoseconds, or of seconds, since the epoch; a double holds nanoseconds to within a microsecond. */
function moment(nanoseconds: number | undefined, seconds: number | undefined): string {
  const milliseconds = nanoseconds === undefined ? (seconds ?? 0) * 1000 : Math.floor(nanoseconds / 1e6)
  const date = new Date(milliseconds)
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString()
}
