import type { Link } from '../../snapshot/index.ts'
import type { Maybe } from '../maybe.ts'
import { infoOf, ipvlanKinds, kindOf, macvlanKinds, textOf } from './kind.ts'

/** MACVLAN_MODE_*, in iproute2's words; `bridge` is what Docker makes, and what is taken where it was not told. */
const modeOf = (link: Link): string => textOf(infoOf(link, 'mode')) ?? 'bridge'

/** Whether a macvlan or ipvlan reaches a sibling without their parent's wire (macvlan_queue_xmit, ipvlan_xmit_mode_l2). */
export function reachesSibling(link: Link, sibling: Link): boolean {
  if (ipvlanKinds.has(kindOf(link))) return ipvlanKinds.has(kindOf(sibling))
  return modeOf(link) === 'bridge' && modeOf(sibling) === 'bridge'
}

/**
 * Whether a macvlan or ipvlan hears a broadcast that its parent has received (macvlan_handle_frame).
 *
 * @param sender another macvlan of the same parent that it is from, where a switch has sent it back
 */
export function hearsBroadcast(link: Link, sender: Link | undefined): Maybe {
  if (!macvlanKinds.has(kindOf(link))) return true
  if (modeOf(link) === 'source') return undefined
  if (!sender || !macvlanKinds.has(kindOf(sender))) return true
  switch (modeOf(sender)) {
    case 'vepa':
      return ['vepa', 'bridge'].includes(modeOf(link))
    case 'bridge':
      // The others have it from their sibling itself.
      return modeOf(link) === 'vepa'
    default:
      return false
  }
}

/** Why what a device on another one does is not followed; undefined where it is. */
export function notFollowed(link: Link): string | undefined {
  const mode = modeOf(link)
  if (macvlanKinds.has(kindOf(link)) && mode === 'source')
    return `${link.ifname} is a macvlan that takes frames of listed senders alone, which is not followed`
  if (!ipvlanKinds.has(kindOf(link))) return undefined
  if (mode === 'l3' || mode === 'l3s')
    return `${link.ifname} is an ipvlan of mode ${mode}, whose packets go through its parent's namespace, which is not followed`
  const flag = ['private', 'vepa'].find(word => infoOf(link, word) === true)
  return flag && `${link.ifname} is an ipvlan that is ${flag}, which is not followed`
}
