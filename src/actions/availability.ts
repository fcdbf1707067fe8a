import type { IntentKind } from './intent.ts'
import type { Site } from './site.ts'

/** Whether actions are allowed at all; they are not unless somebody says so. */
export type Permission = { readonly allowActions: boolean }

/** Why nothing may be written, in a sentence for the operator. */
export const READ_ONLY = 'cnmtop only reads: start it with --allow-actions to change something'

/**
 * Why an action is not available here and now; undefined when it is.
 *
 * @param driver of the networks that are to be made: an overlay needs a manager, all others only a daemon
 */
export function whyNotAvailable(
  site: Site,
  kind: IntentKind,
  { allowActions }: Permission,
  driver?: string,
): string | undefined {
  if (!allowActions) return READ_ONLY
  return whyImpossible(site, kind, driver)
}

/** The same, apart from whether it is allowed: what also a dry run cannot get around. */
export function whyImpossible(site: Site, kind: IntentKind, driver?: string): string | undefined {
  if (site.daemon.reason !== undefined) return `the Docker daemon cannot be asked: ${site.daemon.reason}`
  const needsManager = kind.startsWith('service-') || driver === 'overlay'
  if (!needsManager) return undefined
  const what = kind.startsWith('service-') ? 'services' : 'overlay networks'
  if (site.swarm.value === undefined)
    return `it is not known whether this node is a manager: ${site.swarm.reason}`
  const { role, reason } = site.swarm.value
  switch (role) {
    case 'manager':
      return undefined
    case 'worker':
      return `${what} are changed through a manager, and this node is a worker: run it on a manager, or name one with --docker-host`
    case 'none':
      return `${what} need a Swarm, and this node is in none: docker swarm init makes one`
    case 'stuck':
      return reason
  }
}
