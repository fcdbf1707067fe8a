/** How long the prefix of an IPv4 network of the test is in IPv6, by the network's first number. */
const lengths: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  10: { 9: 17, 16: 32, 24: 64 },
  192: { 25: 121 },
  198: { 24: 48 },
}

/** Address by address: those of router.ts become those of router6.ts. */
function address6(address: string): string {
  const [first, second, third = 0, last = 0] = address.split('.').map(Number)
  const end = last === 0 ? '' : last.toString(16)
  switch (first) {
    case 127:
      return '::1'
    case 192:
      return `2001:db8:1::${end}`
    case 198:
      return last === 200 ? '2001:db8:2:8000::1' : `2001:db8:2::${end}`
    case 203:
      return `2001:db8:3::${end}`
    case 100:
      return `2001:db8:4::${end}`
    default: {
      const net = second === 0 ? '' : `:${second}`
      return `fd00${net}${third === 0 ? '' : `:${third.toString(16)}`}::${end}`
    }
  }
}

const words: readonly (readonly [RegExp, string])[] = [
  [/\bip ttl\b/g, 'ip6 hoplimit'],
  [/\bip protocol\b/g, 'ip6 nexthdr'],
  [/\bip (saddr|daddr|dscp|length)\b/g, 'ip6 $1'],
  [/\bicmp type\b/g, 'icmpv6 type'],
  [/\becho-request, 13\b/g, 'echo-request, 139'],
  [/\bicmp\b/g, 'ipv6-icmp'],
]

/** A rule about IPv4 of native-rules.ts as one about IPv6. */
export function inIpv6(rule: string, family: 'ip6' | 'inet'): string {
  const worded = words.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), rule)
  const told = family === 'inet' ? worded.replaceAll(/\b([ds]nat) to\b/g, '$1 ip6 to') : worded
  return told.replaceAll(
    /((\d+)\.\d+\.\d+\.\d+)(\/\d+)?(:\d+)?/g,
    (_, address: string, first: string, prefix: string | undefined, port: string | undefined) => {
      const plain = address6(address)
      if (prefix !== undefined) return `${plain}/${lengths[first]?.[prefix.slice(1)] ?? 64}`
      return port === undefined ? plain : `[${plain}]${port}`
    },
  )
}
