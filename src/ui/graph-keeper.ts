import { buildGraph } from '../graph/build.ts'
import type { Graph } from '../graph/model.ts'
import { isSameTopology } from '../graph/same-topology.ts'
import type { Snapshot } from '../snapshot/index.ts'

type GraphKeeper = {
  /** The graph of all nodes, or the one before when it is too soon for another; then `onDue` is called later. */
  readonly update: (nodes: readonly Snapshot[]) => Graph
  /** Whether the graph is one before, and another comes. */
  readonly isDue: () => boolean
  readonly stop: () => void
}

/** A graph takes some time to make: it may not take more than this part of all time. */
const GRAPH_SHARE = 1 / 20

/** @param onDue called when a graph that had to wait can be asked for */
export function createGraphKeeper(onDue: () => void): GraphKeeper {
  let made: { nodes: readonly Snapshot[]; graph: Graph } | undefined
  let notBefore = 0
  let timer: NodeJS.Timeout | undefined
  return {
    update(nodes) {
      if (made && isSameCluster(made.nodes, nodes)) {
        made = { ...made, nodes }
        return made.graph
      }
      const wait = notBefore - performance.now()
      if (made && wait > 0) {
        timer ??= setTimeout(() => {
          timer = undefined
          onDue()
        }, wait).unref()
        return made.graph
      }
      const started = performance.now()
      made = { nodes, graph: buildGraph(nodes) }
      notBefore = performance.now() + (performance.now() - started) / GRAPH_SHARE
      return made.graph
    },
    isDue: () => timer !== undefined,
    stop: () => clearTimeout(timer),
  }
}

function isSameCluster(before: readonly Snapshot[], after: readonly Snapshot[]): boolean {
  return (
    before.length === after.length &&
    after.every((node, index) => {
      const was = before[index]
      return was !== undefined && isSameTopology(was, node)
    })
  )
}
