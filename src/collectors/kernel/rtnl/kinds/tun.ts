import { bool, kindFields, u32, type WriteField } from './kind.ts'

const IFLA_TUN_MULTI_QUEUE = 7

/** IFF_TUN and IFF_TAP (linux/if_tun.h). */
const modes: Readonly<Record<number, string>> = { 1: 'tun', 2: 'tap' }

const mode: WriteField = (attributes, type, data) => {
  data['type'] = modes[attributes.u8(type)!] ?? 'UNKNOWN'
}

const queues =
  (key: string): WriteField =>
  (attributes, type, data) => {
    if (attributes.u8(IFLA_TUN_MULTI_QUEUE)) data[key] = attributes.u32(type)!
  }

/** IFLA_TUN_* (linux/if_link.h). Names of users and groups are a matter of the machine that reads: ids are told. */
export const tun = kindFields([
  [3, mode],
  [4, bool('pi')],
  [5, bool('vnet_hdr')],
  [IFLA_TUN_MULTI_QUEUE, bool('multi_queue')],
  [8, queues('numqueues')],
  [9, queues('numdisabled')],
  [6, bool('persist')],
  [1, u32('user')],
  [2, u32('group')],
])
