import { flag, type OptionTable, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-m rpfilter`: a reply would leave by the interface that the packet came in by. */
export type Rpfilter = {
  readonly name: 'rpfilter'
  /** By any interface. */
  readonly loose?: true
  /** The route look-up uses the packet's mark. */
  readonly validMark?: true
  readonly acceptLocal?: true
  /** Matches what fails the test. */
  readonly invert?: true
}

const options: OptionTable<Rpfilter> = {
  '--loose': flag('loose'),
  '--validmark': flag('validMark'),
  '--accept-local': flag('acceptLocal'),
  '--invert': flag('invert'),
}

/** struct xt_rpfilter_info of xt_rpfilter.h. */
export const rpfilter: Extension<Rpfilter> = {
  name: 'rpfilter',
  revision: 0,
  size: sizes({ 0: 1 }),
  decode({ reader, at }) {
    const flags = reader.u8(at)
    if (flags & 0xf0) return undefined
    return {
      name: 'rpfilter',
      ...(flags & 1 && { loose: true }),
      ...(flags & 2 && { validMark: true }),
      ...(flags & 4 && { acceptLocal: true }),
      ...(flags & 8 && { invert: true }),
    }
  },
  encode({ loose, validMark, acceptLocal, invert }, writer) {
    writer.u8((loose ? 1 : 0) | (validMark ? 2 : 0) | (acceptLocal ? 4 : 0) | (invert ? 8 : 0))
  },
  print: ({ loose, validMark, acceptLocal, invert }) => [
    ...(loose ? ['--loose'] : []),
    ...(validMark ? ['--validmark'] : []),
    ...(acceptLocal ? ['--accept-local'] : []),
    ...(invert ? ['--invert'] : []),
  ],
  parse: words => parseOptions({ name: 'rpfilter' }, words, options),
}
