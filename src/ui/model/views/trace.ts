import { wrap } from '../../../util/text.ts'
import { emptyLine, type Line, textLine } from '../span.ts'
import type { View } from './view.ts'

const about = [
  'Here a packet will be followed from a client to the task that answers it: the rules that it meets, the mark that it gets,' +
    ' the real servers that it can be sent to, the route, the neighbour and the tunnel to the other node.',
  'Until then the rows that decide this are in view 6 (Load balancing) and, as the kernel holds them, in view 8.',
]

function aboutLines(columns: number): Line[] {
  return about.flatMap(text => [
    emptyLine,
    ...wrap(text, Math.max(20, columns)).map(line => textLine(line, 'dim')),
  ])
}

const noTable = { columns: [], rows: [] }

/** The place of the traces. */
export const traceView: View = {
  id: 'trace',
  key: '7',
  title: 'Trace',
  short: 'Trace',
  singular: 'trace',
  description: 'Trace: what happens to a packet (not there yet)',
  share: 0.32,
  sortable: [],
  table: () => noTable,
  notices: () => [],
  empty: () => 'Nothing is traced yet.',
  tabs: () => [{ id: 'trace', title: 'Trace', short: 'Trace', isEmpty: true }],
  detail: () => ({
    title: [{ text: 'What a trace will tell', tone: 'title' }],
    table: undefined,
    sortable: [],
    notices: () => [],
    empty: aboutLines,
    origin: (_, columns) => aboutLines(columns),
  }),
  origin: (_, __, columns) => aboutLines(columns),
  objectId: () => undefined,
  visible: () => ({ namespaceId: undefined, tab: undefined }),
}
