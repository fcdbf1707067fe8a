import type { RowRef } from '../evidence.ts'
import type { Common } from './network.ts'

/** An IPVS virtual service, in one sandbox of one node. */
export type VirtualService = Common<'virtual-service'> & {
  readonly node: string
  readonly sandbox: string
  readonly namespace: string
  /** Either the mark, or protocol, address and port. */
  readonly fwmark?: number
  readonly protocol?: string
  readonly address?: string
  readonly port?: number
  readonly scheduler: string
  readonly network?: string
  readonly service?: string
  /** Rules of the mangle table that set the mark: for the VIP, and for published ports. */
  readonly marks: readonly MarkRule[]
  readonly realServers: readonly string[]
}

export type MarkRule = {
  /** `PREROUTING`, `INPUT`, `OUTPUT`. */
  readonly chain: string
  readonly address?: string
  readonly protocol?: string
  readonly port?: number
  readonly evidence: RowRef
}

/** One back end of a virtual service. Its name is that of the task: `web.3 on node2`; without a task, its address. */
export type RealServer = Common<'real-server'> & {
  readonly node: string
  readonly virtualService: string
  readonly address: string
  readonly port: number
  /** masq, local, tunnel, droute, bypass. */
  readonly forwarding: string
  readonly weight: number
  /** Weight 0: gets no new connections. */
  readonly isQuiesced: boolean
  readonly task?: string
  /** The endpoint with that address, where the snapshot of its node is here. */
  readonly endpoint?: string
  /** The node that it is on, where known. */
  readonly taskNode?: string
}
