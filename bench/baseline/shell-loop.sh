#!/bin/sh
# What an operator's loop over a node's namespaces costs: nsenter into each, and every dump by the tool that people know.
# Prints one line of JSON: namespaces, bytes of output, milliseconds.
#
#     bench/baseline/shell-loop.sh DIR [nft|legacy] [whole]
#
# It is fair to the loop: one nsenter a namespace, and no ipvsadm where the kernel has no IPVS (it would try to load it).
# With `whole` it gets what cnmtop gets (xfrm, sockets, both back ends, other nf_tables tables, nsids), and enters for each
# command, as one types it.
set -eu
directory=$1
backend=${2:-nft}
whole=${3:-}
export backend
now() { date +%s%N; }

dumps='ip -d -s link
ip addr
ip route show table all
ip -6 route show table all
ip rule
ip -6 rule
ip neigh
bridge fdb
iptables-$backend-save -c
ip6tables-$backend-save -c
[ ! -e /proc/net/ip_vs ] || ipvsadm -Sn'

more='ip neigh show proxy
ip netns list-id
ip -s xfrm state
ip xfrm policy
ss -Hlntu
nft list ruleset
[ ! -s /proc/net/ip_tables_names ] || iptables-legacy-save -c
[ ! -s /proc/net/ip6_tables_names ] || ip6tables-legacy-save -c'

visit() {
  if [ -z "$whole" ]; then
    nsenter --net="$1" sh -ec "$dumps"
  else
    printf '%s\n%s\n' "$dumps" "$more" | while read -r command; do nsenter --net="$1" sh -ec "$command" </dev/null; done
  fi
}

started=$(now)
bytes=$(for file in "$directory"/*; do visit "$file"; done | wc -c)
ended=$(now)
count=$(find "$directory" -mindepth 1 -maxdepth 1 | wc -l)
printf '{"namespaces":%d,"bytes":%d,"ms":%d}\n' "$count" "$bytes" $(((ended - started) / 1000000))
