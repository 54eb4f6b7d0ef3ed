# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What demo.sh and tests/run.sh do first: Debian packages, the source tree of
# the installed Slurm, the build.  Everything that is fetched lands in .cache/
# of this tree, everything that is built in build*/; a second run finds it all
# there and takes seconds.  To be sourced; sets
#
#   SETUP_TOP      this source tree
#   SLURM_SOURCE   the source tree of the installed Slurm, empty where there is
#                  none (setup_slurm_source)
#   OTLP_PROTO_DIR the official OTLP .proto files (setup_otlp_protos)
#
# and takes from the environment
#
#   SLURM_SOURCE     that source tree; else it is asked of the Debian archive
#   SLURM_INSTALLED  yes: Slurm is there, and is no Debian package: none of
#                    Slurm's packages is installed

SETUP_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SETUP_CACHE=$SETUP_TOP/.cache
SETUP_LOG=$SETUP_CACHE/setup.log
mkdir -p "$SETUP_CACHE"

# What the product needs to be built; what a private cluster needs to run.
# shellcheck disable=SC2034 # for the scripts that source this
SETUP_BUILD_PACKAGES=(gcc make autoconf automake libtool pkg-config protobuf-c-compiler
  libprotobuf-c-dev libcurl4-openssl-dev libjson-c-dev libxxhash-dev zlib1g-dev libslurm-dev)
# shellcheck disable=SC2034
SETUP_CLUSTER_PACKAGES=(slurmctld slurmd slurm-client munge jq procps)

setup_die() {
  echo "error: $*" >&2
  exit 1
}

# setup_quietly WHAT COMMAND...: one line of progress with its time; the
# output only when it fails.
setup_quietly() {
  local what=$1 start=$SECONDS
  shift
  printf '  %-44s' "$what"
  if "$@" >"$SETUP_LOG" 2>&1 </dev/null; then
    printf ' %3d s\n' $((SECONDS - start))
    return 0
  fi
  printf ' failed\n'
  tail -n 60 "$SETUP_LOG" >&2
  echo "error: $what: failed; the whole output is in $SETUP_LOG" >&2
  return 1
}

setup_as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

# For scripts that need sudo again later, where nobody can be asked, in a process
# group of its own or after sudo has forgotten: asks now, and has sudo remember
# until this shell ends.
setup_keep_sudo() {
  [[ $(id -u) -ne 0 ]] && command -v sudo >/dev/null || return 0
  ! sudo -k -n true 2>/dev/null || return 0 # no password
  sudo -v || return 0 # who needs it says so
  while sleep 30 && kill -0 $$ && sudo -n -v; do :; done >/dev/null 2>&1 </dev/null &
}

# The files of this tree as they are now, by their paths in it, each with a NUL at
# its end: those that git does not ignore; without git, all but what a build made.
setup_tree_files() (
  cd "$SETUP_TOP" || exit
  if [[ -e .git ]] && git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard
  else
    find . \( -path ./.cache -o -path './build*' -o -path ./autom4te.cache -o -path ./debian \) -prune -o \
      \( -type f -o -type l \) -printf '%P\0'
  fi | while IFS= read -r -d '' file; do
    [[ ! -e $file && ! -L $file ]] || printf '%s\0' "$file"
  done
)

setup_missing() {
  local package installed
  installed=$'\n'$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null)$'\n' || true
  for package; do
    [[ $installed == *$'\n'"installed $package"$'\n'* ]] || printf '%s ' "$package"
  done
}

# The packages that SLURM_INSTALLED leaves of those given.
setup_wanted_packages() {
  local package
  for package; do
    [[ ${SLURM_INSTALLED:-} == yes && $package == *slurm* ]] || printf '%s\n' "$package"
  done
}

# setup_packages PACKAGE...: installs those that are missing, and says so.
# Debian starts the daemons it installs; a host that only tests does not want
# that, so policy-rc.d forbids it for the moment where nothing else does.  Nothing
# is removed for it: where packages conflict, that is for the user to decide.
setup_packages() {
  local missing
  command -v dpkg-query >/dev/null ||
    setup_die "this script installs Debian packages; elsewhere, install what README.md lists and run ./configure"
  # shellcheck disable=SC2046 # words
  missing=$(setup_missing $(setup_wanted_packages "$@"))
  [[ -n $missing ]] || return 0
  echo "  installing: $missing"
  [[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null ||
    setup_die "not root and no sudo; install them first: apt-get install $missing"
  setup_quietly "apt-get update" setup_as_root apt-get update || exit 1
  # shellcheck disable=SC2086
  setup_quietly "apt-get install" setup_install $missing || exit 1
}

# In a subshell, for traps of its own: whatever ends it, policy-rc.d goes.
setup_install() (
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'setup_as_root rm -f "$policy"' EXIT
    trap 'exit 130' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' | setup_as_root tee "$policy" >/dev/null
    setup_as_root chmod 755 "$policy"
  fi
  setup_as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends --no-remove "$@"
)

# apt-get with sources, lists and cache of our own: the machine's own setup
# stays as it is.  The mirror is the one the machine uses for its release.  A list
# that can not be had is an error here: nothing must be missing for want of it.
setup_private_apt() {
  local dir=$SETUP_CACHE/apt codename site suite
  if [[ ! -s $dir/debian.list ]]; then
    mkdir -p "$dir/lists/partial" "$dir/archives/partial"
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016 # apt's own variables
    site=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' |
      awk -v release="$codename" '$2 == release && $3 == "main" { print $1; exit }')
    [[ -n $site ]] || setup_die "no Debian mirror for $codename in this machine's apt sources"
    # where opentelemetry-proto is: since trixie in the release itself
    suite=$codename
    [[ $codename != bookworm ]] || suite=bookworm-backports
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg
    printf '%s [signed-by=%s] %s %s main\n' deb-src "$keys" "$site" "$codename" \
      deb "$keys" "$site" "$suite" >"$dir/debian.list.new"
    mv "$dir/debian.list.new" "$dir/debian.list"
  fi
  apt-get -q -o Dir::Etc::sourcelist="$dir/debian.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$dir/lists" -o Dir::Cache="$dir" -o APT::Sandbox::User="$(id -un)" \
    -o APT::Update::Error-Mode=any "$@"
}

# The version of the Slurm whose headers the compiler finds: 22.05.8.  Of a Slurm
# outside the compiler's directories: CPPFLAGS=-I... in the environment.
setup_slurm_version() {
  local number
  # shellcheck disable=SC2086 # words
  number=$(echo '#include <slurm/slurm_version.h>' | ${CC:-cc} ${CPPFLAGS:-} -E -dM - 2>/dev/null |
    sed -n 's/^#define SLURM_VERSION_NUMBER //p') || true
  [[ $number =~ ^0x[0-9a-fA-F]+$ ]] ||
    setup_die "no slurm/slurm_version.h: Slurm's headers are not installed (Debian: libslurm-dev)"
  printf '%02d.%02d.%d\n' $((number >> 16 & 255)) $((number >> 8 & 255)) $((number & 255))
}

# The version that a source tree says it is, by its META.
setup_tree_version() { # DIRECTORY
  awk '{ of[$1] = $2 } END { printf "%02d.%02d.%d\n", of["Major:"], of["Minor:"], of["Micro:"] }' "$1/META"
}

# jobcomp_otel.so reads Slurm's job record, so it needs the source tree of
# exactly the installed version; without one, all else is built.
setup_slurm_source() {
  local version
  version=$(setup_slurm_version) || exit 1
  if [[ -n ${SLURM_SOURCE:-} ]]; then
    setup_check_source "$version"
  else
    setup_archived_source "$version"
  fi
  export SLURM_SOURCE
}

setup_check_source() { # VERSION
  local tree
  [[ -f $SLURM_SOURCE/META ]] || setup_die "SLURM_SOURCE=$SLURM_SOURCE: no source tree of Slurm (it has no META)"
  SLURM_SOURCE=$(cd "$SLURM_SOURCE" && pwd)
  tree=$(setup_tree_version "$SLURM_SOURCE")
  [[ $tree == "$1" ]] ||
    setup_die "SLURM_SOURCE=$SLURM_SOURCE is Slurm $tree, but Slurm $1 is installed: the job record differs between micro releases"
}

# Sets SLURM_SOURCE to what the archive has, or had at an earlier run.  That it has
# none is believed for a day, and as long as it does not answer.
setup_archived_source() { # VERSION
  local none=$SETUP_CACHE/slurm-$1.none
  SLURM_SOURCE=$SETUP_CACHE/slurm-$1
  [[ ! -f $SLURM_SOURCE/META ]] || return 0
  [[ -n $(find "$none" -mtime -1 2>/dev/null) ]] ||
    setup_quietly "source tree of Slurm $1, from the archive" setup_ask_archive "$1" "$none" ||
    [[ -e $none ]] || exit 1
  [[ ! -f $SLURM_SOURCE/META ]] || return 0
  SLURM_SOURCE=
  echo "  no source tree of Slurm $1 in the archive (SLURM_SOURCE=DIR gives one): jobcomp/otel is not built"
}

# Fails where the archive does not answer, not where it has none.
setup_ask_archive() { # VERSION FILE
  setup_private_apt update || return
  setup_fetch_slurm "$1" || touch "$2"
}

setup_fetch_slurm() {
  local version=$1 dir=$SETUP_CACHE/fetch.$$
  rm -rf "$dir" && mkdir -p "$dir/tree"
  if (cd "$dir" && setup_private_apt source --download-only --tar-only slurm-wlm) &&
    tar -xf "$dir"/slurm-wlm_"$version"*.orig.tar.* -C "$dir/tree" --strip-components=1 &&
    [[ $(setup_tree_version "$dir/tree") == "$version" ]]; then
    mv "$dir/tree" "$SETUP_CACHE/slurm-$version" && rm -rf "$dir"
  else
    rm -rf "$dir"
    return 1
  fi
}

# The .proto files that tests decode with.
setup_otlp_protos() {
  local dir=$SETUP_CACHE/opentelemetry-proto
  OTLP_PROTO_DIR=$dir/usr/include
  [[ -d $OTLP_PROTO_DIR ]] ||
    setup_quietly "official OTLP schema (opentelemetry-proto)" setup_fetch_protos "$dir" || exit 1
  export OTLP_PROTO_DIR
}

setup_fetch_protos() {
  local fetch=$SETUP_CACHE/fetch.$$
  rm -rf "$fetch" "$1" && mkdir -p "$fetch"
  setup_private_apt update && (cd "$fetch" && setup_private_apt download opentelemetry-proto) &&
    dpkg-deb -x "$fetch"/opentelemetry-proto_*.deb "$1.new" && mv "$1.new" "$1" && rm -rf "$fetch"
}

# Anything that a configure run read is newer than its result.
setup_stale() { # RESULT
  [[ ! -e $1 ]] || [[ -n $(find "$SETUP_TOP" -maxdepth 4 \( -name '*.mk' -o -name '*.am' -o \
    -name '*.ac' -o -name '*.m4' \) -not -path "*/.cache/*" -not -path '*/build*/*' \
    -not -path '*/m4/l*' -not -name aclocal.m4 -newer "$1" -print -quit) ]]
}

# setup_build DIRECTORY WHAT [CONFIGURE-OPTION...]: configures and builds out
# of tree, and installs into DIRECTORY/stage.
setup_build() {
  local dir=$SETUP_TOP/$1 what=$2
  setup_configured "$@"
  setup_quietly "make ($what)" make -C "$dir" -j"$(nproc)" || exit 1
  setup_quietly "make install ($what)" make -C "$dir" install || exit 1
}

setup_autoreconf() {
  ! setup_stale "$SETUP_TOP/configure" ||
    setup_quietly "autoreconf" autoreconf -fi "$SETUP_TOP" || exit 1
}

# setup_configured, as setup_build, but builds nothing.  Other options than
# last time mean another configure run.
setup_configured() {
  local dir=$SETUP_TOP/$1 what=$2
  shift 2
  setup_autoreconf
  if [[ "$SETUP_TOP/configure" -nt $dir/config.status ||
    $(cat "$dir/configured-with" 2>/dev/null) != "$(setup_configured_with "$@")" ]]; then
    mkdir -p "$dir"
    setup_quietly "configure ($what)" setup_configure "$dir" "$@" || exit 1
  fi
}

setup_configured_with() {
  echo "Slurm $(setup_slurm_version) $SLURM_SOURCE $*"
}

# What is installed goes: it may be of another Slurm, or not be built this time.
setup_configure() (
  dir=$1
  shift
  cd "$dir" || return
  rm -rf stage
  "$SETUP_TOP/configure" --prefix="$dir/stage" ${SLURM_SOURCE:+"--with-slurm-source=$SLURM_SOURCE"} "$@" &&
    setup_configured_with "$@" >configured-with
)
