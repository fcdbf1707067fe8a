/**
 * Protocol names as iptables prints them: those of /etc/protocols in Debian's netbase (IANA's keywords in lower
 * case), which getprotobynumber reads. A system whose file differs prints other names, or numbers.
 */
const names: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  3: 'ggp',
  4: 'ipencap',
  5: 'st',
  6: 'tcp',
  8: 'egp',
  9: 'igp',
  12: 'pup',
  17: 'udp',
  20: 'hmp',
  22: 'xns-idp',
  27: 'rdp',
  29: 'iso-tp4',
  33: 'dccp',
  36: 'xtp',
  37: 'ddp',
  38: 'idpr-cmtp',
  41: 'ipv6',
  43: 'ipv6-route',
  44: 'ipv6-frag',
  45: 'idrp',
  46: 'rsvp',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  57: 'skip',
  58: 'ipv6-icmp',
  59: 'ipv6-nonxt',
  60: 'ipv6-opts',
  73: 'rspf',
  81: 'vmtp',
  88: 'eigrp',
  89: 'ospf',
  93: 'ax.25',
  94: 'ipip',
  97: 'etherip',
  98: 'encap',
  103: 'pim',
  108: 'ipcomp',
  112: 'vrrp',
  115: 'l2tp',
  124: 'isis',
  132: 'sctp',
  133: 'fc',
  135: 'mobility-header',
  136: 'udplite',
  137: 'mpls-in-ip',
  138: 'manet',
  139: 'hip',
  140: 'shim6',
  141: 'wesp',
  142: 'rohc',
  143: 'ethernet',
}

/** Names that iptables takes beside those (xtables_chain_protos of libxtables, aliases of /etc/protocols). */
const aliases: Readonly<Record<string, number>> = {
  all: 0,
  icmpv6: 58,
  'ipv6-mh': 135,
  mh: 135,
}

const numbers = new Map([
  ...Object.entries(names).map(([number, name]) => [name, Number(number)] as const),
  ...Object.entries(aliases),
])

/** `tcp` for 6; the number as text where there is no name. */
export function protocolName(number: number): string {
  return names[number] ?? String(number)
}

/** 6 for `tcp` and `6`; undefined when it is neither a name that we know nor a number of eight bits. */
export function protocolNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) < 256 ? Number(text) : undefined
  return numbers.get(text.toLowerCase())
}
