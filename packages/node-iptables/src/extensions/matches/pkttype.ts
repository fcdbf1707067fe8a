import { type OptionTable, option, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'

type PacketType = 'unicast' | 'broadcast' | 'multicast'

/** `-m pkttype`: how the link layer addressed the packet. */
export type Pkttype = { readonly name: 'pkttype'; readonly type: PacketType; readonly invert: boolean }

/** PACKET_HOST, PACKET_BROADCAST, PACKET_MULTICAST of if_packet.h. */
const types: readonly PacketType[] = ['unicast', 'broadcast', 'multicast']
const aliases: Readonly<Record<string, PacketType>> = {
  host: 'unicast',
  bcast: 'broadcast',
  mcast: 'multicast',
}

const options: OptionTable<Pkttype> = {
  '--pkt-type': {
    values: 1,
    read([text = ''], invert) {
      const type =
        types.find(name => name === text) ?? (Object.hasOwn(aliases, text) ? aliases[text] : undefined)
      return type && { type, invert }
    },
  },
}

/** struct xt_pkttype_info of xt_pkttype.h. */
export const pkttype: Extension<Pkttype> = {
  name: 'pkttype',
  revision: 0,
  size: sizes({ 0: 8 }),
  decode({ reader, at }) {
    const type = types[reader.u32(at)]
    return type && { name: 'pkttype', type, invert: reader.u32(at + 4) !== 0 }
  },
  encode({ type, invert }, writer) {
    writer.u32(types.indexOf(type)).u32(invert ? 1 : 0)
  },
  print: ({ type, invert }) => option('--pkt-type', invert, type),
  parse: words =>
    words.length === 0
      ? undefined
      : parseOptions({ name: 'pkttype', type: 'unicast', invert: false }, words, options),
}
