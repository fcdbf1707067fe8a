import { checkIntent } from './check/index.ts'
import { dockerCommand } from './command-line.ts'
import type { Intent } from './intent.ts'
import { shownRequest, shownUpdate } from './mask.ts'
import { planNetwork, type PlanPart } from './plan-network.ts'
import { planService } from './plan-service.ts'
import type { ApiRequest, Plan } from './plan.ts'
import type { Site } from './site.ts'
import type { RawService } from './spec.ts'

/** A plan, and apart from it what is really sent: that may hold values of environment variables, and is never shown or logged. */
export type Prepared = { readonly plan: Plan; readonly send: readonly ApiRequest[] }

/**
 * All that can be said before anything is sent.
 *
 * @param raw the service that is changed or removed; without it an update has no request yet
 */
export function planIntent(intent: Intent, site: Site, raw?: RawService): Plan {
  return prepareIntent(intent, site, raw).plan
}

export function prepareIntent(intent: Intent, site: Site, raw?: RawService): Prepared {
  const part = partOf(intent, site, raw)
  const plan: Plan = {
    intent,
    ...part,
    requests: part.requests.map(request =>
      raw && request.path.endsWith('/update') ? shownUpdate(request, raw.Spec) : shownRequest(request),
    ),
    command: part.command ?? dockerCommand(intent),
    checks: checkIntent(intent, site),
  }
  return { plan, send: part.requests }
}

function partOf(intent: Intent, site: Site, raw: RawService | undefined): PlanPart {
  switch (intent.kind) {
    case 'network-create':
    case 'network-remove':
    case 'network-prune':
    case 'network-restore':
    case 'network-connect':
    case 'network-disconnect':
      return planNetwork(intent, site)
    default:
      return planService(intent, site, raw)
  }
}
