# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A Slurm from its own source tree, built into /usr/local of a chroot: for
# versions that no Debian has as packages, and for those whose packages outlived
# their source in the archive.  To be sourced after setup.sh and chroot.sh.  Who
# builds or tests in there says
#
#   SLURM_INSTALLED=yes SLURM_SOURCE=$(slurm_build_tree VERSION)

# What Slurm's configure looks for, as far as tests have a use for it: munge, the
# completion plugins with libcurl, Lua scripts.
SLURM_BUILD_PACKAGES=(gcc libc6-dev make pkg-config python3 munge libmunge-dev libjson-c-dev
  libcurl4-openssl-dev liblua5.4-dev libdbus-1-dev)

# The tree of that version, as it is called in the chroot.
slurm_build_tree() { # VERSION
  echo "/usr/local/src/slurm-$1"
}

# slurm_build ROOT SOURCE: builds and installs it, unless that was done before.  A
# chroot holds one Slurm: where another one is, or was begun, this fails.
slurm_build() {
  local root=$1 source=$2 version other
  version=$(setup_tree_version "$source") || return
  [[ ! -e $root/usr/local/src/built-$version ]] || return 0
  other=$(find "$root/usr/local/src" -maxdepth 1 -name 'slurm-*' ! -name "slurm-$version" -print -quit)
  if [[ -n $other ]]; then
    echo "error: $root already has a Slurm of its own, ${other##*/}: remove that directory first" >&2
    return 1
  fi
  setup_quietly "packages to build Slurm with" chroot_alone "$root" \
    apt-get install -y --no-install-recommends "${SLURM_BUILD_PACKAGES[@]}" || return
  setup_quietly "copy of the source tree" slurm_build_copy "$root" "$source" "$version" || return
  setup_quietly "Slurm $version from source" chroot_alone "$root" bash -c \
    "$(declare -f slurm_build_inside slurm_build_make); slurm_build_inside $version" || return
  setup_as_root touch "$root/usr/local/src/built-$version"
}

slurm_build_copy() { # ROOT SOURCE VERSION
  local tree
  tree=$1$(slurm_build_tree "$3")
  setup_as_root rm -rf "$tree" && setup_as_root mkdir -p "$tree" &&
    tar -C "$2" --exclude=.git -cf - . | setup_as_root tar -C "$tree" --no-same-owner -xf -
}

# In the chroot.  Slurm's own `make` would build manuals, the database daemon, the
# parsers of the REST API and a hundred plugins for hardware, which takes most of
# the time: only what a private cluster runs is built, and no second copy of each
# object for static libraries.
slurm_build_inside() { # VERSION
  set -euo pipefail
  local part plugin
  mkdir -p "/usr/local/src/build-$1" && cd "/usr/local/src/build-$1"
  [[ -e config.status ]] || "../slurm-$1/configure" --prefix=/usr/local --sysconfdir=/etc/slurm \
    --disable-static --disable-dependency-tracking --disable-debug --disable-x11 --disable-sview \
    --enable-multiple-slurmd --with-munge --without-hdf5 --without-pmix --without-rdkafka \
    CFLAGS='-O1 -w' >/dev/null
  make install-pkgincludeHEADERS
  for part in common interfaces conmgr bcast curl lua api plugins stepmgr slurmctld slurmd sbatch srun \
    salloc scontrol squeue sinfo scancel sacct scrontab sattach sbcast; do
    if [[ $part != plugins ]]; then
      slurm_build_make "src/$part"
      continue
    fi
    for plugin in src/plugins/*/; do
      [[ $plugin =~ /(accounting_storage|acct_gather|burst_buffer|data_parser|openapi|ext_sensors) ]] ||
        slurm_build_make "$plugin"
    done
  done
  ldconfig
  cd / && rm -rf "/usr/local/src/build-$1"
}

# Not every version has every part.
slurm_build_make() { # DIRECTORY
  [[ -f $1/Makefile ]] || return 0
  make -s -C "$1" -j"$(nproc)" && make -s -C "$1" install
}
