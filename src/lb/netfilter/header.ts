import type { NetfilterRule } from '../../snapshot/index.ts'
import { matchesMask, parseIp } from '../../util/prefix.ts'
import { all, invertIf, known, type Maybe } from '../maybe.ts'
import type { Packet } from '../packet.ts'

type HeaderTests = NetfilterRule['ip']
type AddressTest = NonNullable<HeaderTests['source']>
type InterfaceTest = NonNullable<HeaderTests['inInterface']>

/** The tests of ip_packet_match (ip_tables.c) and of ip6_packet_match. */
export function matchHeader(tests: HeaderTests, packet: Packet): Maybe {
  const results: Maybe[] = []
  if (tests.source) results.push(matchAddress(tests.source, packet.source))
  if (tests.destination) results.push(matchAddress(tests.destination, packet.destination))
  if (tests.inInterface) results.push(matchInterface(tests.inInterface, packet.inDevice))
  if (tests.outInterface) results.push(matchInterface(tests.outInterface, packet.outDevice))
  const { protocol, fragment } = tests
  if (protocol) {
    results.push(
      invertIf(
        known(packet.protocol, number => number === protocol.number),
        protocol.invert,
      ),
    )
  }
  if (fragment) results.push(invertIf(packet.isFragment, fragment.invert))
  return all(results)
}

export function matchAddress(test: AddressTest, address: string | undefined): Maybe {
  const network = parseIp(test.address)
  const mask = parseIp(test.mask)
  if (!network || !mask) return undefined
  if (mask.value === 0n) return !test.invert
  const ip = address === undefined ? undefined : parseIp(address)
  return invertIf(ip && matchesMask(ip, network, mask), test.invert)
}

/** A hook without that device has an empty name, which no test without `!` fits but `+`. */
export function matchInterface(test: InterfaceTest, device: string | null): boolean {
  const name = device ?? ''
  const fits = test.wildcard ? name.startsWith(test.name) : name === test.name
  return fits !== test.invert
}
