import type { Answer, Step } from '../../../lb/index.ts'
import type { Tone } from '../span.ts'

/** @param works false where something is wrong although it left the node */
export function verdictTone(disposition: Answer['disposition'], works = true): Tone {
  if (works && (disposition === 'delivered' || disposition === 'left-node')) return 'ok'
  if (disposition === 'insufficient-info' || disposition === 'left-for-peer') return 'unknown'
  return 'bad'
}

export const actionTones: Readonly<Record<Step['action'], Tone>> = {
  received: 'plain',
  forwarded: 'plain',
  sent: 'plain',
  delivered: 'ok',
  dropped: 'bad',
  rejected: 'bad',
  accepted: 'plain',
  passed: 'dim',
  dnat: 'accent',
  snat: 'accent',
  marked: 'accent',
  balanced: 'accent',
  encapsulated: 'accent',
  decapsulated: 'accent',
  encrypted: 'accent',
  decrypted: 'accent',
  unknown: 'unknown',
}
