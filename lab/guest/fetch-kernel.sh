#!/bin/sh
# fetch-kernel.sh FOLDER MIRROR SUITE MODULES   puts Debian's own kernel of SUITE into FOLDER for qemu: `vmlinuz`, and
# `initrd`, which loads the modules that the file MODULES names and goes on in the guest's root tree.
set -eu
. "$(dirname "$0")/apt.sh"
folder=$1 mirror=$2 suite=$3 modules=$4
work=$folder/work
mkdir -p "$work/initrd/bin" "$work/initrd/modules" "$work/initrd/proc" "$work/initrd/root"
own_apt "$work" "$mirror" "$suite"
package=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
[ -n "$package" ] || { echo "no linux-image-amd64 in $suite" >&2; exit 1; }
version=${package#linux-image-}
cd "$work"
apt-get -qq download "$package"
dpkg-deb -x "$package"_*.deb unpacked
depmod -b unpacked "$version"
cp "unpacked/boot/vmlinuz-$version" "$folder/vmlinuz"
# What a module needs comes before it; what is built in needs nothing.
while read -r name; do
  case $name in '#'*) continue ;; esac
  modprobe --config /dev/null --dirname unpacked --set-version "$version" --show-depends "$name" >>wanted ||
    { echo "$package has no module $name" >&2; exit 1; }
done <"$modules"
sed -n 's/^insmod \([^ ]*\).*/\1/p' wanted | awk '!seen[$0]++' >files
[ -s files ]
while read -r file; do
  cp "$file" initrd/modules/
  echo "${file##*/}" >>initrd/modules/order
done <files
cp "$(command -v busybox)" initrd/bin/busybox
cat >initrd/init <<'init'
#!/bin/busybox sh
busybox=/bin/busybox
$busybox mount -t proc proc /proc
while read -r module; do
  # One device of its own is what this module would make.
  options=
  [ $module != dummy.ko ] || options=numdummies=0
  $busybox insmod /modules/$module $options || echo "no $module"
done </modules/order
$busybox umount /proc
$busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,noxattr root /root || $busybox poweroff -f
exec $busybox switch_root /root /host/inside/init
init
chmod 755 initrd/init
(cd initrd && find . | cpio --quiet -o -H newc | gzip -1) >"$folder/initrd"
echo "$package" >"$folder/source"
cd /
rm -rf "$work"
