#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# JobCompChain: the records of another completion plugin beside the traces, with
# Slurm's own jobcomp/filetxt and jobcomp/elasticsearch, whatever is wrong with
# either side.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

said() { # what slurmctld's log holds of ours
  sed -n 's/^\[[^]]*\] \(.*otel: .*\)/\1/p' "$CLUSTER_DIR/log/slurmctld.log"
}

said_of_chain() {
  said | grep -E 'JobCompChain|jobcomp/|otel.conf:' || true
}

# configure OTEL-CONF-LINES [JOBCOMPLOC]
configure() {
  cluster_write_otel_conf "$1"
  sed -i '/^JobCompLoc=/d' "$SLURM_CONF"
  echo "JobCompLoc=${2:-$records}" >>"$SLURM_CONF"
}

reconfigure() { # OTEL-CONF-LINES [JOBCOMPLOC]
  configure "$@"
  scontrol reconfigure
  cluster_wait_up 150
}

restart() { # OTEL-CONF-LINES [JOBCOMPLOC]
  configure "$@"
  cluster_stop_slurmctld
  rm -f "$CLUSTER_DIR/log/slurmctld.log"
  cluster_start_slurmctld
}

run_job() { # sets job
  job=$(cluster_submit --job-name="$1" --wrap true)
  cluster_wait_job "$job"
}

recorded() { # JOB [FILE]: how often
  grep -c "^JobId=$1 " "${2:-$records}" 2>/dev/null || true
}

# --- none
start_with_plugins --nodes 1
records=$CLUSTER_DIR/records
like "without JobCompChain sacct -c says where jobs are" "$(sacct -c 2>&1)" "jobcomp/otel keeps no list"

# --- filetxt
reconfigure JobCompChain=jobcomp/filetxt
run_job chained
is "jobcomp/filetxt has the job" "$(recorded "$job")" 1
wait_ok "and so has the backend" "root($job)"
is "slurmctld says once who else gets records" "$(said_of_chain)" "otel: jobcomp/filetxt gets every record, too"
like "sacct -c shows the job" "$(sacct -c -n -X -o JobID,JobName,State 2>&1)" "$job +chained +COMPLETED"
is "and nothing else" "$(sacct -c -n -o JobID 2>&1 | tr -d ' ')" "$job"

# A user's sacct, from plugins that the user can read, which a worktree may not be.
users_sacct() {
  setpriv --reuid=65534 --clear-groups --inh-caps=-all env \
    SLURM_CONF="$CLUSTER_DIR/user/slurm.conf" sacct -c -n -o JobID 2>&1 | tr -d ' '
}
if [[ $(id -u) -eq 0 ]]; then
  mkdir "$CLUSTER_DIR/user" "$CLUSTER_DIR/user/plugins"
  cp "$CLUSTER_STAGE/lib/slurm/jobcomp_otel.so" "$CLUSTER_DIR/user/plugins"
  sed "s|$CLUSTER_STAGE/lib/slurm:|$CLUSTER_DIR/user/plugins:|" "$SLURM_CONF" >"$CLUSTER_DIR/user/slurm.conf"
  cp "$CLUSTER_DIR/otel.conf" "$CLUSTER_DIR/user"
  chmod -R a+rX "$CLUSTER_DIR/user"
  like "sacct -c of any user shows the job" "$(users_sacct)" "(^|"$'\n'")$job($|"$'\n'")"
  chmod 600 "$CLUSTER_DIR/user/otel.conf"
  like "without leave to read otel.conf it says where jobs are" "$(users_sacct)" "keepsnolist"
else
  skip "sacct -c of any user" "not root"
fi

mv "$records" "$records.before"
sed "s|^StateSaveLocation=.*|StateSaveLocation=$CLUSTER_DIR/run|" "$SLURM_CONF" >"$CLUSTER_DIR/run/slurm.conf"
cp "$CLUSTER_DIR/otel.conf" "$CLUSTER_DIR/run/otel.conf"
SLURM_CONF=$CLUSTER_DIR/run/slurm.conf slurmctld -t >/dev/null 2>&1 || true
ok "slurmctld -t begins no record" test ! -e "$records"
mv "$records.before" "$records"

reconfigure $'JobCompChain=filetxt\nEnabled=no' "$records.new"
run_job disabled
is "JobCompLoc moves at a reconfigure, and Enabled=no is ours alone" \
  "$(recorded "$job") $(recorded "$job" "$records.new")" "0 1"
spans_is "of which nothing is traced" "named(\"slurm.job\") | map(.attrs[\"slurm.job.name\"])" '["chained"]'

# --- what is wrong with the other is nothing to us
restart JobCompChain=jobcomp/filetxt "$CLUSTER_DIR/nowhere/records"
run_job unrecorded
run_job unrecorded_too
wait_ok "a job that the other can not record is traced" "root($job)"
like "an error tells of JobCompLoc" "$(said_of_chain)" \
  "jobcomp/filetxt \(JobCompChain\) can not use JobCompLoc .*: open $CLUSTER_DIR/nowhere/records: No such file"
is "and one of the records" "$(said_of_chain | grep -cE 'filetxt \(JobCompChain\) could not record a job')" 1

# --- what is wrong with us is nothing to the other
mkdir "$CLUSTER_DIR/nowhere"
reconfigure $'Endpont=nowhere\nJobCompChain=filetxt\nBatchTimeout=soon' "$CLUSTER_DIR/nowhere/records"
run_job mistaken
is "with mistakes in otel.conf records go on" "$(recorded "$job" "$CLUSTER_DIR/nowhere/records")" 1
is "and each mistake is told" "$(said | grep -c 'tracing is off: ')" 2
# From 23.11 slurmctld is restarted by a reconfigure, and knows nothing of before.
if cluster_slurm_since 23.11; then
  reconfigure JobCompChain=jobcomp/lua
  run_job changed
  is "another plugin takes over at once" "$(recorded "$job")" 0
  like "and has no script here, which is told" "$(said_of_chain)" "JobCompChain=jobcomp/lua: it is not loaded"
else
  like "so is the end of the other's trouble" "$(said_of_chain | tail -n 1)" \
    "filetxt \(JobCompChain\) records jobs again; 1 more records were lost"
  reconfigure JobCompChain=jobcomp/lua
  run_job unchanged
  is "another plugin waits for a restart" "$(recorded "$job")" 1
  like "which is told, too" "$(said_of_chain)" \
    "JobCompChain names jobcomp/lua; jobcomp/filetxt goes on until slurmctld is restarted"
fi

# --- what can not be loaded
restart JobCompChain=jobcomp/no_such
run_job alone
wait_ok "with a plugin that is missing jobs are traced" "root($job)"
like "the error names it and where it was looked for" "$(said_of_chain)" \
  "error: otel: JobCompChain=jobcomp/no_such: .*there is no jobcomp_no_such.so in .*/lib/slurm:"
is "and is said once" "$(said_of_chain | wc -l)" 1
reconfigure JobCompChain=jobcomp/otel
refuses_itself() { said | grep -q 'can not be handed its own calls'; }
cluster_until 20 refuses_itself || true # a slurmctld that starts anew may say so later
like "it does not chain itself" "$(said)" "tracing is off: .*: JobCompChain: jobcomp/otel can not be handed its own calls"

# --- elasticsearch, which has a thread and state of its own
plugins=$(cluster_plugin_dirs)
if [[ ! -f ${plugins##*:}/jobcomp_elasticsearch.so ]]; then
  skip "jobcomp/elasticsearch" "no jobcomp_elasticsearch.so (Debian: slurm-wlm-elasticsearch-plugin)"
elif [[ ! -x $RECEIVER_PROGRAM ]]; then
  skip "jobcomp/elasticsearch" "no $RECEIVER_PROGRAM (make check TESTS=)"
else
  mkdir "$CLUSTER_DIR/elastic"
  "$RECEIVER_PROGRAM" --dir "$CLUSTER_DIR/elastic" 201 >"$CLUSTER_DIR/run/elastic.port" &
  elastic=$!
  cluster_until 10 test -s "$CLUSTER_DIR/run/elastic.port"
  url=http://127.0.0.1:$(<"$CLUSTER_DIR/run/elastic.port")/slurm/_doc
  reconfigure $'JobCompChain=jobcomp/elasticsearch\nEndpont=nowhere' "$url"
  # its thread misses the first call of set_location now and then, and would
  # wait 30 s
  reconfigure JobCompChain=jobcomp/elasticsearch "$url"
  run_job indexed
  indexed() {
    cat "$CLUSTER_DIR"/elastic/*.body 2>/dev/null | grep -q "\"jobid\":$job,"
  }
  ok "jobcomp/elasticsearch, begun with a mistake in otel.conf, sends the job" cluster_until 15 indexed
  wait_ok "which is traced" "root($job)"
  cluster_stop_slurmctld 2>"$CLUSTER_DIR/run/stop"
  is "slurmctld ends in its time" "$(<"$CLUSTER_DIR/run/stop")" ""
  kill "$elastic"
fi

done_testing
