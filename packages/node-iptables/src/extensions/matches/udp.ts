import { type OptionTable, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'
import { type PortTests, somePortOptions, printSomePorts, readPorts, writePorts } from '../tests.ts'

/** `-m udp`. Absent fields are not tested. */
export type Udp = PortTests & { readonly name: 'udp' }

const options: OptionTable<Udp> = somePortOptions

/** struct xt_udp of xt_tcpudp.h; XT_UDP_INV_*: source 1, destination 2. */
export const udp: Extension<Udp> = {
  name: 'udp',
  revision: 0,
  size: sizes({ 0: 9 }),

  decode({ reader, at }) {
    const invert = reader.u8(at + 8)
    const sourcePorts = readPorts(reader, at, (invert & 1) !== 0)
    const destinationPorts = readPorts(reader, at + 4, (invert & 2) !== 0)
    return {
      name: 'udp',
      ...(sourcePorts && { sourcePorts }),
      ...(destinationPorts && { destinationPorts }),
    }
  },

  encode({ sourcePorts, destinationPorts }, writer) {
    writePorts(writer, sourcePorts)
    writePorts(writer, destinationPorts)
    writer.u8((sourcePorts?.invert ? 1 : 0) | (destinationPorts?.invert ? 2 : 0))
  },

  print: printSomePorts,
  parse: words => parseOptions({ name: 'udp' }, words, options),
}
