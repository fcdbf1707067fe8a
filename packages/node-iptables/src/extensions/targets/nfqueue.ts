import { flag, type OptionTable, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { parseRange, type Range } from '../range.ts'
import { sizes } from '../size.ts'

/** `-j NFQUEUE`: asks a program for the verdict; several queues share the packets. */
export type Nfqueue = {
  readonly name: 'NFQUEUE'
  readonly queues: Range
  /** Accept when no program listens. */
  readonly bypass?: true
  /** The queue is chosen by the CPU. */
  readonly cpuFanout?: true
}

const options: OptionTable<Nfqueue> = {
  '--queue-num': {
    values: 1,
    read([text]) {
      const queue = parseNumber(text, 0xffff)
      return queue === undefined ? undefined : { queues: { first: queue, last: queue } }
    },
  },
  '--queue-balance': {
    values: 1,
    read([text]) {
      const queues = parseRange(text)
      return queues && { queues }
    },
  },
  '--queue-bypass': flag('bypass'),
  '--queue-cpu-fanout': flag('cpuFanout'),
}

/** struct xt_NFQ_info, v1, v2 and v3 of xt_NFQUEUE.h: each adds a u16 to the one before, or a meaning to it. */
export const nfqueue: Extension<Nfqueue> = {
  name: 'NFQUEUE',
  revision: 3,
  size: sizes({ 0: 2, 1: 4, 2: 6, 3: 6 }),
  decode({ reader, at, revision }) {
    const first = reader.u16(at)
    const total = revision === 0 ? 1 : reader.u16(at + 2)
    const flags = revision < 2 ? 0 : reader.u16(at + 4)
    if (total === 0 || flags > (revision === 2 ? 1 : 3)) return undefined
    return {
      name: 'NFQUEUE',
      queues: { first, last: first + total - 1 },
      ...(flags & 1 && { bypass: true }),
      ...(flags & 2 && { cpuFanout: true }),
    }
  },
  encode({ queues, bypass, cpuFanout }, writer) {
    writer.u16(queues.first).u16(queues.last - queues.first + 1)
    writer.u16((bypass ? 1 : 0) | (cpuFanout ? 2 : 0))
  },
  print: ({ queues: { first, last }, bypass, cpuFanout }) => [
    ...(first === last ? ['--queue-num', String(first)] : ['--queue-balance', `${first}:${last}`]),
    ...(bypass ? ['--queue-bypass'] : []),
    ...(cpuFanout ? ['--queue-cpu-fanout'] : []),
  ],
  parse: words => parseOptions({ name: 'NFQUEUE', queues: { first: 0, last: 0 } }, words, options),
}
