import { bareField, field, type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { printRange, type RangeTest, rangeTest } from '../range.ts'
import { sizes } from '../size.ts'
import { bitsOfTests } from '../tests.ts'

/** `-m owner`: who owns the socket that sends. Absent fields are not tested. Ids are those of the namespace. */
export type Owner = {
  readonly name: 'owner'
  readonly socketExists?: { readonly invert: boolean }
  readonly uid?: RangeTest
  readonly gid?: RangeTest
  /** `gid` may be one of the owner's supplementary groups. */
  readonly supplementaryGroups?: { readonly invert: boolean }
}

const UID = 1 << 0
const GID = 1 << 1
const SOCKET = 1 << 2
const SUPPL_GROUPS = 1 << 3
const MOST = 0xffff_ffff

/** Names of users and groups are not looked up: iptables-save prints numbers. */
const options: OptionTable<Owner> = {
  '--socket-exists': bareField('socketExists', invert => ({ invert })),
  '--uid-owner': field('uid', rangeTest(MOST, '-')),
  '--gid-owner': field('gid', rangeTest(MOST, '-')),
  '--suppl-groups': bareField('supplementaryGroups', invert => ({ invert })),
}

/** struct xt_owner_match_info of xt_owner.h. */
export const owner: Extension<Owner> = {
  name: 'owner',
  revision: 1,
  size: sizes({ 1: 20 }),

  decode({ reader, at }) {
    const match = reader.u8(at + 16)
    const inverted = reader.u8(at + 17)
    const invert = (bit: number) => (inverted & bit) !== 0
    if (match & 0xf0) return undefined
    return {
      name: 'owner',
      ...(match & SOCKET && { socketExists: { invert: invert(SOCKET) } }),
      ...(match & UID && { uid: { first: reader.u32(at), last: reader.u32(at + 4), invert: invert(UID) } }),
      ...(match & GID && {
        gid: { first: reader.u32(at + 8), last: reader.u32(at + 12), invert: invert(GID) },
      }),
      ...(match & SUPPL_GROUPS && { supplementaryGroups: { invert: invert(SUPPL_GROUPS) } }),
    }
  },

  encode({ socketExists, uid, gid, supplementaryGroups }, writer) {
    for (const range of [uid, gid]) writer.u32(range?.first ?? 0).u32(range?.last ?? 0)
    const { tested, inverted } = bitsOfTests([
      [UID, uid],
      [GID, gid],
      [SOCKET, socketExists],
      [SUPPL_GROUPS, supplementaryGroups],
    ])
    writer.u8(tested)
    writer.u8(inverted).zeros(2)
  },

  print: ({ socketExists, uid, gid, supplementaryGroups }) => [
    ...(socketExists ? option('--socket-exists', socketExists.invert) : []),
    ...(uid ? option('--uid-owner', uid.invert, printRange(uid, '-')) : []),
    ...(gid ? option('--gid-owner', gid.invert, printRange(gid, '-')) : []),
    ...(supplementaryGroups ? option('--suppl-groups', supplementaryGroups.invert) : []),
  ],

  parse: words => parseOptions({ name: 'owner' }, words, options),
}
