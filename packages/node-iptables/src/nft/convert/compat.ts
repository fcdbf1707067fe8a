import { ByteReader } from 'netlink-codec'
import type { Payload } from '../../extensions/extension.ts'
import { decodeMatch, decodeTarget } from '../../extensions/registry.ts'
import type { Family, Match, Target } from '../../model.ts'
import type { CompatMatch, CompatTarget } from '../expressions/statement.ts'
import { hexBytes } from '../verdict.ts'

/** How an ipset's index becomes its name; see Payload. */
export type SetName = Payload['setName']

/** The match of xtables that an expression of nf_tables holds (nft_compat.c); `unknown` where its bytes are not understood. */
export function compatMatch(expression: CompatMatch, family: Family, setName?: SetName): Match {
  return decodeMatch(expression.extension, payloadOf(expression, family, setName))
}

/** The target of xtables that an expression of nf_tables holds, alike. */
export function compatTarget(expression: CompatTarget, family: Family, setName?: SetName): Target {
  return decodeTarget(expression.extension, payloadOf(expression, family, setName))
}

function payloadOf(
  { revision, info }: CompatMatch | CompatTarget,
  family: Family,
  setName: SetName,
): Payload {
  const bytes = hexBytes(info)
  return { reader: new ByteReader(bytes), at: 0, length: bytes.length, revision, family, setName }
}
