# Sourced. own_apt FOLDER MIRROR SUITE   gives apt-get and apt-cache a configuration of their own, in FOLDER, that knows one
# suite only: the machine's sources and lists stay as they are.
own_apt() {
  mkdir -p "$1/apt/lists/partial" "$1/apt/archives/partial"
  : >"$1/apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $2 $3 main" >"$1/apt/sources.list"
  cat >"$1/apt/conf" <<conf
Dir::Etc::sourcelist "$1/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$1/apt";
Dir::State::status "$1/apt/status";
Dir::Cache "$1/apt";
APT::Sandbox::User "root";
Acquire::Languages "none";
conf
  export APT_CONFIG="$1/apt/conf"
  apt-get -qq update
}
