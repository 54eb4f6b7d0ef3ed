#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# job_submit/otel beside job_submit/lua, in both orders, with a script that
# changes comments and partition.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

CLUSTER_PLUGINS=no
[[ -f $(cluster_plugin_dirs)/job_submit_lua.so ]] ||
  skip_all "no job_submit_lua.so on this machine"

start_with_plugins --nodes 1 --slurm-conf JobSubmitPlugins=otel \
  --slurm-conf 'PartitionName=quiet Nodes=ALL MaxTime=INFINITE State=UP' \
  --otel-conf 'SampleRule=partition=quiet sample=0'
# Slurm looks for the script beside slurm.conf.
cat >"$CLUSTER_DIR/job_submit.lua" <<'END'
function slurm_job_submit(job, partitions, uid)
  local admin = job.admin_comment
  job.admin_comment = admin and (admin .. " checked") or "checked"
  job.comment = "by lua"
  if job.name == "moved" then job.partition = "quiet" end
  if job.name == "refused" then return slurm.ERROR end
  return slurm.SUCCESS
end
function slurm_job_modify(job, record, partitions, uid)
  return slurm.SUCCESS
end
return slurm.SUCCESS
END

try() { # ORDER COMMENT-PATTERN MOVED-PATTERN
  local plain moved
  plain=$(cluster_submit --hold --job-name=plain --wrap 'srun true')
  moved=$(cluster_submit --hold --job-name=moved --wrap 'srun true')
  not_ok "$1: what lua refuses is refused" cluster_submit --job-name=refused --wrap true
  like "$1: both comments stand" "$(cluster_job_field "$plain" AdminComment)" "$2"
  like "$1: Comment is lua's" "$(scontrol show job "$plain")" 'Comment=by lua'
  is "$1: lua moved a job" "$(cluster_job_field "$moved" Partition)" quiet
  like "$1: and the rule saw the partition of before or after" \
    "$(cluster_job_field "$moved" AdminComment)" "$3"
  scontrol release "$plain,$moved"
  ok "$1: a job ends" cluster_wait_job "$plain"
  ok "$1: the other too" cluster_wait_job "$moved"
  wait_ok "$1: its root is in the trace that was shown" \
    "root($plain).trace == \"$(cluster_job_field "$plain" AdminComment | sed 's/.*trace_id=\(.\{32\}\).*/\1/')\""
  ok "$1: all is delivered" cluster_wait_drained
  spans_is "$1: the moved job is traced or not as it shows" "root($moved) != null" \
    "$([[ $(cluster_job_field "$moved" AdminComment) == *trace_id=* ]] && echo true || echo false)"
}

# The script must be there before slurmctld is.
order() { # PLUGINS
  sed -i "s/^JobSubmitPlugins=.*/JobSubmitPlugins=$1/" "$SLURM_CONF"
  # not by ok, whose subshell would keep the daemons' process ids
  if cluster_restart; then pass "$1: slurmctld starts"; else fail "$1: slurmctld starts"; fi
}

order lua,otel
try lua,otel '^checked trace_id=[0-9a-f]{32}$' '^checked$'

order otel,lua
try otel,lua '^trace_id=[0-9a-f]{32} checked$' '^trace_id=[0-9a-f]{32} checked$'
done_testing
