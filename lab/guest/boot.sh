#!/bin/bash
# The host's side of a boot, inside the namespaces that contain.sh holds: puts the guest's file system together and runs
# a kernel on it. Ends with the exit status of the guest's command; the last line of the console is `command ended` then, and
# `not started` when it did not even come to the command.
#
# Descriptors: 3 the guest's console, 4 and 5 the command's output and errors. Settings come in as GUEST_*.
# Everything that is mounted here goes away with the mount namespace, so the host's disk sees nothing of it.
set -eu

# All of it is read before any of it runs, so that nobody who works on this file stops a guest.
{
exec 2>&3
mount -t tmpfs -o mode=755,size=0 cnmtop-guest /dev/shm
root=/dev/shm/root
mkdir $root
mount --bind "$GUEST_TREE" $root
mount -o remount,bind,ro $root
mount -t tmpfs -o mode=755 cnmtop-guest $root/host
mkdir $root/host/inside $root/host/job $root/host/shares
mount --bind "$GUEST_INSIDE" $root/host/inside
mount -o remount,bind,ro $root/host/inside
printf '%s\n' "$GUEST_COMMAND" >$root/host/job/command
printf '%s\n' "$GUEST_SETTINGS" >$root/host/job/settings
: >$root/host/job/shares
number=0
while IFS='|' read -r mode folder; do
  [ -n "$folder" ] || continue
  mkdir $root/host/shares/$number
  mount --bind "$folder" $root/host/shares/$number
  [ "$mode" = rw ] || mount -o remount,bind,ro $root/host/shares/$number
  echo "$number|$mode|$folder" >>$root/host/job/shares
  number=$((number + 1))
done <<<"$GUEST_SHARES"

init='init=/host/inside/init panic=-1 quiet loglevel=1'

user_mode_linux() {
  taskset -pc "$GUEST_CPU" $BASHPID >/dev/null
  # Every system call of the guest goes to and fro between two processes of the host. On a busy machine each of them
  # waits for its turn, and nodes of a swarm give each other up. So they come before what else runs on this processor.
  [ "$GUEST_REALTIME" = no ] || chrt --rr -p 1 $BASHPID >/dev/null 2>&1 || true
  # A name that is no program: a kernel that panics runs its own first argument again, and must not find it.
  exec -a cnmtop-guest "$GUEST_KERNEL" mem="$GUEST_MEMORY" seccomp=auto uml_dir=/dev/shm/ umid=guest \
    rootfstype=hostfs rootflags=$root rw $init dummy.numdummies=0 con=null con0=null,fd:3 ssl0=null,fd:4 ssl1=null,fd:5
}

qemu() {
  # qemu opens files by name only, and what we have may be sockets, which nobody can open: so pipes in between.
  mkfifo /dev/shm/output /dev/shm/errors /dev/shm/console
  cat /dev/shm/console >&3 &
  cat /dev/shm/output >&4 &
  cat /dev/shm/errors >&5 &
  local devices=() name
  for name in output errors console; do
    devices+=(-chardev "file,id=$name,path=/dev/shm/$name" -serial "chardev:$name")
  done
  qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp "$GUEST_CPUS" -m "$GUEST_MEMORY" -machine q35 \
    -nodefaults -no-user-config -display none -no-reboot -nic none "${devices[@]}" \
    -fsdev local,id=root,path=$root,security_model=passthrough,multidevs=remap \
    -device virtio-9p-pci,fsdev=root,mount_tag=root -device virtio-rng-pci \
    -kernel "$GUEST_KERNEL/vmlinuz" -initrd "$GUEST_KERNEL/initrd" \
    -append "console=ttyS2 mitigations=off tsc=reliable $init"
  wait
}

($GUEST_MACHINE >&3 2>&1) || true
if read -r status <$root/host/job/status; then
  echo 'command ended' >&3
  exit "$status"
fi 2>/dev/null
[ -e $root/host/job/started ] || echo 'not started' >&3
exit 125
}
