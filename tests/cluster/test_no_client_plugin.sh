#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Jobs that no client plugin has seen: by the C API, slurmrestd and scrontab.
# With job_submit/otel they have their trace while they are pending, without it
# one that slurmctld and the nodes derive alike.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
# shellcheck source=tests/cluster/lib/scrontab.sh
. "$CLUSTER_LIB/lib/scrontab.sh"

unset TRACEPARENT TRACESTATE BAGGAGE
given=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01

shown_trace() { # JOB
  cluster_job_field "$1" AdminComment | sed -n 's/.*trace_id=\([0-9a-f]\{32\}\).*/\1/p'
}

has_rest=
! command -v slurmrestd >/dev/null || has_rest=yes

rest_newest_parser() {
  local plugins
  plugins=$(cluster_plugin_dirs)
  printf '%s\n' "${plugins##*:}"/data_parser_v*.so | sed 's|.*/data_parser_||; s|\.so$||; y|_|.|' | sort -V | tail -n 1
}

# Since 23.11 the version of the API is a parser of its data, which takes the
# environment as a list.
rest_version=v0.0.38 rest_plugins=(-s openapi/v0.0.38) rest_environment='{PATH: "/usr/bin:/bin", ($name): $value}'
if [[ $has_rest ]] && cluster_slurm_since 23.11; then
  rest_version=$(rest_newest_parser)
  rest_plugins=(-s openapi/slurmctld -d "data_parser/$rest_version")
  rest_environment='["PATH=/usr/bin:/bin", $name + "=" + $value]'
fi

# It refuses to be root; who it is then, and its jobs are, may not be able to
# read our plugins, so these clients have a configuration without.
rest_start() {
  local as=()
  [[ $(id -u) != 0 ]] || as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
  mkdir -m 777 "$CLUSTER_DIR/rest"
  sed "s|^PluginDir=$CLUSTER_STAGE/lib/slurm:|PluginDir=|; /^PlugStackConfig=/d; /^JobSubmitPlugins=/d" \
    "$CLUSTER_DIR/slurm.conf" >"$CLUSTER_DIR/rest/slurm.conf"
  SLURM_CONF=$CLUSTER_DIR/rest/slurm.conf setsid "${as[@]}" slurmrestd -a rest_auth/local "${rest_plugins[@]}" \
    unix:"$CLUSTER_DIR/rest/socket" </dev/null &>"$CLUSTER_DIR/log/slurmrestd.out" &
  CLUSTER_PID[slurmrestd]=$!
  disown $!
  cluster_until 10 test -S "$CLUSTER_DIR/rest/socket"
}

rest_submit() { # [NAME=VALUE of its environment]: prints the job id
  jq -n --arg name "${1%%=*}" --arg value "${1#*=}" \
    --arg script $'#!/bin/sh\n'"SLURM_CONF=$CLUSTER_DIR/rest/slurm.conf srun -n1 true"$'\n' '{script: $script,
      job: {name: "rest", current_working_directory: "/tmp", standard_output: "/dev/null",
        environment: '"$rest_environment"'}}' |
    curl -sS --unix-socket "$CLUSTER_DIR/rest/socket" -H 'Content-Type: application/json' -d @- \
      "http://localhost/slurm/$rest_version/job/submit" | jq -e .job_id
}

# Batch jobs: one trace, a batch step and the step that its script starts.
sound() { # NAME JOB [PARENT]
  wait_ok "$1: its spans arrive" "root($2) and steps($2) == [\"0\",\"batch\"]"
  spans_is "$1: the root's parent, and one trace" "[root($2).parent, (job($2) | traces | length)]" "[${3:-null},1]"
  spans_ok "$1: its steps hang together" \
    "root($2) as \$root | step($2; \"batch\") as \$batch | (\$batch | is_child(\$root)), (step($2; 0) | is_child(\$batch))"
  spans_is "$1: all within the job" "root($2) as \$root | job($2) | outside(\$root) | table" "[]"
  spans_is "$1: its end" "root($2) | [.attrs[\"slurm.state\"], .status]" '["COMPLETED","unset"]'
  is "$1: its comment names the trace" "$(shown_trace "$2")" "$(cluster_query "root($2).trace")"
}

all_ways() { # WITH-OR-WITHOUT
  local api rest='' allocated
  api=$("$CLUSTER_DIR/submit_api" PATH="$PATH")
  [[ ! $has_rest ]] || rest=$(rest_submit LANG=C)
  allocated=$("$CLUSTER_DIR/submit_api" allocate 2>/dev/null)
  for job in "$api" $rest "$allocated"; do
    ok "$1: job $job ends" cluster_wait_job "$job"
  done
  sound "C API $1" "$api"
  [[ ! $has_rest ]] || sound "slurmrestd $1" "$rest"
  wait_ok "C API, an allocation $1: its root arrives" "root($allocated)"
  spans_is "and is alone" "job($allocated) | map(select(.parent == null).name), steps($allocated)" $'["slurm.job"]\n[]'
}

start_with_plugins --nodes 2 --slurm-conf JobSubmitPlugins=otel --slurm-conf ScronParameters=enable
gcc -I"$CLUSTER_TOP/tests" -o "$CLUSTER_DIR/submit_api" "$CLUSTER_LIB/submit_api.c" -lslurm
if [[ $has_rest ]]; then
  ok "slurmrestd starts" rest_start
else
  skip "slurmrestd" "not installed"
fi
scrontab=$CLUSTER_DIR/scrontab
if scrontab_build "$scrontab"; then
  echo '* * * * * srun -n1 true' | "$scrontab" -
  cron=$(squeue -h -o %i)
  like "scrontab: shown while it waits for its minute" "$(shown_trace "$cron")" '^[0-9a-f]{32}$'
else
  cron=
  skip "scrontab" "no source tree of Slurm (SLURM_SOURCE)"
fi

all_ways "with job_submit"
job=$("$CLUSTER_DIR/submit_api" hold PATH="$PATH" TRACEPARENT=$given)
is "C API: a context that it brings is shown while pending" "$(shown_trace "$job")" "${given:3:32}"
scontrol release "$job"
ok "C API with a context: it ends" cluster_wait_job "$job"
sound "C API with a context" "$job" '"00f067aa0ba902b7"'
if [[ $has_rest ]]; then
  rest=$(rest_submit TRACEPARENT=$given)
  ok "slurmrestd with a context: it ends" cluster_wait_job "$rest"
  sound "slurmrestd with a context" "$rest" '"00f067aa0ba902b7"'
fi

# Slurm makes each run of a crontab's line a requeue of the one job.
if [[ -n $cron && -n ${CI:-} ]]; then
  wait_ok "scrontab: the first run's spans arrive" \
    "attempt($cron; 0) | (named(\"slurm.job\") | length == 1) and attempt_steps == [\"0\",\"batch\"]" 70
  spans_is "scrontab: in the trace that was shown" "job($cron) | traces" "[\"$(shown_trace "$cron")\"]"
  spans_ok "scrontab: its steps hang together" \
    "root($cron) as \$root | step($cron; \"batch\") as \$batch | (\$batch | is_child(\$root)), (step($cron; 0) | is_child(\$batch))"
  restarted() {
    (($(cluster_job_field "$cron" Restarts) >= 1))
  }
  ok "scrontab: the next run is the next attempt" cluster_until 20 restarted
elif [[ -n $cron ]]; then
  skip "scrontab: a run" "takes up to a minute, only with CI=true"
fi
[[ -z $cron ]] || "$scrontab" -r

# --- the same without job_submit
sed -i '/^JobSubmitPlugins=/d' "$CLUSTER_DIR/slurm.conf"
ok "the cluster starts without job_submit/otel" cluster_restart
all_ways "without job_submit"

done_testing
