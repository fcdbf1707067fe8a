#!/bin/sh
# build-kernel.sh FOLDER MIRROR SUITE   builds FOLDER/linux with FOLDER/uml.config from the newest linux-source of SUITE.
set -eu
. "$(dirname "$0")/apt.sh"
folder=$1 mirror=$2 suite=$3
work=$folder/work
mkdir -p "$work/source"
own_apt "$work" "$mirror" "$suite"
package=$(apt-cache search --names-only '^linux-source-[0-9.]+$' | cut -d' ' -f1 | sort -V | tail -n 1)
[ -n "$package" ] || { echo "no linux-source in $suite" >&2; exit 1; }
cd "$work"
apt-get -qq download "$package"
dpkg-deb -x "$package"_*.deb unpacked
tar -xf unpacked/usr/src/"$package".tar.* -C source --strip-components=1
cd source
make -s ARCH=um KCONFIG_ALLCONFIG="$folder/uml.config" allnoconfig
# An option that the source no longer knows, or that lacks what it depends on, would be dropped without a word.
lost=$(grep -E '^CONFIG_[A-Z0-9_]+=y' "$folder/uml.config" | grep -vxFf .config || true)
[ -z "$lost" ] || { echo "not in $package: $lost" >&2; exit 1; }
make -s ARCH=um -j"$(nproc)" linux
strip -o "$folder/linux" linux
cp .config "$folder/config"
echo "$package" >"$folder/source"
cd /
rm -rf "$work"
