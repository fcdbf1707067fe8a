/** How a source is read, and the command that an operator would have typed. */
export type Reading = { readonly source: string; readonly how: string; readonly sameAs: string }

/** By the beginning of the source's name; the first that fits. */
export const readings: readonly Reading[] = [
  { source: 'rtnl.links', how: 'netlink: dump of RTM_GETLINK', sameAs: 'ip -d -s link' },
  { source: 'rtnl.addresses', how: 'netlink: dump of RTM_GETADDR', sameAs: 'ip addr' },
  { source: 'rtnl.routes', how: 'netlink: dump of RTM_GETROUTE', sameAs: 'ip route show table all' },
  { source: 'rtnl.rules', how: 'netlink: dump of RTM_GETRULE', sameAs: 'ip rule' },
  { source: 'rtnl.neighbours', how: 'netlink: dump of RTM_GETNEIGH', sameAs: 'ip neigh' },
  { source: 'rtnl.fdb', how: 'netlink: dump of RTM_GETNEIGH for AF_BRIDGE', sameAs: 'bridge fdb' },
  { source: 'rtnl.nsids', how: 'netlink: dump of RTM_GETNSID', sameAs: 'ip netns list-id' },
  { source: 'nft', how: 'netlink: dumps of nf_tables', sameAs: 'nft list ruleset, iptables-nft-save -c' },
  { source: 'xtables', how: 'getsockopt on a raw socket', sameAs: 'iptables-legacy-save -c' },
  {
    source: 'ipvs',
    how: 'generic netlink: IPVS_CMD_GET_SERVICE and IPVS_CMD_GET_DEST',
    sameAs: 'ipvsadm -Ln --stats',
  },
  {
    source: 'xfrm',
    how: 'netlink: dumps of XFRM_MSG_GETSA and XFRM_MSG_GETPOLICY',
    sameAs: 'ip xfrm state, ip xfrm policy',
  },
  { source: 'sock', how: 'netlink: dump of SOCK_DIAG_BY_FAMILY', sameAs: 'ss -lntup' },
  { source: 'proc.sysctls', how: 'files below /proc/sys/net', sameAs: 'sysctl -a' },
  { source: 'proc.conntrack', how: 'files below /proc/sys/net/netfilter', sameAs: 'conntrack -C' },
]
