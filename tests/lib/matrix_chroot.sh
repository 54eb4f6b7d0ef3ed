# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One version of tests/matrix.sh in a chroot: made with debootstrap unless an
# earlier run did, given this tree's files, and told to run tests/run.sh, which
# installs what it needs and builds what changed.  To be sourced after setup.sh
# and chroot.sh, by a script with arrays of what tests/run.sh is told: groups,
# options (with the groups), filters.
# shellcheck disable=SC2154 # these

MATRIX_DIR=$SETUP_CACHE/matrix
MATRIX_TREE=/srv/slurm-otel # in the chroot

# matrix_chroot VERSION RELEASE SOURCE LOGS: SOURCE is the tree to build Slurm
# from; empty: the release has it as packages.
matrix_chroot() {
  local version=$1 release=$2 source=$3 logs=$4 root why='' slurm=()
  root=$MATRIX_DIR/$version${source:+-source}
  mkdir -p "$MATRIX_DIR"
  exec {lock}>"$root.lock"
  flock "$lock" # one at a time in a chroot
  if ! matrix_ready "$root" "$release" {lock}>&- ||
    ! matrix_slurm "$root" "$version" "$source" {lock}>&-; then
    echo "$why" >"$logs/why"
    echo "  skipped: $why"
    return
  fi
  chroot_alone "$root" IN_MATRIX=yes "${slurm[@]}" \
    bash "$MATRIX_TREE/tests/run.sh" "${options[@]}" "${filters[@]}" {lock}>&- 2>&1 | tee "$logs/out" || true
  [[ -z $prepare ]] || return 0
  setup_as_root cp -r "$root$MATRIX_TREE/.cache/logs" "$logs/run" || true
  setup_as_root chown -R "$(id -u):$(id -g)" "$logs/run" || true
  setup_as_root find "$root/tmp" -mindepth 1 -delete || true
}

# step WHY-NOT WHAT COMMAND...: one line of progress; its failure is the reason.
matrix_step() {
  why=$1
  shift
  setup_quietly "$@"
}

# The chroot is there, with this tree in it.  Sets `why` if not.
matrix_ready() { # ROOT RELEASE
  local site
  why="a chroot wants root or sudo"
  [[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null || return
  why="this machine can not make name spaces or mount in them"
  setup_as_root unshare --mount --pid --fork mount -t tmpfs none /mnt 2>/dev/null || return
  if [[ ! -d $1 ]]; then
    why="this machine's apt knows no mirror of Debian"
    site=$(chroot_mirror) && [[ -n $site ]] || return
    why="debootstrap can not be installed"
    (setup_packages "${CHROOT_PACKAGES[@]}") || return
    matrix_step "no chroot of Debian $2 could be made (no network?)" "chroot of Debian $2" \
      matrix_make "$1" "$2" "$site" || return
  fi
  matrix_step "this machine's configuration could not be copied" "its configuration" chroot_configure "$1" &&
    matrix_step "the tree could not be copied" "this tree" matrix_copy "$1"
}

# Under another name until it is whole.
matrix_make() { # ROOT RELEASE SITE
  chroot_remove "$1.new" && chroot_make "$1.new" "$2" "$3" && chroot_unmount "$1.new" &&
    setup_as_root mv "$1.new" "$1"
}

# What is not in the tree any more goes, and what was built of it stays.
matrix_copy() { # ROOT
  local tree=$1$MATRIX_TREE
  setup_tree_files | sort -z >"$1.files.new" &&
    setup_as_root mkdir -p "$tree/.cache/collector" &&
    (cd "$TOP" && tar --null -T "$1.files.new" -cf -) |
    setup_as_root tar -C "$tree" --no-same-owner -xf - || return
  if [[ -e $1.files ]]; then
    sort -z "$1.files" | comm -z -23 - "$1.files.new" |
      (cd "$tree" && setup_as_root xargs -0 -r rm -f) || return
  fi
  mv "$1.files.new" "$1.files"
  matrix_copy_collector "$tree/.cache/collector"
}

# It is built on the host, for all.
matrix_copy_collector() { # DIRECTORY
  local file
  for file in otelcol otelcol.version missing; do
    [[ ! -e $SETUP_CACHE/collector/$file ]] ||
      setup_as_root cp -p "$SETUP_CACHE/collector/$file" "$1/" || return
  done
}

# The Slurm is in the chroot, as packages or built; sets `slurm` to what
# tests/run.sh has to know of it, or `why` if it can not be had.
matrix_slurm() { # ROOT VERSION SOURCE
  local installed given
  if [[ -n $3 ]]; then
    # shellcheck source=contrib/lib/slurm_build.sh
    . "$TOP/contrib/lib/slurm_build.sh"
    why="Slurm could not be built from $3"
    slurm_build "$1" "$3" || return
    slurm=(SLURM_INSTALLED=yes SLURM_SOURCE="$(slurm_build_tree "$(setup_tree_version "$3")")")
  fi
  matrix_step "its packages can not be had" "packages" matrix_packages "$1" || return
  [[ -z $3 ]] || return 0
  installed=$(chroot_alone "$1" bash -c ". $MATRIX_TREE/contrib/lib/setup.sh && setup_slurm_version") || return
  why="Debian's Slurm is $installed by now"
  [[ $installed == "$2".* ]] || return
  given=$(matrix_source "$2" "$installed")
  [[ -n $given ]] || return 0
  slurm=(SLURM_SOURCE="/srv/slurm-$installed")
  matrix_step "its source tree could not be copied" "its source tree" \
    matrix_copy_source "$1" "$given" "/srv/slurm-$installed"
}

matrix_packages() { # ROOT
  chroot_alone "$1" dpkg --configure -a && # an earlier run may have been ended in the middle
    chroot_alone "$1" IN_MATRIX=yes "${slurm[@]}" bash "$MATRIX_TREE/tests/run.sh" --packages "${groups[@]}"
}

# Prints the source tree that SLURM_SOURCE_<version> names, if it is one of the
# Slurm that is installed; else why it does not count.
matrix_source() { # VERSION INSTALLED
  local name=SLURM_SOURCE_${1/./_} has
  [[ -n ${!name:-} ]] || return 0
  if [[ ! -f ${!name}/META ]]; then
    echo "  $name=${!name} is no source tree of Slurm (it has no META): not used" >&2
    return
  fi
  has=$(setup_tree_version "${!name}")
  if [[ $has != "$2" ]]; then
    echo "  $name=${!name} is Slurm $has, but $2 is installed: not used, the job record differs between micro releases" >&2
    return
  fi
  cd "${!name}" && pwd
}

matrix_copy_source() { # ROOT SOURCE PATH-IN-CHROOT
  setup_as_root mkdir -p "$1$3" &&
    tar -C "$2" --exclude=.git -cf - . | setup_as_root tar -C "$1$3" --no-same-owner -xf -
}

# What a run that was ended left half made; the chroots themselves stay.
matrix_clean() { # VERSION
  local new
  mkdir -p "$MATRIX_DIR"
  for new in "$MATRIX_DIR/$1.new" "$MATRIX_DIR/$1-source.new"; do
    (flock -n 9 && rm -rf "$new.scripts" && chroot_remove "$new") 9>"${new%.new}.lock" || true
  done
}
