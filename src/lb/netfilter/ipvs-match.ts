import type { NetfilterRule } from '../../snapshot/index.ts'
import { all, invertIf, known, type Maybe } from '../maybe.ts'
import type { Packet } from '../packet.ts'
import { matchMasked } from './masked.ts'

type Match = Extract<NetfilterRule['matches'][number], { readonly name: 'ipvs' }>

const methods = { masq: 'MASQ', tunnel: 'IPIP', droute: 'GATE', local: undefined, bypass: undefined } as const

/** ipvs_mt of xt_ipvs.c. */
export function matchIpvs(match: Match, { ipvs, protocol }: Packet): Maybe {
  if (match.ipvs) return (ipvs !== null) !== match.ipvs.invert
  if (!ipvs) return false
  const equal = (
    test: { readonly number: number; readonly invert: boolean } | undefined,
    value: number | null | undefined,
  ) =>
    test
      ? value === null
        ? false
        : invertIf(
            known(value, number => number === test.number),
            test.invert,
          )
      : true
  return all([
    equal(match.protocol, protocol),
    match.virtualAddress ? matchMasked(match.virtualAddress, ipvs.virtualAddress) : true,
    equal(match.virtualPort, ipvs.virtualPort),
    match.direction ? (match.direction === 'REPLY') === (ipvs.direction === 'reply') : true,
    match.method ? (methods[ipvs.method] === match.method.method) !== match.method.invert : true,
    match.controlPort ? undefined : true,
  ])
}
