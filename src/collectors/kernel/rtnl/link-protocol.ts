/** ETH_P_* (linux/if_ether.h) that VLANs use, in iproute2's words; any other as its number in brackets. */
export function ethernetProtocol(protocol: number): string {
  if (protocol === 0x8100) return '802.1Q'
  if (protocol === 0x88a8) return '802.1ad'
  return `[${protocol}]`
}
