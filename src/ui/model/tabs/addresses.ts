import type { Address } from '../../../snapshot/index.ts'
import { addressKey, uniqueKeys } from '../../../snapshot/row-keys.ts'
import { cellRow, type Row, worldCell } from '../table.ts'
import type { Tab } from './tab.ts'

const FOREVER = 4_294_967_295

const flags = [
  'secondary',
  'temporary',
  'nodad',
  'optimistic',
  'dadfailed',
  'home',
  'deprecated',
  'tentative',
  'dynamic',
  'mngtmpaddr',
  'noprefixroute',
  'autojoin',
  'stable-privacy',
] as const

export const addresses: Tab = {
  id: 'addresses',
  title: 'Addresses',
  short: 'Addr',
  sources: ['rtnl.addresses'],
  sortable: ['dev', 'address', 'scope'],
  noun: 'addresses',
  count: namespace => namespace.addresses.length,
  table: ({ namespace }) => {
    const unique = uniqueKeys()
    return {
      columns: [
        { id: 'dev', title: 'DEV', max: 16 },
        { id: 'address', title: 'ADDRESS', grow: true },
        { id: 'peer', title: 'PEER', hide: 5 },
        { id: 'broadcast', title: 'BROADCAST', hide: 4 },
        { id: 'scope', title: 'SCOPE', hide: 2 },
        { id: 'valid', title: 'VALID', align: 'right', hide: 3, isCounter: true },
        { id: 'flags', title: 'FLAGS', max: 32, hide: 1 },
      ],
      rows: namespace.addresses.map(address => addressRow(address, unique)),
    }
  },
}

function addressRow(address: Address, unique: (id: string) => string): Row {
  const set = flags.filter(flag => address[flag])
  const valid = address.valid_life_time === FOREVER ? 'forever' : `${address.valid_life_time} s`
  return cellRow(
    unique(addressKey(address)),
    [
      worldCell(address.ifname, 'strong'),
      worldCell(`${address.local}/${address.prefixlen}`, 'accent'),
      worldCell(address.address),
      worldCell(address.broadcast ?? address.anycast),
      worldCell(address.scope, address.scope === 'global' ? 'plain' : 'dim'),
      worldCell(valid, 'dim'),
      worldCell(set.join(' '), address.dadfailed ? 'bad' : 'dim'),
    ],
    address,
    address.dadfailed === true,
  )
}
