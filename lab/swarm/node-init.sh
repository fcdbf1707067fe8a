#!/bin/bash
# node-init.sh NAME ADDRESS HOME   the first process of a node: gives it file systems of its own, and reaps orphans.
# HOME/ready appears when Docker can be started.
set -e
name=$1 address=$2 home=$3
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# A cgroup that has processes of its own cannot pass its controllers on (cgroups(7), "no internal processes"); whoever
# started us is about to leave it.
mkdir /sys/fs/cgroup/init
echo 1 >/sys/fs/cgroup/init/cgroup.procs
for ((try = 0; try < 250; try++)); do
  echo '+cpu +memory +pids +io' 2>/dev/null >/sys/fs/cgroup/cgroup.subtree_control && break
  sleep 0.02
done
mount --bind "$home/run" /run
mkdir -p /var/lib/docker /run/netns
mount -t tmpfs docker /var/lib/docker
hostname "$name"
printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" >"$home/hosts"
mount --bind "$home/hosts" /etc/hosts
ip link set lo up
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0
: >"$home/ready"
# Bash reaps what is left without a parent while it waits.
while :; do
  sleep 3600 &
  wait
done
