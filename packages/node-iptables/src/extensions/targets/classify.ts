import { type OptionTable, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

/** `-j CLASSIFY`: the traffic-control class, `major:minor`. */
export type Classify = { readonly name: 'CLASSIFY'; readonly major: number; readonly minor: number }

const options: OptionTable<Classify> = {
  '--set-class': {
    values: 1,
    read([text = '']) {
      const [, major, minor] = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(text) ?? []
      return major && minor
        ? { major: Number.parseInt(major, 16), minor: Number.parseInt(minor, 16) }
        : undefined
    },
  },
}

/** struct xt_classify_target_info of xt_CLASSIFY.h. */
export const classify: Extension<Classify> = {
  name: 'CLASSIFY',
  revision: 0,
  size: sizes({ 0: 4 }),
  decode: ({ reader, at }) => ({ name: 'CLASSIFY', major: reader.u16(at + 2), minor: reader.u16(at) }),
  encode({ major, minor }, writer) {
    writer.u16(minor).u16(major)
  },
  print: ({ major, minor }) => [
    '--set-class',
    [major, minor].map(part => part.toString(16).padStart(4, '0')).join(':'),
  ],
  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'CLASSIFY', major: 0, minor: 0 }, words, options),
}
