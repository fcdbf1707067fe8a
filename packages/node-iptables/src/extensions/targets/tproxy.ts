import { parseAddress, readAddress, readIpv4, writeInetAddress } from '../../address.ts'
import type { Family } from '../../model.ts'
import { field, hexNumber, type OptionTable, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { parseMarkAndMask } from '../marks.ts'

/** `-j TPROXY`: hands the packet to a local socket without a change to its header. */
export type Tproxy = {
  readonly name: 'TPROXY'
  readonly port: number
  /** The unspecified address: that of the interface that the packet came in by. */
  readonly address: string
  readonly mark: number
  readonly mask: number
}

const optionsOf = (family: Family): OptionTable<Tproxy> => ({
  '--on-port': field('port', text => parseNumber(text, 0xffff)),
  '--on-ip': field('address', text => parseAddress(text, family)),
  '--tproxy-mark': { values: 1, read: ([text = '']) => parseMarkAndMask(text) },
})

const options = { ip: optionsOf('ip'), ip6: optionsOf('ip6') }

/** struct xt_tproxy_target_info (revision 0, IPv4) and xt_tproxy_target_info_v1 of xt_TPROXY.h. */
export const tproxy: Extension<Tproxy> = {
  name: 'TPROXY',
  revision: 1,
  size: (revision, family) => (revision === 1 ? 28 : revision === 0 && family === 'ip' ? 16 : undefined),
  decode: ({ reader, at, revision, family }) => ({
    name: 'TPROXY',
    port: reader.be16(revision === 0 ? at + 12 : at + 24),
    address: revision === 0 ? readIpv4(reader, at + 8) : readAddress(reader, at + 8, family),
    mark: reader.u32(at + 4),
    mask: reader.u32(at),
  }),
  encode({ port, address, mark, mask }, writer, family) {
    writer.u32(mask).u32(mark)
    writeInetAddress(writer, address, family)
    writer.be16(port).zeros(2)
  },
  print: ({ port, address, mark, mask }) => [
    '--on-port',
    String(port),
    '--on-ip',
    address,
    '--tproxy-mark',
    `${hexNumber(mark)}/${hexNumber(mask)}`,
  ],
  parse(words, family) {
    const unspecified = family === 'ip' ? '0.0.0.0' : '::'
    return words.length === 0
      ? undefined
      : parseOptions(
          { name: 'TPROXY', port: 0, address: unspecified, mark: 0, mask: 0 },
          words,
          options[family],
        )
  },
}
