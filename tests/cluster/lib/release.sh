# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A copy of what `make install` put into the stage, for tests that upgrade it
# while it is in use, and a release after it, which says so in its spans:
#   of the agent: the version of the scope begins with a 9
#   of the plugins: the names of attributes, see RELEASE_STEP and RELEASE_ROOT
# The next release is made of the files of this one by putting other words of
# the same length into them, which takes no compiler and a second.  They differ
# in the first letter: a linker lets a shorter string be the end of a longer one.
# shellcheck disable=SC2034 # for the scripts that source this

RELEASE_STEP=Slurm.step.ntasks  # of slurm.step: slurm.step.ntasks before
RELEASE_ROOT=Slurm.job.priority # of slurm.job: slurm.job.priority before

# release_word OLD NEW FILE...: the same number of bytes; each file must have it.
release_word() {
  local old=$1 new=$2 file
  shift 2
  ((${#old} == ${#new})) || return 2
  for file; do
    LC_ALL=C grep -qF "$old" "$file" || {
      echo "release: no $old in $file" >&2
      return 1
    }
    LC_ALL=C sed -i "s|${old//./\\.}|$new|g" "$file"
  done
}

# release_copy STAGE DIRECTORY: with the paths that its plugins know, which end
# in DIRECTORY and slashes.
release_copy() {
  local stage=$1 dir=$2 pad
  cp -a "$stage" "$dir" || return
  pad=$((${#stage} - ${#dir}))
  ((pad >= 0)) || {
    echo "release: $stage is too short a path" >&2
    return 1
  }
  dir+=$(printf '%*s' "$pad" '' | tr ' ' /)
  release_word "$stage" "$dir" "${dir}"/lib/slurm/{spank,jobcomp}_otel.so "${dir}"/sbin/slurm-otel-agent
}

# release_next DIRECTORY NEW: copies DIRECTORY, which release_copy made, to NEW.
release_next() {
  local version
  version=$("$1/sbin/slurm-otel-agent" --version) || return
  version=${version##* }
  cp -a "$1" "$2" &&
    release_word "$version" "9${version:1}" "$2/sbin/slurm-otel-agent" &&
    release_word slurm.step.ntasks "$RELEASE_STEP" "$2/lib/slurm/spank_otel.so" &&
    release_word slurm.job.priority "$RELEASE_ROOT" "$2/lib/slurm/jobcomp_otel.so"
}

# release_install NEW DIRECTORY: as a package manager does it, each file by a
# rename, so that what runs keeps what it has loaded.
release_install() {
  local file
  while read -r file; do
    cp -a "$1/$file" "$2/$file.dpkg-new" && mv "$2/$file.dpkg-new" "$2/$file" || return
  done < <(cd "$1" && find . -type f \( -path './lib/slurm/*' -o -path './sbin/*' -o -path './libexec/*' -o -path './bin/*' \))
}
