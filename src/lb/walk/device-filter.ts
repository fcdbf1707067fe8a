import { type DeviceHook, filterOn } from '../links/filters.ts'
import type { Packet } from '../packet.ts'
import type { View } from '../view.ts'
import { end, type Next, type NextAt } from './next.ts'

/**
 * What decides about frames at a device and is not evaluated here: XDP, filters of tc, queues, chains of nf_tables. What meets one cannot
 * be followed further.
 *
 * @returns undefined when nothing of the kind is in the way
 */
export function deviceFilter(next: Next): NextAt<'end'> | undefined {
  switch (next.at) {
    case 'frame-in':
      return stop(next.view, next.ifname, 'ingress', next.frame.packet)
    case 'ip-in':
    case 'route-in':
      // Also where no frame comes in: the bridge's own device, `lo`, an interface of another node.
      return next.packet.inDevice === null
        ? undefined
        : stop(next.view, next.packet.inDevice, 'ingress', next.packet)
    case 'frame-out':
    case 'leave':
      return stop(next.view, next.ifname, 'egress', next.frame.packet)
    case 'transmit':
      // What is sent over it is no frame for anybody else.
      return next.way.dev === 'lo' ? stop(next.view, 'lo', 'egress', next.packet) : undefined
    default:
      return undefined
  }
}

function stop(view: View, ifname: string, hook: DeviceHook, packet: Packet): NextAt<'end'> | undefined {
  const filter = filterOn(view, ifname, hook)
  return filter && end(view, packet, 'insufficient-info', filter.detail, filter.evidence)
}
