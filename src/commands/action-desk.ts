import { READ_ONLY, whyImpossible } from '../actions/availability.ts'
import { freePort, freeSubnet } from '../actions/defaults.ts'
import { planIntent } from '../actions/plan-intent.ts'
import { type Site, siteOf } from '../actions/site.ts'
import type { Snapshot } from '../snapshot/index.ts'
import type { ActionPort } from '../ui/contract.ts'

/** Nothing is sent on a file: what it shows is over. */
const A_FILE = 'this is a snapshot, and what it shows is over: run cnmtop on the node'

/** A desk that plans and never sends. */
export function planningDesk(whyNotSent: string): ActionPort {
  return {
    ...planner,
    whyNotSent,
    prepare: async (intent, snapshot) => planner.plan(intent, snapshot),
    execute: async () => {
      throw new Error(whyNotSent)
    },
    audit: async () => [],
  }
}

export const fileDesk: ActionPort = planningDesk(A_FILE)
export const readOnlyDesk: ActionPort = planningDesk(READ_ONLY)

const sites = new WeakMap<Snapshot, Site>()

/** What actions have to know of a snapshot; made once of each. */
function siteFor(snapshot: Snapshot): Site {
  let site = sites.get(snapshot)
  if (!site) sites.set(snapshot, (site = siteOf(snapshot)))
  return site
}

const planner: Pick<ActionPort, 'plan' | 'suggest' | 'whyNot'> = {
  plan: (intent, snapshot) => planIntent(intent, siteFor(snapshot)),
  suggest: snapshot => {
    const site = siteFor(snapshot)
    return {
      overlaySubnet: freeSubnet(site, 'overlay'),
      localSubnet: freeSubnet(site, 'bridge'),
      port: freePort(site),
    }
  },
  whyNot: (kind, snapshot) => whyImpossible(siteFor(snapshot), kind),
}
