#!/bin/sh
# build-kernel.sh FOLDER MIRROR SUITE   builds FOLDER/linux with FOLDER/uml.config from the newest linux-source of SUITE.
# apt runs with a configuration of its own: the machine's sources and lists stay as they are.
set -eu
folder=$1 mirror=$2 suite=$3
work=$folder/work
mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial" "$work/source"
: >"$work/apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/apt/sources.list"
cat >"$work/apt/conf" <<conf
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$work/apt";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt";
APT::Sandbox::User "root";
Acquire::Languages "none";
conf
export APT_CONFIG="$work/apt/conf"
apt-get -qq update
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
