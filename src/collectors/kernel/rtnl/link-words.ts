/** Net device flags in the order in which iproute2 names them (IFF_* of linux/if.h). IFF_RUNNING is told as NO-CARRIER. */
const flagWords: readonly (readonly [number, string])[] = [
  [0x8, 'LOOPBACK'],
  [0x2, 'BROADCAST'],
  [0x10, 'POINTOPOINT'],
  [0x1000, 'MULTICAST'],
  [0x80, 'NOARP'],
  [0x200, 'ALLMULTI'],
  [0x100, 'PROMISC'],
  [0x400, 'MASTER'],
  [0x800, 'SLAVE'],
  [0x4, 'DEBUG'],
  [0x8000, 'DYNAMIC'],
  [0x4000, 'AUTOMEDIA'],
  [0x2000, 'PORTSEL'],
  [0x20, 'NOTRAILERS'],
  [0x1, 'UP'],
  [0x1_0000, 'LOWER_UP'],
  [0x2_0000, 'DORMANT'],
  [0x4_0000, 'ECHO'],
]
const IFF_UP = 0x1
const IFF_RUNNING = 0x40

/** `["NO-CARRIER", "BROADCAST", "UP"]`; bits without a name follow as one hex number. */
export function linkFlags(bits: number): string[] {
  let words = wordsOfFlags.get(bits)
  if (!words) wordsOfFlags.set(bits, (words = decodeFlags(bits)))
  return words
}

/** A node's links have a handful of combinations, which all of them share; nobody may change one. */
const wordsOfFlags = new Map<number, string[]>()

function decodeFlags(bits: number): string[] {
  const words: string[] = []
  if ((bits & IFF_UP) !== 0 && (bits & IFF_RUNNING) === 0) words.push('NO-CARRIER')
  let rest = bits & ~IFF_RUNNING
  for (const [bit, word] of flagWords) {
    if ((rest & bit) === 0) continue
    words.push(word)
    rest &= ~bit
  }
  if (rest !== 0) words.push((rest >>> 0).toString(16))
  return words
}

/** IF_OPER_* (linux/if.h). */
export const operStates: readonly string[] = [
  'UNKNOWN',
  'NOTPRESENT',
  'DOWN',
  'LOWERLAYERDOWN',
  'TESTING',
  'DORMANT',
  'UP',
]

/** IF_LINK_MODE_* (linux/if.h). */
export const linkModes: readonly string[] = ['DEFAULT', 'DORMANT']

/** IN6_ADDR_GEN_MODE_* (linux/if_link.h). */
export const addrGenModes: readonly string[] = ['eui64', 'none', 'stable_secret', 'random']

export const ARPHRD_NETROM = 0
export const ARPHRD_AX25 = 3
export const ARPHRD_ROSE = 270
export const ARPHRD_TUNNEL = 768
export const ARPHRD_TUNNEL6 = 769
export const ARPHRD_SIT = 776
export const ARPHRD_IPGRE = 778
export const ARPHRD_IP6GRE = 823

/** ARPHRD_* (linux/if_arp.h) in iproute2's words. */
const linkTypes: Readonly<Record<number, string>> = {
  [ARPHRD_NETROM]: 'netrom',
  1: 'ether',
  2: 'eether',
  [ARPHRD_AX25]: 'ax25',
  4: 'pronet',
  5: 'chaos',
  6: 'ieee802',
  7: 'arcnet',
  8: 'atalk',
  15: 'dlci',
  19: 'atm',
  23: 'metricom',
  24: 'ieee1394',
  32: 'infiniband',
  256: 'slip',
  257: 'cslip',
  258: 'slip6',
  259: 'cslip6',
  260: 'rsrvd',
  264: 'adapt',
  [ARPHRD_ROSE]: 'rose',
  271: 'x25',
  272: 'hwx25',
  280: 'can',
  512: 'ppp',
  513: 'hdlc',
  516: 'lapb',
  517: 'ddcmp',
  518: 'rawhdlc',
  [ARPHRD_TUNNEL]: 'ipip',
  [ARPHRD_TUNNEL6]: 'tunnel6',
  770: 'frad',
  771: 'skip',
  772: 'loopback',
  773: 'ltalk',
  774: 'fddi',
  775: 'bif',
  [ARPHRD_SIT]: 'sit',
  777: 'ip/ddp',
  [ARPHRD_IPGRE]: 'gre',
  779: 'pimreg',
  780: 'hippi',
  781: 'ash',
  782: 'econet',
  783: 'irda',
  784: 'fcpp',
  785: 'fcal',
  786: 'fcpl',
  ...Object.fromEntries(Array.from({ length: 13 }, (_, fabric) => [787 + fabric, `fcfb${fabric}`])),
  800: 'tr',
  801: 'ieee802.11',
  802: 'ieee802.11/prism',
  803: 'ieee802.11/radiotap',
  804: 'ieee802.15.4',
  805: 'ieee802.15.4/monitor',
  820: 'phonet',
  821: 'phonet_pipe',
  822: 'caif',
  [ARPHRD_IP6GRE]: 'gre6',
  824: 'netlink',
  825: '6lowpan',
  0xfffe: 'none',
  0xffff: 'void',
}

/** `ether`; a type without a word gives its number in brackets. */
export function linkType(type: number): string {
  return linkTypes[type] ?? `[${type}]`
}
