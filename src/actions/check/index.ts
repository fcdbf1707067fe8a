import { whyImpossible } from '../availability.ts'
import type { Intent } from '../intent.ts'
import type { Check } from '../plan.ts'
import type { Site } from '../site.ts'
import { refused } from './finding.ts'
import { checkNetworkIntent } from './network.ts'
import { checkServiceIntent } from './service.ts'

/**
 * What is wrong with an intent, as far as the site tells; pure, and quick enough for every key.
 *
 * An `error` is what the daemon refuses; what it takes and what then does not work, or what could not be checked, is a `warning`.
 * test/swarm/actions.test.ts holds each of them against a real daemon.
 */
export function checkIntent(intent: Intent, site: Site): Check[] {
  const why = whyImpossible(site, intent.kind, driverOf(intent))
  const first = why === undefined ? [] : [refused(undefined, `${why[0]?.toUpperCase()}${why.slice(1)}.`)]
  const found = isNetworkIntent(intent) ? checkNetworkIntent(intent, site) : checkServiceIntent(intent, site)
  return [...first, ...found]
}

/** Of the networks that are made: one overlay among them is enough to need a manager. */
function driverOf(intent: Intent): string | undefined {
  if (intent.kind === 'network-create') return intent.driver
  if (intent.kind !== 'network-restore') return undefined
  return intent.networks.some(({ driver }) => driver === 'overlay') ? 'overlay' : undefined
}

function isNetworkIntent(intent: Intent): intent is Extract<Intent, { kind: `network-${string}` }> {
  return intent.kind.startsWith('network-')
}
