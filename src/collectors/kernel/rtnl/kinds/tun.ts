import { bool, kindFields, type WriteField } from './kind.ts'

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

/** A user or group id. The name that belongs to it is a matter of the machine that reads. */
const id =
  (key: string): WriteField =>
  (attributes, type, data) => {
    data[key] = String(attributes.u32(type)!)
  }

/** IFLA_TUN_* (linux/if_link.h). */
export const tun = kindFields([
  [3, mode],
  [4, bool('pi')],
  [5, bool('vnet_hdr')],
  [IFLA_TUN_MULTI_QUEUE, bool('multi_queue')],
  [8, queues('numqueues')],
  [9, queues('numdisabled')],
  [6, bool('persist')],
  [1, id('user')],
  [2, id('group')],
])
