# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A Debian of another release in a directory: for the Collector that is built
# of a newer one's packages, and for the Slurms of other releases.  To be
# sourced after setup.sh.  Wants root or sudo, debootstrap and a network.

# shellcheck disable=SC2034 # for the scripts that source this
CHROOT_PACKAGES=(debootstrap debian-archive-keyring)

# The mirror this machine uses for its own release; nothing on other systems.
chroot_mirror() {
  local codename
  command -v apt-get >/dev/null || return
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT) $(ORIGIN)' |
    awk -v release="$codename" '$2 == release && $3 == "main" && $4 == "Debian" { print $1; exit }'
}

# chroot_make ROOT RELEASE MIRROR: debootstrap with the script of sid, which all
# releases of the last years share: an older debootstrap does not know newer ones.
chroot_make() {
  local root=$1 release=$2 scripts=$1.scripts status=0
  rm -rf "$scripts" && mkdir -p "$scripts" || return
  cp -a /usr/share/debootstrap/. "$scripts/"
  [[ -e $scripts/scripts/$release ]] || ln -s sid "$scripts/scripts/$release"
  setup_as_root env DEBOOTSTRAP_DIR="$scripts" debootstrap --variant=minbase \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$release" "$root" "$3" || status=$?
  rm -rf "$scripts"
  return $status
}

# chroot_prepare ROOT: what the machine's apt goes through, the chroot's does;
# no daemon starts in there, and nothing has to survive a power failure.
chroot_prepare() {
  chroot_configure "$1"
  mountpoint -q "$1/proc" || setup_as_root mount -t proc proc "$1/proc"
}

# chroot_configure ROOT: that, and the machine's name and addresses; also again,
# since they may be others by now.
chroot_configure() {
  local root=$1 file
  apt-config dump | grep -E '^Acquire::https?::Proxy' |
    setup_as_root tee "$root/etc/apt/apt.conf.d/90machine" || true
  echo 'Acquire::Check-Valid-Until "false";' |
    setup_as_root tee "$root/etc/apt/apt.conf.d/91archive"
  printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
    'path-exclude=/usr/share/locale/*' | setup_as_root tee "$root/etc/dpkg/dpkg.cfg.d/90quick"
  printf '#!/bin/sh\nexit 101\n' | setup_as_root tee "$root/usr/sbin/policy-rc.d"
  setup_as_root chmod 755 "$root/usr/sbin/policy-rc.d"
  for file in /etc/hosts /etc/resolv.conf /etc/hostname; do
    [[ ! -e $file ]] || setup_as_root cp "$file" "$root/etc/" || return
  done
}

CHROOT_ENVIRONMENT=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
  DEBIAN_FRONTEND=noninteractive)

# chroot_run ROOT [VARIABLE=VALUE...] COMMAND...: with a clean environment.
chroot_run() {
  local root=$1
  shift
  setup_as_root chroot "$root" env -i "${CHROOT_ENVIRONMENT[@]}" "$@"
}

# chroot_alone ROOT [VARIABLE=VALUE...] COMMAND...: as chroot_run, with /proc, /dev
# and /sys, in name spaces of its own: when COMMAND ends, or the shell that called
# this does, whatever the reason, all that was started and mounted in there is gone.
# ROOT is their root by pivot_root and not by chroot: in a chroot no mount can be
# made private, and Slurm's own containers can not be.
chroot_alone() {
  local root=$1
  shift
  # shellcheck disable=SC2016 # of the inner shell
  setup_as_root setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child -- \
    bash -c 'root=$1 && shift && mount --bind "$root" "$root" && mount -t proc proc "$root/proc" &&
      mount --rbind /dev "$root/dev" && mount --rbind /sys "$root/sys" &&
      cd "$root" && pivot_root . . && umount -l . && exec env -i "$@"' - \
    "$root" "${CHROOT_ENVIRONMENT[@]}" "$@"
}

# chroot_unmount ROOT: also what an earlier run that was killed left mounted.
chroot_unmount() {
  local point
  while read -r point; do
    setup_as_root umount -l "$point" || return
  done < <(awk -v root="$1/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r)
}

# chroot_remove ROOT: nothing may be mounted in what is removed.
chroot_remove() {
  [[ -e $1 ]] || return 0
  chroot_unmount "$1" && setup_as_root rm -rf --one-file-system "$1"
}
