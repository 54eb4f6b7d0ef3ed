#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The arguments of plugstack.conf that slurmd leaves in the spool: over
# otel.conf, at the start and when they change, and from nobody but slurmd.
. "$(dirname "$0")/lib.sh"

HEAD='# slurm-otel: arguments of plugstack.conf, written by slurmd'

# As slurmd does it; the close under the last name wakes the agent.
leave() { # KEY=VALUE...
  printf '%s\n' "$HEAD" "$@" >"$WORK/arguments.new"
  exec 9>>"$WORK/arguments.new"
  mv "$WORK/arguments.new" "$SPOOL/arguments"
  exec 9>&-
}

heads() { # NAME: the receiver's requests with that token
  cat "$RECEIVED/$1"/*.head 2>/dev/null | tr -d '\r' | sed -n 's/^x-token: //Ip' | sort -u | paste -sd' '
}

got() { # NAME: the numbers of the spans that it has
  sent_to "$1" | sort -nu | paste -sd' '
}

write_spans 1 3
start_receiver file 200
start_receiver argument 200
start_receiver later 200
configure "Endpoint=http://127.0.0.1:${PORTS[file]}" Headers=x-token=file
leave "Endpoint=http://127.0.0.1:${PORTS[argument]}" Headers=x-token=argument
start_agent
write_spans 4 2
ok 'arguments count, and not otel.conf' until_true eval '[[ $(got argument) == "1 2 3 4 5" ]]'
is 'for headers too' "$(heads argument)" argument
is 'otel.conf named nobody else' "$(got file)" ''

leave "Endpoint=http://127.0.0.1:${PORTS[later]}" Headers=x-token=later
ok 'others come while it runs' until_true grep -q 'the configuration was read again' "$LOG"
write_spans 6 2
ok 'and count at once' until_true eval '[[ $(got later) == "6 7" ]]'

: >"$LOG"
leave 'Endpoint=nonsense'
ok 'a mistake in them is said' until_true grep -q 'plugstack.conf argument "Endpoint=...": .*goes on with the configuration it had' "$LOG"
write_spans 8 1
ok 'and the ones before stay' until_true eval '[[ $(got later) == "6 7 8" ]]'

: >"$LOG"
rm "$SPOOL/arguments"
ok 'without any' until_true grep -q 'the configuration was read again' "$LOG"
write_spans 9 1
ok 'otel.conf is in force' until_true eval '[[ $(got file) == 9 ]]'

: >"$LOG"
echo 'Detail=node' >"$SPOOL/arguments"
ok 'what slurmd did not write is refused' until_true grep -q 'arguments in the spool is damaged: remove it' "$LOG"
stop_agent
is 'and the agent ends well' $? 0
"$AGENT" --spool "$SPOOL" --config "$CONF" --once 2>"$WORK/start.log"
is 'it does not start with that' $? 78

# --- Config= among them, and spools in the spool
leave "Config=$CONF" Headers=x-token=named
(umask 077 && mkdir -p "$SPOOL/behind/0123456789abcdef")
"$SPOOL_TOOL" write "$SPOOL/bad" 20 1
"$SPOOL_TOOL" write "$SPOOL/behind/0123456789abcdef" 21 1
"$SPOOL_TOOL" write "$SPOOL/behind/0123456789abcdef/bad" 22 1
for dir in bad behind/0123456789abcdef behind/0123456789abcdef/bad; do
  ok "they count for $dir" "$AGENT" --spool "$SPOOL/$dir" --once
done
is 'all of it went to the named file'"'"'s endpoint' "$(got file)" '9 20 21 22'
is 'with the header of the arguments' "$(heads file)" 'file named'

# --- whose they are
if ((EUID == 0)) && id nobody >/dev/null 2>&1; then
  leave 'AgentUser=root'
  chown nobody "$SPOOL/arguments"
  "$AGENT" --spool "$SPOOL" --config "$CONF" --once 2>"$WORK/start.log"
  is 'root heeds none of the agent'"'"'s user' $? 78
  like 'and says so' "$(<"$WORK/start.log")" 'arguments in the spool is not one that slurmd wrote: remove it and restart slurmd'

  # what root left can be read once the agent is no longer root
  rm -rf "$SPOOL"
  chmod 755 "$WORK"
  # the build tree may be root's alone
  install -m 755 "$AGENT" "$WORK/program"
  AGENT=$WORK/program
  configure "Endpoint=http://127.0.0.1:${PORTS[file]}"
  chmod 644 "$CONF"
  install -d -m 700 -o nobody -g "$(id -gn nobody)" "$SPOOL"
  leave_as_root() {
    leave "$@"
    chgrp "$(id -gn nobody)" "$SPOOL/arguments"
    chmod 640 "$SPOOL/arguments"
  }
  leave_as_root AgentUser=nobody
  start_agent
  is 'root obeys its own' "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$AGENT_PID/status")" "$(id -u nobody)"
  : >"$LOG"
  leave_as_root AgentUser=nobody "Endpoint=http://127.0.0.1:${PORTS[later]}"
  kill -HUP "$AGENT_PID"
  ok 'and reads them again as AgentUser' until_true grep -q 'the configuration was read again' "$LOG"
  write_spans 30 1
  ok 'to send where they say' until_true eval '[[ $(got later) == *30 ]]'
  stop_agent
else
  skip 'whose they are' 'not root'
fi
done_testing
