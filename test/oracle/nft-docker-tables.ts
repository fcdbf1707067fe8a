/**
 * Tables as dockerd's nftables backend makes them (29.x): resolver and bridges of a sandbox's host, overlay encryption,
 * and the load balancer of the pull requests after 29.6. Input for `nft -f`.
 */
export const dockerTables = `
table ip docker-dns {
  chain dns-dnat {
    type nat hook output priority -100; policy accept;
    ip daddr 127.0.0.11 udp dport 53 counter dnat to 127.0.0.11:45123
    ip daddr 127.0.0.11 tcp dport 53 counter dnat to 127.0.0.11:40001
  }
  chain dns-snat {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 127.0.0.11 udp sport 45123 counter snat to 127.0.0.11:53
    ip saddr 127.0.0.11 tcp sport 40001 counter snat to 127.0.0.11:53
  }
}
table ip docker-bridges {
  map filter-forward-in-jumps { type ifname : verdict; elements = { "docker0" : jump filter-forward-in__docker0, "br-a1b2c3d4e5f6" : jump filter-forward-in__br } }
  map filter-forward-out-jumps { type ifname : verdict; elements = { "docker0" : jump filter-forward-out__docker0 } }
  map nat-postrouting-in-jumps { type ifname : verdict; elements = { "docker0" : jump nat-postrouting-in__docker0 } }
  map nat-postrouting-out-jumps { type ifname : verdict; elements = { "docker0" : jump nat-postrouting-out__docker0 } }
  chain filter-FORWARD {
    type filter hook forward priority filter; policy accept;
    oifname vmap @filter-forward-in-jumps
    iifname vmap @filter-forward-out-jumps
  }
  chain nat-OUTPUT {
    type nat hook output priority -100; policy accept;
    ip daddr != 127.0.0.0/8 fib daddr type local counter jump nat-prerouting-and-output
  }
  chain nat-POSTROUTING {
    type nat hook postrouting priority srcnat; policy accept;
    iifname vmap @nat-postrouting-out-jumps
    oifname vmap @nat-postrouting-in-jumps
  }
  chain nat-PREROUTING {
    type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local counter jump nat-prerouting-and-output
  }
  chain nat-prerouting-and-output {
    iifname != "docker0" tcp dport 8080 counter dnat to 172.17.0.2:80 comment "DNAT"
    ip daddr 192.0.2.1 udp dport 53 counter dnat to 172.17.0.2:53 comment "DNAT"
  }
  chain raw-PREROUTING {
    type filter hook prerouting priority raw; policy accept;
    ip daddr 172.17.0.2 iifname != "docker0" counter drop comment "DROP DIRECT ACCESS"
    ip daddr 127.0.0.1 tcp dport 8080 iifname != "lo" counter drop comment "LOOPBACK"
  }
  chain filter-forward-in__docker0 {
    ct state established,related counter accept
    iifname "docker0" counter accept comment "ICC"
    ip daddr 172.17.0.2 tcp dport 80 counter accept
    icmp type { destination-unreachable, echo-request } counter accept comment "ICMP"
    counter drop comment "UNPUBLISHED PORT DROP"
  }
  chain filter-forward-in__br {
    ct state established,related counter accept
    iifname "br-a1b2c3d4e5f6" counter drop comment "INTERNAL NETWORK INGRESS"
  }
  chain filter-forward-out__docker0 {
    ct state established,related counter accept
    counter accept comment "OUTGOING"
  }
  chain nat-postrouting-in__docker0 {
    ip saddr 172.17.0.2 ip daddr 172.17.0.2 tcp dport 80 counter masquerade
  }
  chain nat-postrouting-out__docker0 {
    oifname != "docker0" ip saddr 172.17.0.0/16 counter masquerade comment "MASQUERADE"
  }
}
table ip6 docker-bridges {
  chain filter-forward-in__docker0 {
    ct state established,related counter accept
    ip6 daddr fd00::2 tcp dport 80 counter accept
    meta l4proto ipv6-icmp counter accept comment "ICMP"
  }
  chain nat-prerouting-and-output {
    tcp dport 8080 counter dnat to [fd00::2]:80 comment "DNAT"
  }
  chain nat-postrouting-out__docker0 {
    type nat hook postrouting priority srcnat; policy accept;
    oifname != "docker0" ip6 saddr fd00::/64 counter masquerade comment "MASQUERADE"
  }
}
table ip docker-overlay {
  set encrypted-vnis { typeof @th,96,24; elements = { 0x001001, 0x001002 } }
  chain enc-out {
    type route hook output priority mangle; policy accept;
    udp dport 4789 @th,96,24 @encrypted-vnis counter meta mark set 0xd0c4e3
  }
  chain enc-in {
    type filter hook input priority raw; policy accept;
    udp dport 4789 @th,96,24 @encrypted-vnis meta secpath missing counter drop
  }
}
table ip docker-lb-nat {
  map nat-service-vip {
    typeof ip daddr . numgen random mod 65536 : ip daddr
    flags interval
    elements = { 10.0.0.2 . 0-32767 : 10.0.0.3, 10.0.0.2 . 32768-65535 : 10.0.0.4 }
  }
  map nat-publish-port {
    typeof meta l4proto . th dport . numgen random mod 65536 : ip daddr
    flags interval
    elements = { tcp . 80 . 0-65535 : 10.255.0.5, udp . 53 . 0-65535 : 10.255.0.6 }
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    dnat to ip daddr . numgen random mod 65536 map @nat-service-vip
    dnat to meta l4proto . th dport . numgen random mod 65536 map @nat-publish-port
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ct status dnat counter masquerade
  }
}
table ip docker-container-ingress {
  map published-ports { type inet_proto . inet_service : inet_service; elements = { tcp . 8080 : 80 } }
  set ingress-ips { type ipv4_addr; elements = { 10.255.0.7 } }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr @ingress-ips meta l4proto { tcp, udp } redirect to meta l4proto . th dport map @published-ports
  }
  chain input {
    type filter hook input priority filter; policy accept;
    ip daddr @ingress-ips ct status != dnat counter reject
  }
}
`
