import { field, type OptionTable, option, parseOptions, quote } from '../../text/words.ts'
import type { Extension, Payload } from '../extension.ts'
import { sizes } from '../size.ts'
import { writeText } from '../text.ts'
import { type NumberTest, numberTest, printNumber } from '../tests.ts'

/** `-m cgroup`: the control group of the socket: a path of cgroup v2, or a class id of net_cls. */
export type Cgroup = {
  readonly name: 'cgroup'
  readonly path?: { readonly path: string; readonly invert: boolean }
  readonly classid?: NumberTest
}

/** PATH_MAX in revision 1, XT_CGROUP_PATH_MAX in revision 2. */
const PATH_SIZES = [0, 4096, 512] as const
const CURRENT_PATH_SIZE = 512

const options: OptionTable<Cgroup> = {
  '--path': field('path', (path, invert) => ({ path, invert })),
  '--cgroup': field('classid', numberTest()),
}

/** struct xt_cgroup_info_v0, v1 and v2 of xt_cgroup.h; in v2 path and class id share their bytes. */
export const cgroup: Extension<Cgroup> = {
  name: 'cgroup',
  revision: 2,
  size: sizes({ 0: 8, 1: 4112, 2: 528 }),

  decode(payload) {
    const { reader, at, revision } = payload
    if (revision === 0) {
      return { name: 'cgroup', classid: { number: reader.u32(at), invert: reader.u32(at + 4) !== 0 } }
    }
    return decodePath(payload, PATH_SIZES[revision] ?? 0)
  },

  encode({ path, classid }, writer) {
    writer
      .u8(path ? 1 : 0)
      .u8(classid ? 1 : 0)
      .u8(path?.invert ? 1 : 0)
      .u8(classid?.invert ? 1 : 0)
    if (classid) writer.u32(classid.number).zeros(CURRENT_PATH_SIZE - 4)
    else writeText(writer, path?.path ?? '', CURRENT_PATH_SIZE)
    writer.zeros(12)
  },

  print: ({ path, classid }) => [
    ...(path ? option('--path', path.invert, quote(path.path)) : []),
    ...printNumber('--cgroup', classid),
  ],

  parse: words => (words.length === 0 ? undefined : parseOptions({ name: 'cgroup' }, words, options)),
}

function decodePath({ reader, at, revision }: Payload, pathSize: number): Cgroup {
  return {
    name: 'cgroup',
    ...(reader.u8(at) !== 0 && {
      path: { path: reader.text(at + 4, pathSize), invert: reader.u8(at + 2) !== 0 },
    }),
    ...(reader.u8(at + 1) !== 0 && {
      classid: {
        number: reader.u32(revision === 1 ? at + 4 + pathSize : at + 4),
        invert: reader.u8(at + 3) !== 0,
      },
    }),
  }
}
