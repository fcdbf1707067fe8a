import { auditView } from './audit.ts'
import { balancingView } from './balancing.ts'
import { endpointsView } from './endpoints.ts'
import { eventsView } from './events.ts'
import { namespacesView } from './namespaces.ts'
import { networksView } from './networks.ts'
import { overviewView } from './overview.ts'
import { sandboxesView } from './sandboxes.ts'
import { servicesView } from './services.ts'
import { traceView } from './trace.ts'
import type { View } from './view.ts'

/** All views in the order of their keys. A view is one file, and its name in this list. */
export const views: readonly View[] = [
  overviewView,
  networksView,
  sandboxesView,
  endpointsView,
  servicesView,
  balancingView,
  traceView,
  namespacesView,
  eventsView,
  auditView,
]

const byId = new Map(views.map(view => [view.id, view]))

/** The view of this name. */
export function viewOf(id: string): View {
  const view = byId.get(id)
  if (!view) throw new Error(`there is no view ${id}`)
  return view
}
