import type { Message } from './message.ts'

/** How a dump ended, when it did end. */
export type Exchange = {
  /** NLM_F_DUMP_INTR was seen: the kernel's data changed underneath, rows may be missing or double. */
  readonly interrupted: boolean
}

/**
 * A netlink socket as the family clients of this repository need it: synchronous, because a reader of many
 * namespaces wants system calls in a row and nothing in between.
 *
 * An implementation sets the sequence number and port of the request, gives every reply message of the answer to
 * `onMessage` (not NLMSG_DONE, NLMSG_ERROR with errno 0, or NLMSG_NOOP), and throws NetlinkError when the kernel
 * refuses or its time limit passes. Messages are valid only during the call of `onMessage`.
 */
export type Transport = {
  /** @param op what is being asked, in words for an error message, such as `dump links` */
  exchange(op: string, request: Uint8Array, onMessage: (message: Message) => void): Exchange
}
