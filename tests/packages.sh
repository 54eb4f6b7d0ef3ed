#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The Debian packages, as a site has them: built for the Slurm of a Debian
# release, installed with apt beside it in a fresh chroot, configured with the
# lines of doc/operations.md, and proven by the trace of a job.  Then upgraded
# with spans that wait, removed, purged, and refused beside another Slurm.
#
# usage: tests/packages.sh [--prepare] RELEASE
#   RELEASE    bookworm, trixie: of which .cache/packages/RELEASE keeps a chroot
#              with Slurm and one to build in
#   --prepare  only what wants a network: the chroots, the packages, and what
#              they depend on.  A run without it does that first.
#
# Speaks TAP.  Wants root, debootstrap and namespaces: the cluster has a network,
# processes and mounts of its own, which end with it.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=contrib/lib/setup.sh
. "$HERE/../contrib/lib/setup.sh"
# shellcheck source=contrib/lib/chroot.sh
. "$HERE/../contrib/lib/chroot.sh"
# shellcheck source=tests/cluster/tap.sh
. "$HERE/cluster/tap.sh"
# shellcheck source=tests/lib/packages_site.sh
. "$HERE/lib/packages_site.sh"

SLURM_PACKAGES=(slurmctld slurmd slurm-client munge)
LINT_PACKAGES=(build-essential debhelper lintian)
GUIDE=$SETUP_TOP/doc/operations.md
NAMES=(slurm-otel slurm-otel-login slurm-otel-node slurm-otel-controller)

# ---- chroots ----------------------------------------------------------------

# layer NAME: a root of its own over the base, in $DIR/NAME/root.  What changes
# in it is in $DIR/NAME/upper; without overlayfs it is a copy.
layer() {
  local dir=$DIR/$1
  site_overlay "$DIR/base" "$dir" || [[ -e $dir/root/etc ]] || cp -a "$DIR/base/." "$dir/root/"
  site_system "$dir/root"
}

fresh_layer() { # NAME
  chroot_remove "$DIR/$1"
  layer "$1"
}

make_base() {
  local new=$DIR/base.new
  chroot_remove "$new"
  chroot_make "$new" "$RELEASE" "$(chroot_mirror)" && chroot_prepare "$new" &&
    chroot_run "$new" apt-get update &&
    chroot_run "$new" apt-get install -y --no-install-recommends "${SLURM_PACKAGES[@]}" &&
    chroot_unmount "$new" && mv "$new" "$DIR/base"
}

install_build_packages() {
  chroot_run "$DIR/build/root" dpkg --configure -a && # an earlier run may have been ended in the middle
  chroot_run "$DIR/build/root" apt-get install -y --no-install-recommends \
    "${SETUP_BUILD_PACKAGES[@]}" "${LINT_PACKAGES[@]}" xz-utils &&
    touch "$DIR/build/ready"
}

# ---- packages ---------------------------------------------------------------

# Of what the packages are made of.
tree_state() {
  (setup_tree_files | grep -zvE '^(tests|bench|\.ci)/' | sort -z | (cd "$SETUP_TOP" && xargs -0 sha256sum) | sha256sum)
}

slurm_version() {
  chroot_run "$DIR/base" dpkg-query -W -f '${Version}' slurm-client | sed 's/^[0-9]*://; s/[-+~].*//'
}

# The tree of before goes, but for the Slurm that was fetched into it.
copy_tree() {
  local tree=$DIR/build/root/srv/slurm-otel known
  known=$SETUP_CACHE/slurm-$(slurm_version)
  mkdir -p "$tree/.cache"
  find "$tree" -mindepth 1 -maxdepth 1 ! -name .cache -exec rm -rf {} +
  setup_tree_files | tar -C "$SETUP_TOP" -c --null -T - | tar -x --no-same-owner -C "$tree"
  [[ ! -f $known/META || -e $tree/.cache/${known##*/} ]] || cp -a "$known" "$tree/.cache/"
}

build_packages() {
  local out=$DIR/build/root/srv/packages
  rm -rf "$out" "$DIR/packages"
  copy_tree && chroot_run "$DIR/build/root" DEB_BUILD_OPTIONS="parallel=$(nproc)" \
    /srv/slurm-otel/contrib/debian/build.sh /srv/packages || return
  chroot_run "$DIR/build/root" sh -c \
    'lintian --allow-root --fail-on error --info /srv/packages/*.changes >/srv/packages/lintian 2>&1 ||
      echo "status $?" >>/srv/packages/lintian'
  mkdir "$DIR/packages.new" && cp "$out"/*.deb "$out"/lintian "$DIR/packages.new/" &&
    rm -f "$DIR"/packages.new/*-dbgsym_* && mv "$DIR/packages.new" "$DIR/packages" &&
    tree_state >"$DIR/packages/tree"
}

# The site has a network when it installs; the namespace below has none.
download_dependencies() {
  give_packages packages "$DIR/packages" "$SITE" &&
    chroot_run "$SITE" sh -c 'apt-get install -y --no-install-recommends --download-only /srv/packages/*.deb'
}

prepare() {
  mkdir -p "$DIR"
  chroot_unmount "$DIR"
  [[ -e $DIR/base ]] || step "chroot of Debian $RELEASE with its Slurm" make_base
  layer build
  [[ -e $DIR/build/ready ]] || step "packages to build with" install_build_packages
  [[ $(cat "$DIR/packages/tree" 2>/dev/null) == "$(tree_state)" ]] ||
    step "packages for Debian $RELEASE, and lintian" build_packages
  chroot_unmount "$DIR/build"
  fresh_layer site
  step "what they depend on" download_dependencies
  chroot_unmount "$DIR/site"
}

# ---- the test ---------------------------------------------------------------

run_site() {
  site_names
  layer site
  trap site_stop EXIT
  test_lintian
  test_installation
  test_trace
  test_upgrade
  test_removal
  site_stop
  chroot_remove "$DIR/site"
  test_other_slurm
  done_testing
}

test_lintian() {
  is "lintian finds no error" "$(grep -E '^(E:|status)' "$DIR/packages/lintian" || true)" ""
}

test_installation() {
  site_make
  site_start
  ok "a job runs before" site_job before
  site_files >"$DIR/files.before"
  ok "apt installs them" site_apt_install packages
  is "every package is there" "$(site_run dpkg-query -W -f '${db:Status-Status} ' "${NAMES[@]}")" \
    "installed installed installed installed "
  is "Slurm looks for plugins where they are" \
    "$(site_run dpkg -L slurm-otel-login | grep -c "^$(site_plugin_dir)/spank_otel.so$")" 1
}

test_trace() {
  guide_configure
  ok "otel.conf of the guide has no mistake" site_run slurm-otel check
  site_restart
  ok "a job runs" site_job first
  ok "its trace is there: root, queue, setup, batch and step" \
    until_true 30 site_exported first slurm.job slurm.phase.queued slurm.phase.setup slurm.step
  like "slurm-otel show draws it" "$(site_run slurm-otel show "$SITE_TRACES")" 'job 2 first.*queued.*batch.*step 0 hostname'
  is "the two agents serve their spools" "$(site_agents | wc -l)" 2
}

# The receiver is away: spans wait when the packages are replaced.
test_upgrade() {
  local waiting
  site_block
  ok "a job runs without a receiver" site_job second
  ok "its spans wait" until_true 20 site_waits 5
  waiting=$(site_waiting)
  site_higher_version
  ok "apt upgrades them" site_apt_install upgrade
  like "they are of the new version" "$(site_run dpkg-query -W -f '${Version}' slurm-otel)" '\.upgrade$'
  is "the agents of before have ended" "$(site_agents)" ""
  is "what waits is kept" "$(site_waiting)" "$waiting"
  site_unblock
  site_restart
  ok "it is delivered" \
    until_true 30 site_exported second slurm.job slurm.phase.queued slurm.phase.setup slurm.step
}

test_removal() {
  guide_take_out
  site_restart
  is "the agents run on" "$(site_agents | wc -l)" 2
  ok "apt removes them" site_apt_remove "${NAMES[@]}"
  is "no agent runs" "$(site_agents)" ""
  ok "Slurm goes on" site_job third
  is "nothing but the spool and configuration is left" \
    "$(site_new_files | grep -vE '^/var/spool/slurm-otel(/|$)|^/etc/logrotate.d/slurm-otel$' || true)" ""
  ok "the spool is left" test -d "$SITE/var/spool/slurm-otel/slurmd"
  ok "apt purges them" site_run apt-get purge -y slurm-otel
  is "all is as it was before" "$(site_new_files)" ""
}

test_other_slurm() {
  local release=${VERSION%.*} other=21.08.7 next output
  next=$release.$((${VERSION##*.} + 1))
  SITE=$DIR/other/root
  fresh_layer other
  give_packages packages "$DIR/packages" "$SITE"
  site_run sh -c 'printf "#!/bin/sh\necho slurm 21.08.7\n" >/usr/local/bin/scontrol; chmod 755 /usr/local/bin/scontrol'
  output=$(site_run sh -c 'PATH=/usr/local/bin:$PATH; dpkg -i /srv/packages/slurm-otel-login_*.deb' 2>&1) &&
    fail "dpkg refuses the plugin where another Slurm comes first" "$output"
  like "a Slurm that is no package: both versions are named" "$output" "built for Slurm $release, and /usr/local/bin/scontrol is Slurm $other"
  site_run rm /usr/local/bin/scontrol

  other_slurm "$other-1" "$next-1" >/dev/null
  output=$(site_run sh -c 'dpkg -i /srv/packages/slurm-otel-login_*.deb' 2>&1) &&
    fail "dpkg refuses the plugin of another release" "$output"
  like "another release, dpkg: both versions are named" "$output" "slurm-client \(>= $release\).*$other-1"
  output=$(site_run sh -c 'apt-mark hold slurm-client && apt-get install -y --no-download /srv/packages/slurm-otel-login_*.deb' 2>&1) &&
    fail "apt refuses the plugin of another release" "$output"
  like "another release, apt: both versions are named" "$output" "slurm-client \(>= $release\).*$other-1"
  output=$(site_run sh -c 'dpkg -i /srv/packages/slurm-otel_*.deb /srv/packages/slurm-otel-controller_*.deb' 2>&1) &&
    fail "dpkg refuses plugins of another version" "$output"
  like "another version, dpkg: both versions are named" "$output" "slurmctld \(<< $VERSION\.1~\).*$next-1"
  is "no plugin was put there" "$(find "$SITE/usr/lib" -name '*_otel.so')" ""
  chroot_remove "$DIR/other"
}

# ---- what is asked for ------------------------------------------------------

inside=
only_prepare=
case ${1:-} in
--prepare) only_prepare=yes && shift ;;
--inside) inside=yes && shift ;;
esac
case ${1:-} in
bookworm | trixie) RELEASE=$1 ;;
*) sed -n 's/^# \{0,1\}//; /^usage:/,/^  RELEASE/p' "$0" >&2 && exit 2 ;;
esac
DIR=$(realpath -m "$SETUP_CACHE/packages/$RELEASE") # as /proc/mounts has it
SETUP_LOG=$SETUP_CACHE/packages-$RELEASE.log # others may build beside us
SITE=$DIR/site/root

if [[ -n $inside ]]; then
  VERSION=$(slurm_version)
  run_site
  exit
fi
if [[ -z ${PACKAGES_NAMESPACE:-} ]]; then
  [[ $(id -u) -eq 0 ]] || skip_all "not root"
  unshare --mount true 2>/dev/null || skip_all "no namespaces here"
  [[ -n $(chroot_mirror) ]] || skip_all "this machine is no Debian, and its apt knows no Debian mirror"
  setup_packages "${CHROOT_PACKAGES[@]}" iproute2 jq >&2
  # whatever ends this, nothing stays mounted
  PACKAGES_NAMESPACE=yes exec unshare --mount "$0" ${only_prepare:+--prepare} "$RELEASE"
fi
mkdir -p "$DIR"
exec {lock}>"$DIR.lock"
flock "$lock" # one at a time, until all that is started below has ended
prepare
[[ -z $only_prepare ]] || exit 0
exec unshare --mount --net --uts --pid --fork --kill-child --mount-proc "$0" --inside "$RELEASE"
