#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One batch job on three nodes is one trace: the root and the queue from
# slurmctld, the batch step below it, its parallel steps below that, failures
# marked.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

start_with_plugins --nodes 3

script=$(cluster_script work <<'END'
srun -N3 -n3 sleep 0.3
srun -N2 -n2 false
sleep 0.2
srun -N1 -n1 bash -c 'kill -KILL $$'
exit 0
END
)
good=$(cluster_submit -N3 --job-name=work "$script")
bad=$(cluster_submit -N1 --wrap 'exit 3')
cancelled=$(cluster_submit -N1 --wrap "touch $CLUSTER_DIR/up; sleep 300")
ok "the job with failing steps ends" cluster_wait_job "$good"
ok "the failing job ends" cluster_wait_job "$bad"
cluster_until 30 test -e "$CLUSTER_DIR/up" # its script runs: there is a step to tell of
scancel "$cancelled"
ok "the cancelled job ends" cluster_wait_job "$cancelled"

wait_ok "every span of the job arrives" \
  "root($good) and phase($good; \"queued\") and steps($good) == [\"0\", \"1\", \"2\", \"batch\"]"
wait_ok "and of the others" \
  "root($bad) and steps($bad) == [\"batch\"] and root($cancelled) and steps($cancelled) == [\"batch\"]"

# --- one trace
spans_is "the job is one trace" "job($good) | traces | length" 1
spans_is "three jobs are three" "traces | length" 3
spans_is "every parent is present" "orphans | table" "[]"
spans_ok "the root has no parent" "root($good).parent == null"
spans_ok "the queued phase is under the root" "root($good) as \$root | phase($good; \"queued\") | is_child(\$root)"
spans_ok "the batch step is under the root" "root($good) as \$root | step($good; \"batch\") | is_child(\$root)"
for step in 0 1 2; do
  spans_ok "step $step is under the batch step" \
    "step($good; \"batch\") as \$batch | step($good; $step) | is_child(\$batch)"
done
spans_is "one span tells of a step, whatever the number of nodes" \
  "job($good) | named(\"slurm.step\") | length" 4

# --- times
spans_is "no span reaches out of its root" "root($good) as \$root | job($good) | outside(\$root) | table" "[]"
spans_ok "the queue ends where the job starts" \
  "phase($good; \"queued\").end <= step($good; \"batch\").start + 1e9"
spans_ok "a step of 0.3 s is seen as that" "step($good; 0) | .end - .start | . > 0.29e9 and . < 60e9"
# The third one may take the node that the second left idle while that one ends.
spans_ok "steps follow each other" \
  "[step($good; 0, 1, 2)] | .[0].end <= .[1].start and .[1].start < .[2].start"

# --- status
spans_is "success leaves status unset" "step($good; 0).status" unset
spans_is "the failing step is an error" "step($good; 1).status" error
spans_is "with its exit code" "step($good; 1).attrs[\"slurm.step.exit_status\"]" 1
spans_is "the killed step is an error" "step($good; 2).status" error
spans_is "with its signal" "step($good; 2).attrs[\"slurm.step.exit_signal\"]" 9
spans_is "the job itself completed" "root($good) | [.status, .attrs[\"slurm.state\"]]" '["unset","COMPLETED"]'
spans_is "the failed job is an error" "root($bad) | [.status, .attrs[\"slurm.state\"]]" '["error","FAILED"]'
spans_is "with its exit code" "root($bad).attrs[\"slurm.exit_code\"]" 3:0
spans_ok "and a type" "root($bad).attrs[\"error.type\"] | . != null and . != \"\""
spans_is "so is its batch step" "step($bad; \"batch\").status" error
spans_is "a cancelled job is none" "root($cancelled) | [.status, .attrs[\"slurm.state\"]]" '["unset","CANCELLED"]'

# --- attributes
spans_is "the root is a consumer" "root($good).kind" consumer
spans_is "all else is internal" "named(\"slurm.job\") as \$roots | . - \$roots | map(.kind) | unique" '["internal"]'
spans_is "the root knows the job" \
  "root($good).attrs | [.[\"slurm.job.name\", \"slurm.partition\", \"slurm.job.user\", \"slurm.nodelist\", \"slurm.nnodes\"]]" \
  "[\"work\",\"main\",\"$(id -un)\",\"n[1-3]\",3]"
spans_is "the step knows its size" \
  "step($good; 0).attrs | [.[\"slurm.step.nnodes\", \"slurm.step.ntasks\", \"slurm.step.name\"]]" '[3,3,"sleep"]'
spans_is "every span says which cluster" "map(.resource[\"slurm.cluster.name\"]) | unique" '["demo"]'
spans_is "and which service" "map(.resource[\"service.name\"]) | unique" '["slurm"]'

done_testing
