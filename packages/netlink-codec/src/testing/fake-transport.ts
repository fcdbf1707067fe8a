import { NetlinkError } from '../errors.ts'
import {
  eachMessage,
  type Message,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
  readError,
} from '../message.ts'
import type { Transport } from '../transport.ts'

/** What a fake kernel answers: datagrams as they would come from the socket, or an error. */
export type FakeReply = readonly Uint8Array[] | NetlinkError

/** A transport without a socket: `answer` sees the decoded request and gives the reply. */
export function fakeTransport(answer: (request: Message, op: string) => FakeReply): Transport {
  return {
    exchange(op, request, onMessage) {
      let asked: Message | undefined
      eachMessage(request, request.length, message => {
        asked ??= message
      })
      if (!asked) throw new Error(`${op}: the request holds no message`)
      const reply = answer(asked, op)
      if (reply instanceof NetlinkError) throw reply
      let interrupted = false
      for (const datagram of reply) {
        eachMessage(datagram, datagram.length, message => {
          if ((message.flags & NLM_F_DUMP_INTR) !== 0) interrupted = true
          if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
            const error = readError(message, op)
            if (error) throw error
          } else if (message.type !== NLMSG_NOOP) onMessage(message)
        })
      }
      return { interrupted }
    },
  }
}
