import { DecodeError, type Message, type Transport } from 'netlink-codec'

/** The rows of one dump, and what has to be said about them. */
export type Dump<Row> = {
  readonly rows: Row[]
  /** The kernel's data changed while it was dumped (NLM_F_DUMP_INTR). */
  readonly interrupted: boolean
  /** One sentence for each message that could not be decoded; its row is missing. */
  readonly problems: string[]
}

/**
 * Dumps and decodes. A message that does not decode costs its own row and is reported, never the whole dump.
 *
 * @param op in words, such as `dump links`
 * @param decode gives undefined for a message that is not a row
 * @throws NetlinkError when the kernel refuses or the time limit passes
 */
export function dump<Row>(
  transport: Transport,
  op: string,
  request: Uint8Array,
  decode: (message: Message) => Row | undefined,
): Dump<Row> {
  const rows: Row[] = []
  const problems: string[] = []
  const { interrupted } = transport.exchange(op, request, message => {
    try {
      const row = decode(message)
      if (row !== undefined) rows.push(row)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      problems.push(`${op}: message ${message.type} does not decode: ${error.message}`)
    }
  })
  return { rows, interrupted, problems }
}
