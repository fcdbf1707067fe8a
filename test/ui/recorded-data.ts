import { buildGraph } from '../../src/graph/build.ts'
import type { Data } from '../../src/ui/model/data.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

/** A manager of a recorded Swarm of Docker 26.1, as the screen has it of a file. */
export const snapshot = captureSnapshot('docker-26.1-nft', 'node1')

export const data: Data = {
  snapshot,
  nodes: [snapshot],
  graph: buildGraph([snapshot]),
  status: { mode: 'file', collecting: false },
  history: undefined,
  desk: undefined,
}
