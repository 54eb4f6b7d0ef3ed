#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds Debian packages of this tree for the Slurm whose headers (libslurm-dev)
# are installed, on the Debian they are for.  dpkg-buildpackage wants its files
# in debian/ at the top, so it works on a copy.
#
# usage: contrib/debian/build.sh [OUTPUT-DIR]
#   OUTPUT-DIR  where the packages are put (default: the current directory)
#
# From the environment: SLURM_SOURCE, the source tree of that Slurm (default: it
# is fetched from Debian; `none`: there is none, and the controller's package
# has no jobcomp/otel), and DEB_BUILD_OPTIONS.
#
# The packages' version is ours and Slurm's, 0.1.0+slurm24.11.5: built again
# after an upgrade of Slurm they are newer than before.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=contrib/lib/setup.sh
. "$HERE/../lib/setup.sh"

output=${1:-.}
profiles=${DEB_BUILD_PROFILES:-}

copy_tree() { # DIRECTORY
  setup_tree_files | tar -C "$SETUP_TOP" -c --null -T - | tar -x --no-same-owner -C "$1"
}

# A list of changes that is behind is found here, not by a user.
put_debian() { # DIRECTORY SLURM-VERSION
  local version
  version=$(sed -n 's/^AC_INIT(\[[^]]*\], \[\([^]]*\)\].*/\1/p' "$1/configure.ac")
  head -n 1 "$1/contrib/debian/changelog" | grep -qF "slurm-otel ($version)" || {
    echo "contrib/debian/changelog does not begin with version $version" >&2
    return 1
  }
  cp -a "$1/contrib/debian" "$1/debian" && rm "$1/debian/build.sh" &&
    sed -i "1s/($version)/($version+slurm$2)/" "$1/debian/changelog"
}

build() { # DIRECTORY
  cd "$1" && DEB_BUILD_PROFILES=$profiles SLURM_SOURCE=${SLURM_SOURCE:-} \
    dpkg-buildpackage --build=binary --no-sign
}

[[ ${1:-} != -* ]] || {
  sed -n 's/^# \{0,1\}//; /^usage:/,/^  OUTPUT/p' "$0"
  exit 2
}
setup_packages "${SETUP_BUILD_PACKAGES[@]}" build-essential debhelper
if [[ ${SLURM_SOURCE:-} == none ]]; then
  profiles+=" pkg.slurm-otel.nosource"
else
  setup_slurm_source
  [[ -n $SLURM_SOURCE ]] ||
    setup_die "give that source tree, SLURM_SOURCE=DIR, or SLURM_SOURCE=none for a package without jobcomp/otel"
fi
mkdir -p "$output"
output=$(cd "$output" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/slurm-otel"
copy_tree "$work/slurm-otel"
put_debian "$work/slurm-otel" "$(setup_slurm_version)"
setup_quietly "packages for Slurm $(setup_slurm_version)" build "$work/slurm-otel"
cp "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$output/"
ls "$output"/slurm-otel*.deb
