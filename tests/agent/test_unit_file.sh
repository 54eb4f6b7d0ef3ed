#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The systemd unit: what systemd thinks of it, and an agent at work under the
# limits that it sets, made by other means since no systemd runs here.  And what
# systemd-tmpfiles does with SpoolDir.
. "$(dirname "$0")/lib.sh"

EXPOSURE=25 # of 100: what the unit had when this was written
UNIT=$PWD/etc/slurm-otel-agent@.service
SANDBOX=$PWD/tests/sandbox

command -v systemd-analyze >/dev/null || skip_all 'no systemd-analyze'

# values KEY: of all lines of the unit with that key, in order.
values() {
  sed -n "s/^$1=//p" "$UNIT"
}

# expand NAME: a system call, or all of a @set of systemd's.
expand() {
  local name
  [[ $1 == @* ]] || { echo "$1" && return; }
  while read -r name _; do
    [[ -z $name || $name == '#'* || $name == "$1" ]] || expand "$name"
  done < <(systemd-analyze syscall-filter "$1")
}

# allowed_calls: what the unit's SystemCallFilter= lines come to.
allowed_calls() {
  local line name call
  local -A allowed=()
  while read -r line; do
    for name in ${line#\~}; do
      while read -r call; do
        if [[ $line == '~'* ]]; then
          unset "allowed[$call]"
        else
          allowed[$call]=1
        fi
      done < <(expand "$name")
    done
  done < <(values SystemCallFilter)
  printf '%s\n' "${!allowed[@]}"
}

# --- what systemd thinks
mkdir "$WORK/unit"
# the program may not be installed yet
sed "s|^ExecStart=[^ ]*|ExecStart=$AGENT|" "$UNIT" >"$WORK/unit/slurm-otel-agent@.service"
is 'systemd finds no mistake in it' \
  "$(systemd-analyze verify --man=no "$WORK/unit/slurm-otel-agent@.service" 2>&1)" ''
ok "its exposure is $EXPOSURE of 100 at most" systemd-analyze security --offline=true \
  --threshold=$EXPOSURE --no-pager "$WORK/unit/slurm-otel-agent@.service"
printf '[Service]\nUser=nobody\nCapabilityBoundingSet=\n' |
  cat "$UNIT" - | sed "s|^ExecStart=[^ ]*|ExecStart=$AGENT|" >"$WORK/unit/agent-as-user@.service"
ok 'and less with a User= from the start' systemd-analyze security --offline=true \
  --threshold=$((EXPOSURE - 5)) --no-pager "$WORK/unit/agent-as-user@.service"

((EUID == 0)) || { skip 'an agent in the sandbox' 'not root' && done_testing && exit; }

# --- SpoolDir, at each start of the system and each upgrade of a package
mkdir -p "$WORK/root/etc" "$WORK/root/var/spool"
grep ^root: /etc/passwd >"$WORK/root/etc/passwd"
grep ^root: /etc/group >"$WORK/root/etc/group"
create_files() {
  systemd-tmpfiles --create --root="$WORK/root" - <"$(dirname "$0")/../../etc/slurm-otel.conf"
  stat -c '%u %a' "$WORK/root/var/spool/slurm-otel"
}
is 'tmpfiles.d makes it' "$(create_files)" '0 755'
chown 4711 "$WORK/root/var/spool/slurm-otel"
is 'and leaves it to SlurmUser' "$(create_files)" '4711 755'

# --- an agent under its limits
[[ -x $SANDBOX ]] || { skip 'an agent in the sandbox' 'built without libseccomp' && done_testing && exit; }
id nobody >/dev/null 2>&1 || { skip 'an agent in the sandbox' 'no user nobody' && done_testing && exit; }

allowed_calls >"$WORK/calls"
capabilities=$(values CapabilityBoundingSet | tr '[:upper:]' '[:lower:]' | sed 's/cap_/+/g; s/ /,/g')
# as the unit would start a program
sandboxed=(setpriv --bounding-set="-all,$capabilities" "$SANDBOX" "$WORK/calls")
status_of() { # FIELD
  sed -n "s/^$1:[[:space:]]*//p" "/proc/$AGENT_PID/status"
}

chmod 755 "$WORK"
install -m 755 "$AGENT" "$WORK/program"
install -o nobody -m 600 /dev/null "$WORK/nobodys"
ok 'the sandbox runs programs' "${sandboxed[@]}" /bin/true
not_ok 'and forbids what the unit does' "${sandboxed[@]}" /usr/bin/unshare --uts /bin/true
not_ok 'such as a change of owner' "${sandboxed[@]}" /bin/chown nobody "$WORK/program"
not_ok 'and the file of another' "${sandboxed[@]}" /bin/sh -c "echo >>'$WORK/nobodys'"

start_collector 200
configure "Endpoint=http://localhost:$PORT" MaxExportBatchSize=20
sed -i 's/^AgentUser=.*/AgentUser=nobody/' "$CONF"
# as slurmd leaves it
write_spans 1 100
chown -R nobody "$SPOOL"
printf '#!/bin/sh\necho "$*" >>%s\n' "$WORK/helped" >"$WORK/helper"
chmod 755 "$WORK/helper"
install -o nobody -m 600 /dev/null "$WORK/helped"
"${sandboxed[@]}" "$WORK/program" --spool "$SPOOL" --config "$CONF" --foreground \
  --comment-helper "$WORK/helper" 2>>"$LOG" &
AGENT_PID=$!
ok 'the agent delivers, the name of its receiver looked up' until_true all_received 100
is 'as its user' "$(status_of Uid | cut -f2)" "$(id -u nobody)"
is 'without capabilities' "$(status_of CapEff)" 0000000000000000
is 'two filters and more are on it' "$(status_of Seccomp)" 2
like 'nothing failed in it' "$(<"$LOG")" '^slurm-otel-agent: info: reads [^ ]+, sends to [^ ]+$'
"$SPOOL_TOOL" comment "$SPOOL" 42 "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01\\nc1\\n0\\n"
ok 'it runs its helper' until_true grep -q -- '--job 42' "$WORK/helped"
install -d -o nobody "$WORK/out"
sed -i "s|^Endpoint=.*|Endpoint=file:$WORK/out/traces.jsonl|" "$CONF"
printf '%s\n' FileMaxSize=4KiB >>"$CONF"
kill -HUP "$AGENT_PID"
ok 'SIGHUP is obeyed' until_true grep -q 'configuration was read again' "$LOG"
write_spans 200 100
ok 'it writes and rotates files' until_true test -s "$WORK/out/traces.jsonl.1"
ok 'and empties the spool' until_true delivered
stop_agent
is 'it ends' $? 0
like 'with nothing lost' "$(<"$LOG")" '200 spans delivered, 0 rejected .* 0 set aside in bad/, 0 lost'
done_testing
