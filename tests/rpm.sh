#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The RPM packages, as a site has them: built with `rpmbuild -ta` of the tarball
# that `make dist` makes, for the Slurm of this host; installed with rpm into a
# layer over this host's files, whose Slurm finds them where it looks; proven by
# the trace of a job; upgraded with spans that wait, removed, and refused beside
# another Slurm.
#
# usage: tests/rpm.sh [--prepare]
#   --prepare  only what takes long: the packages.  A run without it does that
#              first, unless nothing has changed.
#
# Speaks TAP.  Wants root, overlayfs and namespaces: what is installed, and the
# cluster, are gone when they end.  This host's Slurm is Debian's, and no RPM: a
# package of its name and version, without files, stands for it, and one for all
# the libraries.
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

DIR=$SETUP_CACHE/rpm
BUILD=$SETUP_TOP/build-rpm # `make dist` in one directory disturbs `make distcheck`
SETUP_LOG=$SETUP_CACHE/rpm.log # others may build beside us
NAMES=(slurm-otel slurm-otel-login slurm-otel-node slurm-otel-controller)
# shellcheck disable=SC2034 # for packages_site.sh
GUIDE=$SETUP_TOP/doc/operations.md
# shellcheck disable=SC2034
RELEASE=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)

# ---- packages ---------------------------------------------------------------

# Some file that the packages are made of is newer than they.
stale() {
  [[ ! -e $DIR/built ]] || [[ -n $(find "$SETUP_TOP" \( -path "$SETUP_CACHE" -o -path '*/build*' -o -path '*/.git' \
    -o -path "$SETUP_TOP/tests" -o -path "$SETUP_TOP/bench" -o -name autom4te.cache \) -prune -o -type f -newer "$DIR/built" -print -quit) ]]
}

slurm_plugin_dir() {
  dirname "$(compgen -G '/usr/lib/*/slurm-wlm/auth_munge.so' || compgen -G '/usr/lib*/slurm/auth_munge.so')"
}

# rpmbuild with what a site of this host's Slurm says.  No package here is an
# RPM, so those to build with are not asked for.
rpm_build() { # ARGUMENT...
  rpmbuild --nodeps --noclean --define "_topdir $DIR" --define 'optflags -O1' \
    --define "slurm_source $SLURM_SOURCE" --define "slurm_plugins $(slurm_plugin_dir)" "$@"
}

# The second ones with a higher release, of the same tree.
build_packages() {
  rm -rf "$DIR" && mkdir -p "$DIR/upgrade"
  make -C "$BUILD" dist && mv "$BUILD"/slurm-otel-*.tar.xz "$DIR/" &&
    rpm_build -ta "$DIR"/slurm-otel-*.tar.xz &&
    cp "$BUILD/contrib/rpm/slurm-otel.spec" "$DIR/" &&
    rpm_build -bb --noprep --define 'dist .upgrade' --define "_rpmdir $DIR/upgrade" "$DIR/slurm-otel.spec" &&
    rm -rf "$DIR/BUILD" && touch "$DIR/built"
}

lint() {
  rpmlint -r "$SETUP_TOP/contrib/rpm/slurm-otel.rpmlintrc" "$DIR/slurm-otel.spec" "$DIR"/SRPMS/*.rpm \
    "$DIR"/RPMS/*/*.rpm 2>&1
}

# fake NAME VERSION TAG...: an RPM without files; prints its path.
fake() {
  local name=$1 version=$2 spec=$DIR/fake/$1.spec
  shift 2
  mkdir -p "$DIR/fake"
  printf '%s\n' "Name: $name" "Version: $version" 'Release: 1' 'Summary: in place of another' 'License: none' \
    "$@" '%description' 'For a test.' '%files' >"$spec"
  rpmbuild -bb --define "_topdir $DIR/fake" "$spec" >&2 || return
  echo "$DIR/fake/RPMS/$(rpm --eval '%{_arch}')/$name-$version-1.$(rpm --eval '%{_arch}').rpm"
}

package() { # NAME [DIRECTORY]
  compgen -G "${2:-$DIR/RPMS}/*/$1-[0-9]*.rpm"
}

files() { # NAME
  rpm -qlp "$(package "$1")" | grep -vE '/(licenses|\.build-id|doc)(/|$)'
}

requires() { # NAME
  rpm -qp --requires "$(package "$1")"
}

# Whatever they need that is not Slurm's or ours.
libraries() {
  local name
  for name in "${NAMES[@]}"; do
    requires "$name"
  done | grep -vE '^(slurm|rpmlib|config)' | sort -u
}

fake_packages() {
  local library tags=()
  while read -r library; do
    tags+=("Provides: $library")
  done < <(libraries)
  fake libraries 1 "${tags[@]}" >/dev/null
  for version in "$VERSION" 21.08.7 "$RELEASE_OF_SLURM.$((${VERSION##*.} + 1))"; do
    fake slurm "$version" >/dev/null
  done
}

prepare() {
  ! stale || setup_configured "${BUILD##*/}" "the tarball" >&2
  ! stale || step "RPM packages" build_packages
  [[ -e $DIR/lint ]] || lint >"$DIR/lint" || true
  step "in place of Slurm and libraries" fake_packages
}

# ---- a host -----------------------------------------------------------------

# layer NAME: a root of its own over this host's, $WORK/NAME/root; what changes
# in it is in $WORK/NAME/upper.
layer() {
  local dir=$WORK/$1
  site_overlay / "$dir" && site_system "$dir/root" &&
    mount -t tmpfs tmpfs "$dir/root/run" &&
    rm -rf "$dir/root/etc/slurm" "$dir/root/var/lib/rpm" "$dir/root/root/.rpmdb" \
      "$dir/root/var/spool/slurm-otel"
}

site_rpm() {
  site_run rpm "$@"
}

# What no administrator, cluster or package manager wrote.
left() {
  (cd "$WORK/site/upper" && find . \( ! -type d -o -name '*otel*' \) -printf '/%P\n') |
    grep -vE '^/(srv|tmp|run|etc/slurm|var/lib/rpm|root/.rpmdb|var/log|var/spool/slurm-otel)(/|$)' |
    grep -vFx -f "$WORK/before" || true
}

# ---- the tests --------------------------------------------------------------

test_packages() {
  is 'rpmlint finds no error' "$(grep ': E: ' "$DIR/lint" || true)" ''
  like 'it looked at all of them' "$(tail -n 1 "$DIR/lint")" '5 packages and 1 specfiles checked'
  is 'login: the plugin, where Slurm looks for it, and its manual' "$(files slurm-otel-login)" \
    "$PLUGINS/spank_otel.so
/usr/share/man/man8/spank_otel.8.gz"
  is 'controller: the plugins of slurmctld, and their manuals' "$(files slurm-otel-controller)" \
    "$PLUGINS/job_submit_otel.so
$PLUGINS/jobcomp_otel.so
/usr/share/man/man8/job_submit_otel.8.gz
/usr/share/man/man8/jobcomp_otel.8.gz"
  is 'node: nothing of its own' "$(files slurm-otel-node)" ''
  like 'it has the others installed' "$(requires slurm-otel-node)" 'slurm-otel = .*slurm-otel-login = '
  is 'slurm-otel: the programs and what belongs to them' "$(files slurm-otel)" \
    '/etc/logrotate.d/slurm-otel
/usr/bin/slurm-otel
/usr/lib/systemd/system/slurm-otel-agent@.service
/usr/lib/tmpfiles.d/slurm-otel.conf
/usr/libexec/slurm-otel
/usr/libexec/slurm-otel/slurm-otel-comment
/usr/sbin/slurm-otel-agent
/usr/share/man/man1/slurm-otel.1.gz
/usr/share/man/man5/otel.conf.5.gz
/usr/share/man/man8/slurm-otel-agent.8.gz
/var/log/slurm-otel
/var/spool/slurm-otel'
  like 'the plugin of SPANK is for a release' "$(requires slurm-otel-login)" \
    "slurm\(.*\) < $NEXT.*slurm\(.*\) >= $RELEASE_OF_SLURM|slurm\(.*\) >= $RELEASE_OF_SLURM.*slurm\(.*\) < $NEXT"
  like 'those of slurmctld for a version' "$(requires slurm-otel-controller)" "slurm\(.*\) = $VERSION"
}

# without_package VERSION PACKAGE: what the packages do that know a Slurm which
# is no package, with a scontrol of that version.
without_package() {
  printf '#!/bin/sh\necho slurm-wlm %s\n' "$1" >"$WORK/bin/scontrol"
  PATH=$WORK/bin:$PATH sh "$WORK/pre-$2" 2>&1
}

test_slurm_without_package() {
  local name
  mkdir -p "$WORK/bin" && touch "$WORK/bin/scontrol" && chmod 755 "$WORK/bin/scontrol"
  rpmspec -P --without slurm_package --define "slurm_source $SLURM_SOURCE" "$DIR/slurm-otel.spec" >"$WORK/spec"
  for name in login controller; do
    sed -n "/^%pre $name\$/,/^%/{/^%/d;p}" "$WORK/spec" >"$WORK/pre-$name"
  done
  is 'without a package of Slurm none is required' "$(grep -cE '^Requires: *slurm[^-]' "$WORK/spec" || true)" 0
  ok 'the right Slurm is taken: login' without_package "$VERSION" login
  ok 'and controller' without_package "$VERSION" controller
  ok 'login takes another micro release' without_package "$RELEASE_OF_SLURM.99" login
  is 'controller does not, and names both' "$(without_package "$RELEASE_OF_SLURM.99" controller || echo "status $?")" \
    "slurm-otel-controller: not installed: it is built for Slurm $VERSION, and this is Slurm $RELEASE_OF_SLURM.99
status 1"
  is 'nor login another release' "$(without_package 21.08.7 login || echo "status $?")" \
    "slurm-otel-login: not installed: it is built for Slurm $RELEASE_OF_SLURM, and this is Slurm 21.08.7
status 1"
}

# refused SLURM PACKAGE...: installs beside that Slurm, in a database of its own.
refused() {
  local slurm=$1 name packages=()
  shift
  for name; do
    packages+=("$(package "$name")")
  done
  rm -rf "$WORK/other"
  rpm --dbpath "$WORK/other" --justdb -i "$DIR/fake/RPMS"/*/libraries-*.rpm "$DIR/fake/RPMS"/*/slurm-"$slurm"-1.*.rpm
  ! rpm --dbpath "$WORK/other" --justdb -i "${packages[@]}" 2>&1
}

test_other_slurm() {
  local output
  output=$(refused 21.08.7 slurm-otel-login) || fail 'rpm refuses the plugin of another release' "$output"
  like 'another release: what is needed, and by a package for which Slurm' "$output" \
    "slurm\(.*\) >= $RELEASE_OF_SLURM is needed by slurm-otel-login-[0-9.]*-1\.slurm$VERSION"
  output=$(refused "$OTHER_MICRO" slurm-otel slurm-otel-controller) ||
    fail 'rpm refuses plugins of another version' "$output"
  like 'another version: the same' "$output" \
    "slurm\(.*\) = $VERSION is needed by slurm-otel-controller-[0-9.]*-1\.slurm$VERSION"
  ok 'the plugin of SPANK goes with it' \
    not refused "$OTHER_MICRO" slurm-otel-login
}
not() {
  ! "$@"
}

test_installation() {
  layer site
  site_make
  site_start
  ok 'a job runs before' site_job before
  (cd "$WORK/site/upper" && find . ! -type d -printf '/%P\n') >"$WORK/before"
  mkdir -p "$SITE/srv/packages" "$SITE/srv/upgrade"
  cp "$DIR"/RPMS/*/*.rpm "$DIR"/fake/RPMS/*/{libraries-1,"slurm-$VERSION"}-1.*.rpm "$SITE/srv/packages/"
  cp "$DIR"/upgrade/*/*.rpm "$SITE/srv/upgrade/"
  ok 'rpm installs them' site_run sh -c 'rpm -iv /srv/packages/*.rpm'
  ok 'all files are as they were packed' site_rpm -V "${NAMES[@]}"
}

test_trace() {
  guide_configure
  ok 'otel.conf of the guide has no mistake, and the plugins are for this Slurm' site_run slurm-otel check
  site_restart
  ok 'a job runs' site_job first
  ok 'its trace is there: root, queue, setup, batch and step' \
    until_true 30 site_exported first slurm.job slurm.phase.queued slurm.phase.setup slurm.step
  is 'the two agents serve their spools' "$(site_agents | wc -l)" 2
  ok 'logrotate takes the file' site_run logrotate --debug /etc/logrotate.d/slurm-otel
}

# The receiver is away: spans wait when the packages are replaced.
test_upgrade() {
  local waiting
  site_block
  ok 'a job runs without a receiver' site_job second
  ok 'its spans wait' until_true 20 site_waits 5
  waiting=$(site_waiting)
  echo '# the site has been here' >>"$SITE/etc/logrotate.d/slurm-otel"
  like 'rpm upgrades them, and says what to restart' "$(site_run sh -c 'rpm -U /srv/upgrade/*.rpm' 2>&1)" \
    'restart slurmctld and slurmd'
  like 'they are the new ones' "$(site_rpm -q slurm-otel)" '\.upgrade\.'
  is 'the agents of before have ended' "$(site_agents)" ''
  is 'what waits is kept' "$(site_waiting)" "$waiting"
  is 'and the owner of the spools' "$(stat -c %U "$SITE/var/spool/slurm-otel")" slurm
  ok 'and what the site changed' grep -q 'the site has been here' "$SITE/etc/logrotate.d/slurm-otel"
  site_unblock
  site_restart
  ok 'it is delivered' \
    until_true 30 site_exported second slurm.job slurm.phase.queued slurm.phase.setup slurm.step
}

test_removal() {
  guide_take_out
  site_restart
  is 'the agents run on' "$(site_agents | wc -l)" 2
  ok 'rpm removes them' site_rpm -e "${NAMES[@]}"
  is 'no agent runs' "$(site_agents)" ''
  ok 'Slurm goes on' site_job third
  is 'nothing but the spool is left, and what the site changed' "$(left)" /etc/logrotate.d/slurm-otel.rpmsave
  ok 'the spool is left' test -d "$SITE/var/spool/slurm-otel/slurmd"
}

# ---- what is asked for ------------------------------------------------------

run() {
  WORK=$DIR/work
  SITE=$WORK/site/root
  PLUGINS=$(slurm_plugin_dir)
  NEXT=${RELEASE_OF_SLURM%.*}.$(printf %02d $((10#${RELEASE_OF_SLURM#*.} + 1)))
  OTHER_MICRO=$RELEASE_OF_SLURM.$((${VERSION##*.} + 1))
  site_names
  # the upper layer can not lie in the lower one
  mkdir -p "$WORK" && mount -t tmpfs tmpfs "$WORK"
  site_overlay / "$WORK/probe" || skip_all 'no overlayfs here'
  umount "$WORK/probe/root"
  trap site_stop EXIT
  test_packages
  test_slurm_without_package
  test_other_slurm
  test_installation
  test_trace
  test_upgrade
  test_removal
  site_stop
  done_testing
}

[[ $(id -u) -eq 0 ]] || skip_all 'not root'
unshare --mount true 2>/dev/null || skip_all 'no namespaces here'
command -v dpkg-query >/dev/null || skip_all 'this machine is no Debian'
[[ ${1:-} == --inside ]] || setup_packages rpm rpmlint cpio xz-utils logrotate iproute2 jq \
  "${SETUP_BUILD_PACKAGES[@]}" "${SETUP_CLUSTER_PACKAGES[@]}" >&2
VERSION=$(setup_slurm_version)
RELEASE_OF_SLURM=${VERSION%.*}
if [[ ${1:-} == --inside ]]; then
  run
  exit
fi
setup_slurm_source >&2
[[ -n $SLURM_SOURCE ]] || skip_all "no source tree of Slurm $VERSION: jobcomp/otel can not be packaged"
mkdir -p "$DIR"
exec {lock}>"$DIR.lock"
flock "$lock" # one at a time, until all that is started below has ended
prepare
[[ ${1:-} != --prepare ]] || exit 0
exec unshare --mount --net --uts --pid --fork --kill-child --mount-proc "$0" --inside
