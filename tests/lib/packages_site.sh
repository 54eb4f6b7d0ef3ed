# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A site of one host in the chroot $SITE, for tests/packages.sh and tests/rpm.sh: a Slurm cluster
# that ran before ours came, what the guide ($GUIDE) says to do there, and
# questions to it.  Runs in namespaces of its own, so that the ports are free
# and all processes end with it.

NODE=node1
SITE_TRACES=/var/log/slurm-otel/traces.jsonl # as the guide has it
declare -A SITE_PID=()

# step WHAT COMMAND...: on its failure nothing can be tested.
step() {
  setup_quietly "$@" >&2 || exit 1
}

# ---- the host ---------------------------------------------------------------

# site_overlay LOWER DIRECTORY: DIRECTORY/root shows LOWER; what changes in it is
# in DIRECTORY/upper.  Fails without overlayfs.
site_overlay() {
  mkdir -p "$2/upper" "$2/work" "$2/root" &&
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root" 2>/dev/null
}

site_system() { # ROOT
  mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount --rbind /sys "$1/sys"
}

# The name and addresses of the host, in namespaces of our own.
site_names() {
  ip link set lo up
  # without an address of the outside getaddrinfo finds none to listen at
  ip address add 192.0.2.1/32 dev lo
  hostname "$NODE"
}

# A clean environment, as a daemon's or an administrator's.
site_run() { # COMMAND...
  chroot_run "$SITE" "$@"
}

# until_true SECONDS COMMAND...: two minutes at least, for machines that do other
# work beside; patience costs no time where all is well.
until_true() {
  local end=$((SECONDS + ($1 > 120 ? $1 : 120)))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# ---- the cluster ------------------------------------------------------------

site_make() {
  echo "127.0.0.1 localhost $NODE" >"$SITE/etc/hosts"
  site_run install -d -o munge -g munge /run/munge
  site_run install -d -o slurm -g slurm /srv/site /srv/site/state
  site_run install -d /etc/slurm /srv/site/slurmd
  cat >"$SITE/etc/slurm/slurm.conf" <<END
ClusterName=site
SlurmctldHost=$NODE(127.0.0.1)
SlurmUser=slurm
StateSaveLocation=/srv/site/state
SlurmdSpoolDir=/srv/site/slurmd
SlurmctldPidFile=/srv/site/slurmctld.pid
SlurmdPidFile=/srv/site/slurmd/slurmd.pid
SlurmctldLogFile=/srv/site/slurmctld.log
SlurmdLogFile=/srv/site/slurmd.log
MailProg=/bin/true
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
PropagateResourceLimits=NONE
ReturnToService=2
NodeName=$NODE NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
  printf 'CgroupPlugin=disabled\n' >"$SITE/etc/slurm/cgroup.conf"
  [[ $RELEASE != bookworm ]] || rm "$SITE/etc/slurm/cgroup.conf" # 22.05 has no such plugin
}

site_spawn() { # USER PROGRAM ARGUMENT...
  local user=$1
  shift
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin setsid chroot --userspec="$user" "$SITE" "$@" \
    </dev/null >>"$SITE/srv/$1.out" 2>&1 &
  SITE_PID["$1"]=$!
}

site_start() {
  [[ -n ${SITE_PID[munged]:-} ]] || site_spawn munge:munge munged --foreground
  until_true 20 test -S "$SITE/run/munge/munge.socket.2"
  site_spawn slurm:slurm slurmctld -D
  until_true 20 site_run scontrol ping
  site_spawn root:root slurmd -D
  until_true 60 site_idle && return 0
  diag "the cluster does not come up" "$(tail -n 30 "$SITE"/srv/*.out "$SITE"/srv/site/*.log)"
  return 1
}

site_idle() {
  site_run sinfo -h -o %T | grep -q '^idle$'
}

# slurmd first: it does not end while it waits for slurmctld.
site_stop_daemons() { # NAME...
  local name
  for name; do
    [[ -n ${SITE_PID[$name]:-} ]] || continue
    kill "${SITE_PID[$name]}" 2>/dev/null || true
    wait "${SITE_PID[$name]}" 2>/dev/null || true
    unset "SITE_PID[$name]"
  done
}

site_restart() {
  site_stop_daemons slurmd slurmctld
  site_start
}

# What else there is ends with the namespace.
site_stop() {
  site_stop_daemons slurmd slurmctld munged
}

site_job() { # NAME
  site_run sbatch --wait --chdir=/srv/site --output=/srv/site/%x.out --job-name="$1" --wrap='srun hostname'
}

# ---- packages ---------------------------------------------------------------

give_packages() { # NAME DIRECTORY ROOT
  mkdir -p "$3/srv/$1" && cp "$2"/*.deb "$3/srv/$1/"
}

site_apt_install() { # NAME of give_packages
  site_run sh -c "apt-get install -y --no-install-recommends /srv/$1/*.deb"
}

# With what came with them, which libc6 and the like may recommend.
site_apt_remove() { # PACKAGE...
  site_run apt-get remove -y --autoremove -o APT::AutoRemove::RecommendsImportant=false \
    -o APT::AutoRemove::SuggestsImportant=false "$@"
}

# The same packages with a higher version, as the next build of them.
site_higher_version() {
  local work=$DIR/higher deb
  rm -rf "$work" && mkdir -p "$work/out"
  for deb in "$DIR"/packages/*.deb; do
    rm -rf "$work/tree"
    dpkg-deb -R "$deb" "$work/tree"
    sed -i -E 's/^(Version: .*)$/\1.upgrade/; s/(slurm-otel[a-z-]*) \(= ([^)]*)\)/\1 (= \2.upgrade)/g' \
      "$work/tree/DEBIAN/control"
    # so that its program is another file than the one that runs
    dpkg-deb -Znone -b "$work/tree" "$work/out/$(basename "$deb")" >/dev/null
  done
  give_packages upgrade "$work/out" "$SITE"
  rm -rf "$work"
}

# other_slurm CLIENT CONTROLLER: Debian packages of another Slurm, of these versions.
other_slurm() {
  local name version
  site_run dpkg --purge --force-depends slurmctld slurmd slurm-client >/dev/null 2>&1
  for name in slurm-client slurmctld; do
    version=$1
    [[ $name == slurm-client ]] || version=$2
    mkdir -p "$SITE/srv/$name/DEBIAN"
    printf '%s\n' "Package: $name" "Version: $version" "Architecture: all" \
      "Maintainer: nobody <nobody@packages.invalid>" "Description: another Slurm" \
      >"$SITE/srv/$name/DEBIAN/control"
    site_run dpkg-deb -b "/srv/$name" "/srv/$name.deb"
    site_run dpkg -i "/srv/$name.deb"
  done
}

site_plugin_dir() {
  site_run sh -c 'dirname /usr/lib/*/slurm-wlm/auth_munge.so'
}

# Every path of the site but what a package manager, the cluster and the
# administrator (by the guide) write.
site_files() {
  (cd "$SITE" && find . -xdev \( -path ./srv -o -path ./tmp -o -path ./run -o -path ./var/cache \
    -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \) -prune -o -printf '%P\n') |
    sed 's|^|/|' | LC_ALL=C sort
}

site_new_files() {
  LC_ALL=C comm -3 "$DIR/files.before" <(site_files) | tr -d '\t'
}

# ---- what the guide says ----------------------------------------------------

# guide_block TEXT: the lines of the first code block after the one with TEXT,
# in the section on a first trace.
guide_block() {
  TEXT=$1 awk '
    /^## / { section = ($0 == "## A first trace") }
    section && /^ *```/ { if (block) exit; block = found; next }
    block { sub(/^ +/, ""); print; lines++ }
    section && index($0, ENVIRON["TEXT"]) { found = 1 }
    END { exit !lines }' "$GUIDE"
}

guide_configure() {
  local file
  for file in otel.conf plugstack.conf slurm.conf; do
    [[ ! -e $SITE/etc/slurm/$file ]] || cp -p "$SITE/etc/slurm/$file" "$SITE/srv/$file.before"
    guide_block "/etc/slurm/$file" >>"$SITE/etc/slurm/$file"
  done
  site_run sh -ec "$(guide_block 'SlurmUser')"
}

guide_take_out() {
  local file
  for file in otel.conf plugstack.conf slurm.conf; do
    rm "$SITE/etc/slurm/$file"
    [[ ! -e $SITE/srv/$file.before ]] || cp -p "$SITE/srv/$file.before" "$SITE/etc/slurm/$file"
  done
}

# ---- what became of spans ---------------------------------------------------

# site_exported NAME SPAN...: the trace of the job is there, with a span of each
# of these names, and two of slurm.step: the batch step and the one in it.
site_exported() {
  local name=$1
  shift
  jq -nRe -L "$SETUP_TOP/tests/cluster" --arg job "$name" 'include "spans";
    [inputs | fromjson?] | spans
    | (map(select(.name == "slurm.job" and .attrs["slurm.job.name"] == $job)) | first | .trace) as $trace
    | map(select(.trace == $trace)) | map(.name) as $names
    | $trace != null and ($ARGS.positional - $names == []) and ($names | map(select(. == "slurm.step")) | length == 2)' \
    --args "$@" <"$SITE$SITE_TRACES"
}

site_waiting() {
  # its status is 1 where something waits
  { site_run slurm-otel status --json || true; } | jq '[.spools[].waiting.spans] | add'
}

site_waits() { # SPANS
  [[ $(site_waiting) -ge $1 ]]
}

site_block() {
  mv "$SITE/var/log/slurm-otel" "$SITE/srv/slurm-otel.away"
  site_run install -d /var/log/slurm-otel
}

site_unblock() {
  rmdir "$SITE/var/log/slurm-otel"
  mv "$SITE/srv/slurm-otel.away" "$SITE/var/log/slurm-otel"
}

site_agents() {
  find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' -lname '*/slurm-otel-agent*' 2>/dev/null || true
}
