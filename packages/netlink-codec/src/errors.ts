/**
 * Bytes that do not hold what their headers promise: too short, a length below its own header, a string without
 * its end. Every decoder of this repository throws this and nothing else on bad input.
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  /** Byte offset in the buffer at which reading failed. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(`${message} (at byte ${offset})`)
    this.offset = offset
  }
}

/** What an operation over netlink failed with, as the kernel told it. */
export type NetlinkErrorFields = {
  /** The operation in words of the caller, such as `dump links`. */
  readonly op: string
  /** Positive errno; 0 when the failure has none (a timeout of ours, a sequence that does not fit). */
  readonly errno: number
  /** `ENOENT`, `EPERM` and so on; `ETIMEDOUT` for our own time limit. */
  readonly code: string
  /** The kernel's extended-ack text (NLMSGERR_ATTR_MSG), where it sent one. */
  readonly detail?: string | undefined
  /** The kernel's extended-ack offset (NLMSGERR_ATTR_OFFS) into the request. */
  readonly offset?: number | undefined
  readonly seq: number
}

/** A request that the kernel refused, or that could not be carried out. */
export class NetlinkError extends Error implements NetlinkErrorFields {
  override readonly name = 'NetlinkError'
  readonly op: string
  readonly errno: number
  readonly code: string
  readonly detail: string | undefined
  readonly offset: number | undefined
  readonly seq: number

  constructor(fields: NetlinkErrorFields) {
    super(`${fields.op}: ${fields.code}${fields.detail ? ` (${fields.detail})` : ''}`)
    this.op = fields.op
    this.errno = fields.errno
    this.code = fields.code
    this.detail = fields.detail
    this.offset = fields.offset
    this.seq = fields.seq
  }
}

/** Names of the errno values that netlink answers with (asm-generic/errno-base.h, errno.h); others give `E<n>`. */
const errnoNames: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  4: 'EINTR',
  5: 'EIO',
  6: 'ENXIO',
  7: 'E2BIG',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  17: 'EEXIST',
  19: 'ENODEV',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  28: 'ENOSPC',
  32: 'EPIPE',
  33: 'EDOM',
  34: 'ERANGE',
  38: 'ENOSYS',
  61: 'ENODATA',
  71: 'EPROTO',
  74: 'EBADMSG',
  75: 'EOVERFLOW',
  90: 'EMSGSIZE',
  92: 'ENOPROTOOPT',
  93: 'EPROTONOSUPPORT',
  94: 'ESOCKTNOSUPPORT',
  95: 'EOPNOTSUPP',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  100: 'ENETDOWN',
  101: 'ENETUNREACH',
  105: 'ENOBUFS',
  107: 'ENOTCONN',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
}

/** `EPERM` for 1, `E4711` for a number without a name. */
export function errnoName(errno: number): string {
  return errnoNames[errno] ?? `E${errno}`
}
