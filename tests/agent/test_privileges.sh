#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the agent may do once it runs.
. "$(dirname "$0")/lib.sh"

((EUID == 0)) || skip_all 'not root'
id nobody >/dev/null 2>&1 || skip_all 'no user nobody'

status_of() { # FIELD
  sed -n "s/^$1:[[:space:]]*//p" "/proc/$AGENT_PID/status"
}

chmod 755 "$WORK"
# the build tree may be root's alone
install -m 755 "$AGENT" "$WORK/program"
printf '#!/bin/sh\nexec setpriv --groups 1,2 %s "$@"\n' "$WORK/program" >"$WORK/agent"
chmod 755 "$WORK/agent"
AGENT=$WORK/agent
mkdir -m 777 "$WORK/out"
configure "Endpoint=file:$WORK/out/traces.jsonl"
sed -i 's/^AgentUser=.*/AgentUser=nobody/' "$CONF"
start_agent --log-file "$WORK/log"
uid=$(id -u nobody) gid=$(id -g nobody)
is 'it runs as AgentUser' "$(status_of Uid | tr '\t' ' ')" "$uid $uid $uid $uid"
is 'and its group' "$(status_of Gid | tr '\t' ' ')" "$gid $gid $gid $gid"
is 'without other groups' "$(status_of Groups | tr -d ' ')" ''
is 'without capabilities' "$(status_of CapEff)" 0000000000000000
is 'without new privileges' "$(status_of NoNewPrivs)" 1
like 'without core dumps' "$(grep 'Max core' "/proc/$AGENT_PID/limits")" 'size +0 +0 '
is 'the spool is given to it' "$(stat -c %U:%a "$SPOOL")" nobody:700
is 'its log file too' "$(stat -c %U "$WORK/log")" nobody
write_spans 1 3
ok 'it delivers what root wrote' until_true test -s "$WORK/out/traces.jsonl"
is 'as itself' "$(stat -c %U:%a "$WORK/out/traces.jsonl")" nobody:640
"$SPOOL_TOOL" open "$SPOOL" 4 1
ok 'it closes what a step of root left' until_true grep -q '"stringValue":"lost"' "$WORK/out/traces.jsonl"
ok 'and removes it' until_true test ! -e "$SPOOL/open/4.batch"
is 'in a directory of its own' "$(stat -c %U:%a "$SPOOL/open")" nobody:700
stop_agent
is 'it ends' $? 0
ok 'the spool is empty' delivered

configure "Endpoint=file:$WORK/out/traces.jsonl"
sed -i 's/^AgentUser=.*/AgentUser=no-such-user/' "$CONF"
not_ok 'an unknown AgentUser is an error' agent_once

# --- started by somebody else than root
configure "Endpoint=file:$WORK/out/traces.jsonl"
sed -i 's/^AgentUser=.*/AgentUser=root/' "$CONF"
chmod 644 "$CONF"
: >"$LOG"
ok 'as nobody it works too' setpriv --reuid "$uid" --regid "$gid" --clear-groups \
  "$WORK/program" --spool "$SPOOL" --config "$CONF" --once --log-file "$WORK/out/log"
like 'and says that AgentUser can not be' "$(<"$WORK/out/log")" 'AgentUser=root is not heeded'
done_testing
