#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slurm-otel detail, as administrators call it: options, which spools, who may,
# and what it leaves there.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cluster/tap.sh
. "$here/../cluster/tap.sh"

WORK=$(mktemp -d /tmp/slurm-otel-detail.XXXXXX) || exit 1
trap 'rm -rf "$WORK"' EXIT
chmod 755 "$WORK"
# shellcheck source=tests/cli/lib.sh
. "$here/lib.sh"

SPOOLS=$WORK/spools
export LC_ALL=C.UTF-8 TZ=UTC
unset SLURM_CONF

detail() {
  run detail --config "$WORK/otel.conf" "$@"
}

files() {
  (cd "$SPOOLS" && find . -type f | sort | paste -sd' ')
}

echo "SpoolDir=$SPOOLS" >"$WORK/otel.conf"

# --- options
usage_error "unknown word" "unexpected argument up" detail up
usage_error "two words" "unexpected argument off" detail on off --for 1m
usage_error "unknown option" "unknown option --frobnicate" detail --frobnicate
usage_error "missing value" "a value is missing after --for" detail on --for
usage_error "no time" "on needs --for" detail on
for time in 0s 5 m 5ms 721h 99999999999h -1m 1m1s ''; do
  usage_error "bad time '$time'" "--for takes .*, not $time" detail on --for "$time"
done
usage_error "bad level" "--level takes node or task, not step" detail on --for 1m --level step
for job in 0 x 5_7 -1 4294967295 99999999999 ''; do
  usage_error "bad job '$job'" "--job takes .*, not $job" detail on --for 1m --job "$job"
done
usage_error "no such user" "there is no user nobody_at_all" detail on --for 1m --user nobody_at_all
usage_error "bad partition" "--partition takes a name, not a␛" detail on --for 1m --partition $'a\eb'
usage_error "no partition" "--partition takes a name" detail on --for 1m --partition ''
usage_error "long partition" "--partition takes a name" detail on --for 1m --partition "$(printf 'p%.0s' {1..256})"
usage_error "off with a time" "only on takes --for" detail off --for 1m
usage_error "show with a job" "only on takes --job" detail --job 5
run detail --help
is "help: status" "$STATUS" 0
like "help: names --for" "$OUT" "--for TIME"
run detail --config "$WORK/none"
is "no such configuration: status" "$STATUS" 1

# --- no spool
detail
is "no SpoolDir: status" "$STATUS" 1
like "no SpoolDir: message" "$ERR" "no slurmd's spool in $SPOOLS: No such file"
mkdir "$SPOOLS"
mkdir -m 700 "$SPOOLS/slurmctld"
detail on --for 1m
is "only slurmctld's: status" "$STATUS" 1
like "only slurmctld's: message" "$ERR" "no slurmd's spool in $SPOOLS\$"

# --- on, show, off
mkdir -m 700 "$SPOOLS/slurmd.n1" "$SPOOLS/slurmd.n2" "$SPOOLS/slurmd."$'\e[2J'
detail
is "nothing is raised" "$STATUS $OUT" $'0 slurmd.n1: as configured\nslurmd.n2: as configured'
before=$(date +%s)
detail on --for 2h --level node --job 42 --user 12345 --partition gpu
is "on: status" "$STATUS$ERR" 0
is "on: everywhere" "$(files)" "./slurmd.n1/detail ./slurmd.n2/detail"
is "on: what a hook reads" "$(tail -n +2 "$SPOOLS/slurmd.n1/detail" | paste -sd' ')" "level=node partition=gpu uid=12345 job=42"
until=$(sed -n 's/^until=//p' "$SPOOLS/slurmd.n1/detail")
ok "on: until when" test $((until - before)) -ge 7200 -a $((until - before)) -le 7260
like "on: says so" "$OUT" "^slurmd.n1: node until [-0-9]+ [0-9:]+, job 42, partition gpu, uid 12345"
detail on --for 5m --spool "$SPOOLS/slurmd.n2/" --user "$(id -un)"
is "on: status in one spool" "$STATUS$ERR" 0
is "on: only there" "$(grep -c level=task "$SPOOLS"/slurmd.n?/detail)" "$SPOOLS/slurmd.n1/detail:0"$'\n'"$SPOOLS/slurmd.n2/detail:1"
is "on: the user by number" "$(tail -n 1 "$SPOOLS/slurmd.n2/detail")" "uid=$(id -u)"
detail off --spool "$SPOOLS/slurmd.n1"
is "off: status" "$STATUS $OUT" "0 slurmd.n1: as configured"
is "off: only there" "$(files)" "./slurmd.n2/detail"
sed -i 's/^until=.*/until=1700000000/' "$SPOOLS/slurmd.n2/detail"
detail
is "expired: as if it were not there" "$STATUS $OUT" $'0 slurmd.n1: as configured\nslurmd.n2: as configured'
is "expired: removed" "$(files)" ""
detail off
is "off: again" "$STATUS" 0

# --- what it can not use
printf 'until=9999999999\nlevel=task\npartition=\e[2J\n' >"$SPOOLS/slurmd.n1/detail"
detail
is "damaged: status" "$STATUS" 1
like "damaged: message" "$ERR" "detail in the spool is damaged: ignored"
is "damaged: the others are told of" "$OUT" "slurmd.n2: as configured"
detail on --for 1m
is "damaged: replaced" "$STATUS$ERR" 0
ln -sf /etc/passwd "$SPOOLS/slurmd.n1/detail"
detail
is "a link: status" "$STATUS" 1
detail on --for 1m
is "a link: replaced" "$STATUS$ERR" 0
ok "a link: not followed" test ! -L "$SPOOLS/slurmd.n1/detail" -a -s /etc/passwd
run detail --spool "$WORK/otel.conf"
is "no directory: status" "$STATUS" 1
run detail --spool "$WORK/none"
is "no spool: status" "$STATUS" 1
like "no spool: message" "$ERR" "none: No such file or directory"

# --- who may
# The tool where everybody can run it.
run_as() { # USER ARGUMENT...
  local user=$1
  shift
  STATUS=0
  OUT=$(runuser -u "$user" -- "$WORK/slurm-otel" detail --config "$WORK/otel.conf" "$@" 2>"$WORK/err") || STATUS=$?
  ERR=$(<"$WORK/err")
}
if [[ $(id -u) -eq 0 ]] && cp "$TOOL" "$WORK/slurm-otel" && runuser -u nobody -- "$WORK/slurm-otel" --version >/dev/null; then
  chown daemon "$SPOOLS/slurmd.n1"
  run_as nobody on --for 1m
  is "a stranger: status" "$STATUS" 1
  like "a stranger: message" "$ERR" "slurmd.n1: only root and its owner, daemon, may do that"
  run_as nobody
  is "a stranger may not look: status" "$STATUS" 1
  run_as daemon on --for 1m --spool "$SPOOLS/slurmd.n1"
  is "the owner: status" "$STATUS$ERR" 0
  detail --spool "$SPOOLS/slurmd.n1"
  like "root believes the owner" "$STATUS $OUT" "^0 slurmd.n1: task until"
  detail on --for 1m --spool "$SPOOLS/slurmd.n1"
  is "what root writes is the owner's" "$(stat -c %U:%a "$SPOOLS/slurmd.n1/detail")" daemon:600
  run_as daemon off --spool "$SPOOLS/slurmd.n1"
  is "who may end it: status" "$STATUS$ERR" 0
fi

done_testing
