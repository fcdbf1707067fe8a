import { field, type OptionTable, parseOptions, quote } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'
import { writeText } from '../text.ts'

/** `-m comment`: tests nothing. */
export type Comment = { readonly name: 'comment'; readonly comment: string }

/** XT_MAX_COMMENT_LEN. */
const SIZE = 256

const options: OptionTable<Comment> = { '--comment': field('comment', text => text) }

/** struct xt_comment_info of xt_comment.h. */
export const comment: Extension<Comment> = {
  name: 'comment',
  revision: 0,
  size: sizes({ 0: SIZE }),
  decode: ({ reader, at }) => ({ name: 'comment', comment: reader.text(at, SIZE) }),
  encode: (value, writer) => writeText(writer, value.comment, SIZE),
  print: value => ['--comment', quote(value.comment)],
  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'comment', comment: '' }, words, options),
}
