import type { Family } from '../../model.ts'
import { field, flag, type OptionTable, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { parseRange, printRange } from '../range.ts'
import {
  type NatLayout,
  type NatRange,
  natLayoutSizes,
  parseNatRange,
  printNatRange,
  readNatRange,
  writeNatRange,
} from './nat-range.ts'

/** `-j DNAT`: a new destination; without addresses the port alone changes. */
export type Dnat = NatRange & { readonly name: 'DNAT' }
/** `-j SNAT`: a new source. */
export type Snat = NatRange & { readonly name: 'SNAT' }
/** `-j MASQUERADE`: the source becomes the address of the interface that the packet leaves by. */
export type Masquerade = NatRange & { readonly name: 'MASQUERADE' }
/** `-j REDIRECT`: the destination becomes this host. */
export type Redirect = NatRange & { readonly name: 'REDIRECT' }

/** xt_nat.c: revision 0 is IPv4 only, 1 and 2 are for both families. */
const addressLayout = (revision: number, family: Family): NatLayout | undefined =>
  revision === 0 && family === 'ip6' ? undefined : (['ipv4', 'range', 'range2'] as const)[revision]

/** xt_MASQUERADE.c and xt_REDIRECT.c: one revision, a layout for each family. */
const portLayout = (revision: number, family: Family): NatLayout | undefined =>
  revision === 0 ? (family === 'ip' ? 'ipv4' : 'range') : undefined

function natExtension<T extends NatRange & { readonly name: string }>(fields: {
  readonly name: T['name']
  readonly revision: number
  readonly layout: (revision: number, family: Family) => NatLayout | undefined
  readonly print: (value: NatRange, family: Family) => string[]
  readonly options: (family: Family) => OptionTable<T>
}): Extension<T> {
  const options = { ip: fields.options('ip'), ip6: fields.options('ip6') }
  const named = (range: NatRange) => ({ name: fields.name, ...range }) as T
  return {
    name: fields.name,
    revision: fields.revision,
    size(revision, family) {
      const layout = fields.layout(revision, family)
      return layout && natLayoutSizes[layout]
    },
    decode({ reader, at, revision, family }) {
      const layout = fields.layout(revision, family)
      const range = layout && readNatRange(reader, at, layout, family)
      return range && named(range)
    },
    encode(value, writer, family) {
      const layout = fields.layout(fields.revision, family)
      if (layout) writeNatRange(value, writer, layout, family)
    },
    print: (value, family) => [
      ...fields.print(value, family),
      ...(value.random ? ['--random'] : []),
      ...(value.randomFully ? ['--random-fully'] : []),
      ...(value.persistent ? ['--persistent'] : []),
    ],
    parse: (words, family) => parseOptions(named({}), words, options[family]),
  }
}

const flags: OptionTable<NatRange> = {
  '--random': flag('random'),
  '--random-fully': flag('randomFully'),
  '--persistent': flag('persistent'),
}

const addressOptions = (name: string) => (family: Family) => ({
  [name]: { values: 1, read: ([text = '']: readonly string[]) => parseNatRange(text, family) },
  ...flags,
})

const portOptions = () => ({ '--to-ports': field('ports', text => parseRange(text, 0xffff, '-')), ...flags })

export const dnat = natExtension<Dnat>({
  name: 'DNAT',
  revision: 2,
  layout: addressLayout,
  print: (value, family) => ['--to-destination', printNatRange(value, family)],
  options: addressOptions('--to-destination'),
})

export const snat = natExtension<Snat>({
  name: 'SNAT',
  revision: 2,
  layout: addressLayout,
  print: (value, family) => ['--to-source', printNatRange(value, family)],
  options: addressOptions('--to-source'),
})

const printPorts = ({ ports }: NatRange) => (ports ? ['--to-ports', printRange(ports, '-')] : [])

export const masquerade = natExtension<Masquerade>({
  name: 'MASQUERADE',
  revision: 0,
  layout: portLayout,
  print: printPorts,
  options: portOptions,
})

export const redirect = natExtension<Redirect>({
  name: 'REDIRECT',
  revision: 0,
  layout: portLayout,
  print: printPorts,
  options: portOptions,
})
