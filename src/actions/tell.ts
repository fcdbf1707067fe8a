import { plural } from '../util/format.ts'
import type { Outcome, Progress } from './plan.ts'

/** One line of how far an action is. */
export function progressText(progress: Progress): string {
  switch (progress.step) {
    case 'sending':
      return `sending ${progress.request.method} ${progress.request.path}`
    case 'answered':
      return `answered ${progress.status}${progress.id === undefined ? '' : `, ${progress.id}`}`
    case 'converging': {
      const { done, wanted, states, errors } = progress
      const counts = Object.entries(states).map(([state, count]) => `${count} ${state}`)
      const how = counts.length === 0 ? '' : ` (${counts.join(', ')})`
      return `${done} of ${wanted} as wanted${how}${errors.length === 0 ? '' : `: ${errors.join('; ')}`}`
    }
  }
}

/** What of an action was done before the engine refused the rest; nothing where that is all of it. */
function doneBefore({ done = 0 }: Extract<Outcome, { end: 'refused' }>): string {
  return done === 0 ? '' : ` (${plural(done, 'request')} before it ${done === 1 ? 'was' : 'were'} done)`
}

/** One sentence of how an action ended. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.end) {
    case 'done':
      return outcome.warnings.length === 0
        ? 'Done.'
        : `Done; the daemon warns: ${outcome.warnings.join('; ')}`
    case 'refused': {
      const who = outcome.status === 0 ? 'Nothing was sent' : `The daemon refused it (${outcome.status})`
      return `${who}: ${outcome.message}${doneBefore(outcome)}`
    }
    case 'not-converged':
      return `The daemon took it, and it is not as wanted: ${outcome.reason}`
    case 'unknown':
      return `It is not known whether the daemon did it: ${outcome.reason}`
  }
}
