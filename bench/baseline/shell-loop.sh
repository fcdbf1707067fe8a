#!/bin/sh
# What an operator's loop over a node's namespaces costs: nsenter into each, and every dump by the tool that people know.
# Prints one line of JSON: namespaces, bytes of output, milliseconds.
#
#     bench/baseline/shell-loop.sh DIR [nft|legacy]
#
# It is fair to the loop: one nsenter a namespace, and no ipvsadm where the kernel has no IPVS (it would try to load it).
set -eu
directory=$1
backend=${2:-nft}
export backend
now() { date +%s%N; }

dumps='
ip -d -s link
ip addr
ip route show table all
ip -6 route show table all
ip rule
ip -6 rule
ip neigh
bridge fdb
iptables-$backend-save -c
ip6tables-$backend-save -c
[ ! -e /proc/net/ip_vs ] || ipvsadm -Sn
'

started=$(now)
bytes=$(
  for file in "$directory"/*; do
    nsenter --net="$file" sh -ec "$dumps"
  done | wc -c
)
ended=$(now)
count=$(find "$directory" -mindepth 1 -maxdepth 1 | wc -l)
printf '{"namespaces":%d,"bytes":%d,"ms":%d}\n' "$count" "$bytes" $(((ended - started) / 1000000))
