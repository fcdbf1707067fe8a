import { field, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { type NamedBits, namesOfBits } from '../names.ts'
import { sizes } from '../size.ts'
import { type NamesTest, namesTest } from '../tests.ts'
import { type ConntrackState, STATE_ALIAS, stateBits, writeConntrack } from './conntrack.ts'

/** `-m state`: the older spelling of `-m conntrack --ctstate`. */
export type State = {
  readonly name: 'state'
  readonly states: NamesTest<ConntrackState>
}

/** XT_STATE_*: as in conntrack, but for UNTRACKED. */
const oldStateBits: NamedBits<ConntrackState> = [
  ['INVALID', 0x1],
  ['NEW', 0x8],
  ['RELATED', 0x4],
  ['ESTABLISHED', 0x2],
  ['UNTRACKED', 0x40],
]

const options: OptionTable<State> = {
  '--state': field('states', namesTest(stateBits)),
}

/**
 * struct xt_state_info of xt_state.h, which only kernels and iptables older than 2.6.38 and 1.4.11 use. iptables
 * writes conntrack revision 3 with XT_CONNTRACK_STATE_ALIAS today, and so does `encode`.
 */
export const state: Extension<State> = {
  name: 'state',
  kernelName: 'conntrack',
  revision: 3,
  size: sizes({ 0: 4 }),

  decode({ reader, at }) {
    const any = namesOfBits(reader.u32(at), oldStateBits)
    return any && { name: 'state', states: { any, invert: false } }
  },

  encode: ({ states }, writer, family) =>
    writeConntrack({ name: 'conntrack', states }, writer, family, STATE_ALIAS),

  print: ({ states }) => option('--state', states.invert, states.any.join(',')),

  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'state', states: none }, words, options),
}

const none = { any: [], invert: false }
