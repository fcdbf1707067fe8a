import { NetlinkError } from '../errors.ts'
import { eachMessage, type Message, NLM_F_REQUEST, NLMSG_HDRLEN } from '../message.ts'
import type { Transport } from '../transport.ts'

type Recorded = { readonly question: string; readonly replies: Uint8Array[] }

/**
 * A transport that answers from a recording: each request message (NLM_F_REQUEST is set) is followed by the
 * messages of its answer. A question is found by its type and everything behind its header, whatever its sequence
 * number; one that was asked several times gets its answers in turn, and the last one from then on.
 *
 * A question that was never recorded is answered with ENODATA.
 */
export function replayTransport(recording: Uint8Array): Transport {
  const exchanges: Recorded[] = []
  eachMessage(recording, recording.length, message => {
    if ((message.flags & NLM_F_REQUEST) !== 0) exchanges.push({ question: question(message), replies: [] })
    else exchanges.at(-1)?.replies.push(wholeMessage(message))
  })
  const answered = new Set<Recorded>()
  return {
    exchange(op, request, onMessage) {
      let asked = ''
      eachMessage(request, request.length, message => {
        asked = question(message)
      })
      const candidates = exchanges.filter(recorded => recorded.question === asked)
      const recorded = candidates.find(candidate => !answered.has(candidate)) ?? candidates.at(-1)
      if (!recorded) throw new NetlinkError({ op, errno: 61, code: 'ENODATA', seq: 0 })
      answered.add(recorded)
      for (const reply of recorded.replies) eachMessage(reply, reply.length, onMessage)
      return { interrupted: false }
    },
  }
}

/** A transport that lets `inner` answer and gives every message of both sides to `record`, in their order. */
export function recordingTransport(inner: Transport, record: (message: Uint8Array) => void): Transport {
  return {
    exchange(op, request, onMessage) {
      record(request.slice())
      return inner.exchange(op, request, message => {
        record(wholeMessage(message))
        onMessage(message)
      })
    },
  }
}

function question(message: Message): string {
  return `${message.type} ${message.reader.hex(message.start, message.end - message.start)}`
}

function wholeMessage(message: Message): Uint8Array {
  return message.reader
    .slice(message.start - NLMSG_HDRLEN, message.end - message.start + NLMSG_HDRLEN)
    .slice()
}
