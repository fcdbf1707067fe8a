import { flag, type OptionTable, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-m socket`: a local socket is there for the packet. */
export type Socket = {
  readonly name: 'socket'
  /** It must be transparent (IP_TRANSPARENT). */
  readonly transparent?: true
  /** One bound to the wildcard address counts too. */
  readonly noWildcard?: true
  /** The packet gets the socket's mark. */
  readonly restoreMark?: true
}

const options: OptionTable<Socket> = {
  '--transparent': flag('transparent'),
  '--nowildcard': flag('noWildcard'),
  '--restore-skmark': flag('restoreMark'),
}

/** struct xt_socket_mtinfo1, 2 and 3 of xt_socket.h, which differ in the bits that are allowed; 0 has none. */
export const socket: Extension<Socket> = {
  name: 'socket',
  revision: 3,
  size: sizes({ 0: 0, 1: 1, 2: 1, 3: 1 }),
  decode({ reader, at, revision }) {
    const flags = revision === 0 ? 0 : reader.u8(at)
    if (flags >= 1 << revision) return undefined
    return {
      name: 'socket',
      ...(flags & 1 && { transparent: true }),
      ...(flags & 2 && { noWildcard: true }),
      ...(flags & 4 && { restoreMark: true }),
    }
  },
  encode({ transparent, noWildcard, restoreMark }, writer) {
    writer.u8((transparent ? 1 : 0) | (noWildcard ? 2 : 0) | (restoreMark ? 4 : 0))
  },
  print: ({ transparent, noWildcard, restoreMark }) => [
    ...(transparent ? ['--transparent'] : []),
    ...(noWildcard ? ['--nowildcard'] : []),
    ...(restoreMark ? ['--restore-skmark'] : []),
  ],
  parse: words => parseOptions({ name: 'socket' }, words, options),
}
