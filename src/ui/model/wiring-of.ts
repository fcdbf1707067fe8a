import type { Graph } from '../../graph/model.ts'
import { selectWiring } from '../../graph/wiring.ts'
import type { Data } from './data.ts'
import { endpointSources, isWhole } from './gaps.ts'
import { type Line, textLine } from './span.ts'
import { wiringLines } from './wiring.ts'

type Drawn = { readonly nodes: Data['nodes']; readonly key: string; readonly lines: readonly Line[] }

/** A frame asks for its drawing several times. */
const drawn = new WeakMap<Graph, Drawn>()

/** What an object is wired to, drawn in lines of at most `columns` where that is possible; never no line. */
export function wiringOf(data: Data, id: string | undefined, columns: number): readonly Line[] {
  const { graph, nodes } = data
  const key = `${columns} ${id}`
  const last = drawn.get(graph)
  if (last?.nodes === nodes && last.key === key) return last.lines
  const lines = draw(data, id, columns)
  drawn.set(graph, { nodes, key, lines })
  return lines
}

function draw({ graph, nodes }: Data, id: string | undefined, columns: number): readonly Line[] {
  const wiring = id === undefined ? undefined : selectWiring(graph, id)
  if (!wiring) return [textLine('Nothing is chosen that has a place in the network.', 'dim')]
  if (wiring.lanes.length === 0) {
    const what = isWhole(nodes, endpointSources) ? 'nothing' : 'nothing that could be read'
    return [textLine(`It is wired to ${what}.`, 'dim')]
  }
  // Where there is no line drawing, the characters are replaced when they are painted.
  return wiringLines(wiring, { columns, ascii: false })
}
