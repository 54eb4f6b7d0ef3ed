# SPDX-License-Identifier: GPL-2.0-or-later
#
# What must hold of the tree of any job, whatever became of it.  Beside
# spans.jq, whose array of spans is the input here too.
include "spans";

def restart: .attrs["slurm.restart_count"] // 0;
def raw_id: .attrs["slurm.job.id.raw"] | tostring;

# The roots of a job's attempts, the first attempt first.
def roots($id): job($id) | named("slurm.job") | sort_by(restart);
def attempt($id; $n): job($id) | map(select(restart == $n));
def attempt_steps: named("slurm.step") | map(.attrs["slurm.step.id"]) | sort;

# By trace and id.
def by_id: map({key: (.trace + .id), value: .}) | from_entries;

# Spans whose parent is neither here, in their trace, nor one that was given at
# submission.
def missing_parents($known): by_id as $all
  | map(select(.parent != null and ($all[.trace + .parent] | not) and (.parent | IN($known[]) | not)));

def fault($what): "\(caption), attempt \(restart): \($what)";

# A span alone: times and status.
def span_faults:
  (select(.end < .start) | fault("ends before it starts")),
  (select(.start < 1e18) | fault("has no time")),
  (select((.status == "error") != (.attrs | has("error.type"))) | fault("status and error.type disagree")),
  (select(.status == "ok") | fault("says ok"));

# A span below its parent.  A job's own spans may end a little after their
# root, which is closed when Slurm decides that the job ends; $slack seconds.
def parent_faults($parent; $slack):
  (select(raw_id == ($parent | raw_id) and restart != ($parent | restart)) | fault("hangs below another attempt")),
  (select(.start < $parent.start - 1e9) | fault("starts before its parent")),
  (select(.start > $parent.end + $slack * 1e9) | fault("starts after its parent's end")),
  (select(.end > $parent.end + $slack * 1e9) | fault("ends after its parent"));

# A trace a job, a root an attempt, and each attempt but the first linked to
# the one before.  Attempts are the spans of one job id and restart count.
def attempt_faults:
  (group_by(raw_id)[] | select(traces | length != 1) | .[0] | fault("its job has more than one trace")),
  (group_by([raw_id, restart])[] | named("slurm.job") as $roots
    | select($roots | length != 1) | .[0] | fault("\($roots | length) roots")),
  (named("slurm.job") as $roots | $roots[] | select(restart > 0) | . as $root
    | ($roots | map(select(raw_id == ($root | raw_id) and restart == ($root | restart) - 1)) | .[0]) as $before
    | select($before == null or ($root.links | map(.id) | index($before.id) | not))
    | fault("is not linked to the attempt before"));

# Everything wrong with the traces of these jobs, in words; [] when they are
# sound.  $known: span ids that were given at submission.
def faults($known; $slack):
  by_id as $all
  | [ (missing_parents($known)[] | fault("its parent is missing")),
      (.[] | span_faults),
      (.[] | select(.parent) | . as $span | $all[.trace + .parent] | select(.) as $parent
        | $span | parent_faults($parent; $slack)),
      attempt_faults ];
def faults: faults([]; 4);
