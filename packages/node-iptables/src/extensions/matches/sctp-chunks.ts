import { hexNumber } from '../../text/words.ts'

/** Name and letters of the flag bits, from bit 7 down (`-`: no flag). RFC 9260 and others; the words are iptables'. */
const chunks: Readonly<Record<number, readonly [name: string, flags: string]>> = {
  0: ['DATA', '----IUBE'],
  1: ['INIT', '--------'],
  2: ['INIT_ACK', '--------'],
  3: ['SACK', '--------'],
  4: ['HEARTBEAT', '--------'],
  5: ['HEARTBEAT_ACK', '--------'],
  6: ['ABORT', '-------T'],
  7: ['SHUTDOWN', '--------'],
  8: ['SHUTDOWN_ACK', '--------'],
  9: ['ERROR', '--------'],
  10: ['COOKIE_ECHO', '--------'],
  11: ['COOKIE_ACK', '--------'],
  12: ['ECN_ECNE', '--------'],
  13: ['ECN_CWR', '--------'],
  14: ['SHUTDOWN_COMPLETE', '-------T'],
  64: ['I_DATA', '----IUBE'],
  128: ['ASCONF_ACK', '--------'],
  130: ['RE_CONFIG', '--------'],
  132: ['PAD', '--------'],
  192: ['FORWARD_TSN', '--------'],
  193: ['ASCONF', '--------'],
  194: ['I_FORWARD_TSN', '--------'],
}

/** `DATA` for 0; iptables has no word for a number without a name, `0x..` is ours. */
export function chunkName(type: number): string {
  return chunks[type]?.[0] ?? hexNumber(type)
}

export function chunkNumber(name: string): number | undefined {
  const known = Object.entries(chunks).find(([, [chunk]]) => chunk === name.toUpperCase())
  if (known) return Number(known[0])
  return /^0x[0-9a-f]{1,2}$/.test(name) ? Number(name) : undefined
}

/** `:Ub`: U must be on, B must be off. */
export function flagLetters(type: number, { mask, set }: { mask: number; set: number }): string {
  let letters = ':'
  for (let bit = 7; bit >= 0; bit--) {
    if (!(mask & (1 << bit))) continue
    const letter = chunks[type]?.[1][7 - bit] ?? '-'
    letters += set & (1 << bit) ? letter : letter.toLowerCase()
  }
  return letters
}

export function readFlagLetters(type: number, letters: string): { mask: number; set: number } | undefined {
  const known = chunks[type]?.[1] ?? ''
  let mask = 0
  let set = 0
  for (const letter of letters) {
    const index = known.indexOf(letter.toUpperCase())
    if (index < 0 || letter === '-') return undefined
    mask |= 0x80 >> index
    if (letter === letter.toUpperCase()) set |= 0x80 >> index
  }
  return { mask, set }
}
