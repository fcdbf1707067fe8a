import { matchesMask, parseIp } from '../../util/prefix.ts'
import type { Maybe } from '../maybe.ts'

/** An address under a mask, as conntrack and ipvs test it. */
export function matchMasked(
  test: { readonly address: string; readonly mask: string; readonly invert: boolean },
  address: string | undefined,
): Maybe {
  const network = parseIp(test.address)
  const mask = parseIp(test.mask)
  const ip = address === undefined ? undefined : parseIp(address)
  if (!network || !mask || !ip) return undefined
  return matchesMask(ip, network, mask) !== test.invert
}
