# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Slurm's scrontab, which older packages of Debian leave out: then it is built
# from the source tree of the Slurm that is installed, and linked with its library.

# scrontab_build FILE; fails where it is missing, and source tree or library are, too.
scrontab_build() {
  local dir=$1.build source=${SLURM_SOURCE:-} library
  if library=$(command -v scrontab); then
    ln -s "$library" "$1"
    return
  fi
  library=$(ldd "$(command -v slurmctld)" | awk '/libslurmfull/ { print $3 }')
  [[ -d $source/src/scrontab && -n $library ]] || return
  mkdir -p "$dir/slurm"
  # what Slurm's configure would have made; see jobcomp/local.mk
  touch "$dir/config.h" "$dir/slurm/slurm_version.h"
  (
    cd "$source/src/scrontab" &&
      for text in usage default_crontab; do
        ld -r -o "$dir/$text.o" -z noexecstack --format=binary "$text.txt" || exit
      done
  ) && gcc -w -DSLURM_VERSION_NUMBER=0 -DPACKAGE_VERSION='""' -I"$dir" -I"$source" -o "$1" \
    "$source"/src/scrontab/*.c "$dir"/*.o "$library" -Wl,-rpath,"$(dirname "$library")"
}
