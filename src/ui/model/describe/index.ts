import type { Graph, GraphObject, Warning } from '../../../graph/model.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { wrap } from '../../../util/text.ts'
import type { Data } from '../data.ts'
import { glyphs } from '../sources.ts'
import type { Line } from '../span.ts'
import { type Table, withoutProblems } from '../table.ts'
import { describeRealServer, describeVirtualService } from './balance.ts'
import { describeNetwork } from './network.ts'
import { describeColumns, evidenceFacts, type Group, groupRows } from './rows.ts'
import { containerGroup, describeEndpoint, describeSandbox } from './sandbox.ts'
import { describeNode, describeService, describeTask, nodeGapKey } from './swarm.ts'

const tables = new WeakMap<
  GraphObject,
  { readonly graph: Graph; readonly gaps: string; readonly table: Table }
>()

/**
 * All that is known of an object, in groups: what it is, what it is tied to, what does not fit, what proves it. What does not fit
 * is left out while all is read for the first time.
 */
export function describe(data: Data, object: GraphObject): Table {
  const { graph, isFirstReading = false } = data
  const gaps = `${isFirstReading}${object.type === 'node' ? nodeGapKey(data) : ''}`
  const known = tables.get(object)
  if (known?.graph === graph && known.gaps === gaps) return known.table
  const groups = [...groupsOf(data, object), warningGroup(graph, object), evidenceGroup(graph, object)]
  const rows = isFirstReading ? withoutProblems(groupRows(groups.toSpliced(-2, 1))) : groupRows(groups)
  const table = { columns: describeColumns, rows }
  tables.set(object, { graph, gaps, table })
  return table
}

function groupsOf(data: Data, object: GraphObject): Group[] {
  const { graph } = data
  switch (object.type) {
    case 'node':
      return describeNode(data, object)
    case 'network':
      return describeNetwork(graph, object)
    case 'sandbox':
      return describeSandbox(graph, object)
    case 'endpoint':
      return describeEndpoint(graph, object)
    case 'service':
      return describeService(graph, object)
    case 'task':
      return describeTask(graph, object)
    case 'container':
      return [containerGroup(graph, object)]
    case 'virtual-service':
      return describeVirtualService(graph, object)
    case 'real-server':
      return describeRealServer(graph, object)
    // Shown with the network and the service that they belong to.
    case 'peer':
    case 'port':
      return []
  }
}

/** The rows on both sides of what does not fit; the sentences stand above the table. */
function warningGroup(graph: Graph, { warnings }: GraphObject): Group {
  return {
    title: 'Warnings',
    facts: warnings.flatMap(({ code, evidence }) =>
      evidenceFacts(graph, evidence, code).map(fact => ({ ...fact, isProblem: true })),
    ),
  }
}

function evidenceGroup(graph: Graph, { evidence }: GraphObject): Group {
  return { title: 'Evidence', facts: evidenceFacts(graph, evidence) }
}

/** What does not fit together, in sentences. */
export function warningLines(warnings: readonly Warning[], columns: number): Line[] {
  return warnings.flatMap(({ message }) =>
    wrap(sanitise(`${glyphs.warn} ${message}`), columns).map(
      (text): Line => ({ spans: [{ text, tone: 'warn' }] }),
    ),
  )
}
