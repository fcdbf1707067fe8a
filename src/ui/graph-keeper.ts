import { buildGraph } from '../graph/build.ts'
import type { Graph } from '../graph/model.ts'
import { isSameTopology } from '../graph/same-topology.ts'
import type { Snapshot } from '../snapshot/index.ts'

type GraphKeeper = {
  /**
   * The graph of all nodes, or the one before when it is too soon for another; then `onDue` is called later. The first one of
   * whole nodes does not wait.
   *
   * @param areWhole whether all of them was read
   */
  readonly update: (nodes: readonly Snapshot[], areWhole: boolean) => Graph
  /** Whether the graph is one before, and another comes. */
  readonly isDue: () => boolean
  readonly stop: () => void
}

/** A graph takes some time to make: it may not take more than this part of all time. */
const GRAPH_SHARE = 1 / 20

/** @param onDue called when a graph that had to wait can be asked for */
export function createGraphKeeper(onDue: () => void): GraphKeeper {
  let made: { nodes: readonly Snapshot[]; areWhole: boolean; graph: Graph } | undefined
  let notBefore = 0
  let timer: NodeJS.Timeout | undefined
  return {
    update(nodes, areWhole) {
      if (made && isSameCluster(made.nodes, nodes)) {
        made = { ...made, nodes, areWhole }
        return made.graph
      }
      const wait = notBefore - performance.now()
      if (made && wait > 0 && made.areWhole === areWhole) {
        timer ??= setTimeout(() => {
          timer = undefined
          onDue()
        }, wait).unref()
        return made.graph
      }
      clearTimeout(timer)
      timer = undefined
      const started = performance.now()
      made = { nodes, areWhole, graph: buildGraph(nodes) }
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
