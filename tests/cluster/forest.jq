# SPDX-License-Identifier: GPL-2.0-or-later
#
# Whether the spans of many jobs, as spans.jq gives them, are trees.  For whole
# traces and many of them: nothing here looks at each span for each span.
include "spans";
include "tree";

# "JOB.RESTART" of a span.
def attempt_of: "\(.attrs["slurm.job.id.raw"]).\(.attrs["slurm.restart_count"])";

# Spans from which no way leads up to the top of their trace, to a span without
# a parent or with one of $known: the parent of one on the way is not there, or
# they go round in a circle.
def astray($known): by_id as $index
  | def up($left): if $left == 0 then false
      elif .parent == null or (.parent | IN($known[])) then true
      else $index[.trace + .parent] | if . == null then false else up($left - 1) end end;
    map(select(up(100) | not));

# Of those, the ones that nothing excuses: of a step that was launched just when its
# job was cancelled, the first node, which writes its span, may not have started its
# part any more.
def lost_parents($known):
  (named("slurm.job") | map(select(.attrs["slurm.state"] == "CANCELLED") | attempt_of)) as $cancelled
  | astray($known) | map(select(((.name | IN("slurm.node", "slurm.task")) and (attempt_of | IN($cancelled[]))) | not));

# Spans that were delivered more than once, and not as the same span.
def duplicates: map(select(.versions > 1));

def backwards: map(select(.end < .start));

# Spans that begin before the root of their attempt, by more than Slurm's whole
# seconds explain.
def early: (named("slurm.job") | map({key: attempt_of, value: .start}) | from_entries) as $starts
  | map(select(.start < $starts[attempt_of] - 1e9));

# Spans whose parent belongs to another attempt of the same job.
def misplaced: by_id as $index
  | map(select($index[.trace + (.parent // "")] as $parent | $parent != null
      and $parent.attrs["slurm.job.id.raw"] == .attrs["slurm.job.id.raw"]
      and ($parent | attempt_of) != attempt_of));

# "JOB.RESTART" of each root.
def attempts: named("slurm.job") | map(attempt_of) | sort;

# Traces with more than one job at the top, each as its jobs: attempts of one
# job are one, and what was given a context has that above it.
def split_traces: map(select(.parent == null)) | group_by(.trace)
  | map(map(.attrs["slurm.job.id.raw"]) | unique | select(length > 1));
