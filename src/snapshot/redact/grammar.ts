/**
 * The words of iptables, nft, ipvsadm, iproute2 and of Docker's states: they tell how a network is made, never whose it is.
 * A word that is missing here becomes a pseudonym, which is safe.
 */
export const grammar: ReadonlySet<string> = new Set(
  `802.1Q 802.1ad 802.1D
  ABORT ACCEPT ACK ALL ANYCAST ASCONF ASCONF_ACK ASSURED BE BLACKHOLE BROADCAST CHAIN CHECKSUM CLASSIFY CLOSE
  CLOSEREQ CONFIRMED CONNMARK COOKIE_ACK COOKIE_ECHO CT DATA DATAACK DEFAULT DNAT DROP DSCP ECN_CWR ECN_ECNE EF
  ERROR ESTABLISHED EXPECTED FIN FORWARD FORWARD_TSN HEARTBEAT HEARTBEAT_ACK HL INIT INIT_ACK INPUT INVALID I_DATA
  I_FORWARD_TSN LOCAL LOG MARK MASQUERADE MULTICAST NAT NEW NFLOG NFQUEUE NONE NOTRACK ORIGINAL OUTPUT PAD
  POSTROUTING PREROUTING PROHIBIT PSH QUEUE REDIRECT REJECT RELATED REPLY REQUEST RESET RESPONSE RETURN RE_CONFIG
  RST SACK SEEN_REPLY SET SHUTDOWN SHUTDOWN_ACK SHUTDOWN_COMPLETE SNAT SYN SYNC SYNCACK TCPMSS THROW TOS TPROXY
  TRACE TTL UNICAST UNREACHABLE UNSPEC UNTRACKED URG XRESOLVE Monday Tuesday Wednesday Thursday Friday Saturday
  Sunday above accept ack ackseq add addr-unreach addr-unreachable address-mask-reply address-mask-request
  address-unreachable addrtype adm-prohibited admin-prohib admin-prohibited af11 af12 af13 af21 af22 af23 af31
  af32 af33 af41 af42 af43 ah alert all and anonymous any anycast arp arp_op assured audit average avgpkt bitwise
  blackhole bpf break bridge broadcast burst bypass byteorder bytes cgroup cgroupsv2 cgroupv2 chain checksum
  clamp-to-pmtu classid closereq cmp code comment communication-prohibited comp concat confirmed connection
  connlimit connmark conntrack constant continue count counter cpi cpu crit cs0 cs1 cs2 cs3 cs4 cs5 cs6 cs7
  csumcov ct ct_dir ct_event ct_label ct_state ct_status cwr daddr data dataack day dccp dccp_pkttype ddp debug
  dec dei del delete destination destination-unreachable destroy devgroup direction dnat doff dormant dport drop
  dscp dst dstip dstport dup dying dynamic dynset echo-reply echo-request ecn ect0 ect1 ef egp egress eigrp either
  element elements emerg encap eq err error esp established ether ether_addr ether_type etherip ethernet event
  exist exists expectation expected expiration expires expr exthdr fanout fib fib_addrtype fin flags flow
  flow_offload flowlabel flush forward frag frag-needed frag-off fragmentation-needed fully-random fwd gateway
  geneve ggp gid goto gre group gt gte hash hashlimit hbh hdrlength helper hip hl hlen hmp hold hook hoplimit
  host-prohib host-prohibited host-unreach host-unreachable hour htype ibrname ibrpvid ibrvproto icmp
  icmp-admin-prohibited icmp-host-prohibited icmp-host-unreachable icmp-net-prohibited icmp-net-unreachable
  icmp-port-unreachable icmp-proto-unreachable icmp6 icmp6-addr-unreachable icmp6-adm-prohibited icmp6-no-route
  icmp6-policy-fail icmp6-port-unreachable icmp6-reject-route icmp_code icmp_type icmpv6 icmpv6_code icmpv6_type
  icmpx icmpx_code id idpr-cmtp idrp iface_index iface_type ifname igmp igmp_type igp ih iif iifgroup iifkind
  iifname iiftype immediate in inc inet inet_proto inet_service info info-reply info-request ingress inner input
  integer interval interval-end inv invalid ip ip6 ipcomp ipencap ipgre ipip iprange ipsec ipv4 ipv4_addr ipv6
  ipv6-frag ipv6-icmp ipv6-mh ipv6-nonxt ipv6-opts ipv6-route ipv6_addr ipvs isis iso-tp4 jhash jump kbytes l2tp
  l3proto l4proto label last left length level limit list ll ll_addr local log lookup loopback loose lshift lt lte
  mac manet map map-ips mark mask mask-xor masq masquerade match max maximize-reliability maximize-throughput
  maxseg mbytes membership-query meta mh mh_type min minimize-cost minimize-delay minute missing mobility-header
  mode month mpls-in-ip mrt mss mtu multicast multiport name nat ne neighbor-advertisement neighbor-solicitation
  neighbour-advertisement neighbour-solicitation neq net-prohib net-prohibited net-unreach net-unreachable netdev
  netmap network network-unreachable never new nexthdr nexthop nf_proto nflog nfproto nftrace no-route none
  normal-service not-ect notice notrack nth ntoh number numgen objref of offload oif oifgroup oifkind oifname
  oiftype only operation option options or order orig original osf other out output over owner packet-too-big
  packets parameter-problem payload pcp performance period persistent physdev pim pkt_type pkttype policy
  policy-fail port port-unreach port-unreachable postrouting prefix prerouting present prio priority private
  prohibit prot-unreachable proto-dst proto-src proto-unreach protocol protocol-unreachable psh ptype pup queue
  quota random range rate rcheck rdp realm reap recent redir redirect reject reject-route related remove reply
  reqid request reserved reset response restore return right rohc router-advertisement router-renumbering
  router-solicitation rpfilter rshift rspf rst rsvp rt rtclassid rule sack sack-perm saddr save sctp sdif sdifname
  sec second seconds secmark secpath seen-reply seg-left seqadj sequence set shim6 side size skgid skip skuid snat
  socket source source-quench spi sport src srcip srcport state states statistic status string symhash syn synack
  sync syncack synproxy table target tcp tcp-reset tcp-rst tcpopt th threshold time time-exceeded timeout
  timestamp timestamp-reply timestamp-request to tos tproxy transparent transport tsecr tsval ttl ttl-exceeded
  tunnel type u32 udp udplite uid unicast unit unknown unreachable unspec untracked update upto urg urgptr used
  verdict version vlan vmap vmtp vrrp vtag vxlan warn warning week wildcard window with within wscale xfrm xns-idp
  xor xresolve xt xtp zone rr wrr lc wlc lblc lblcr sh dh sed nq fo ovf twos ops sh-fallback sh-port mh-fallback
  mh-port droute gue yes no on off true false auto l2 l3 l3s vepa passthru balance-rr active-backup balance-xor
  802.3ad balance-tlb balance-alb layer2 unset inherit forwarding disabled listening learning blocking cubic reno
  bbr dctcp fq fq_codel pfifo_fast noqueue noop mq htb sfq main default boot kernel static dhcp bird zebra ra
  throw link site host global nowhere healthy unhealthy starting running exited created paused restarting removing
  dead active inactive ready down drain pause manager worker leader reachable pending locked vip dnsrr
`.split(/\s+/),
)
