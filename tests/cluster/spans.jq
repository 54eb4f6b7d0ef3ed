# SPDX-License-Identifier: GPL-2.0-or-later
#
# Questions to exported spans.  `spans` turns lines of OTLP JSON (TracesData)
# into plain objects; everything else takes that array as its input:
#
#   {trace, id, parent, name, kind, start, end, status, message, flags, state,
#    attrs: {}, events: [{name, time, attrs}], links: [{trace, id, attrs}],
#    resource: {}, copies, versions}
#
# Times are nanoseconds as doubles, exact to a quarter of a microsecond.
# status is unset, ok or error; parent is null for a span without one; copies
# counts how often the span was delivered (at least once is promised), versions
# how many of these differ.

def value:
  if has("stringValue") then .stringValue
  elif has("intValue") then .intValue | tonumber
  # jq 1.7 prints a number as it was written until it was calculated with
  elif has("doubleValue") then .doubleValue | if type == "number" then . + 0 else . end
  elif has("boolValue") then .boolValue
  elif has("arrayValue") then [.arrayValue.values[]? | value]
  elif has("kvlistValue") then [.kvlistValue.values[]? | {key, value: (.value | value)}] | from_entries
  else null end;

def attributes: [.[]? | {key, value: (.value | value)}] | from_entries;

# An enum as its number or, from other exporters, its name.
def enum($names): . as $v
  | if type == "number" then $names[$v]
    elif type == "string" then ascii_downcase | sub("^(span_kind|status_code)_"; "")
    else $names[0] end;

def plain_span($resource): {
  trace: .traceId, id: .spanId,
  parent: (.parentSpanId // "" | if . == "" then null else . end),
  name,
  kind: (.kind | enum(["unspecified", "internal", "server", "client", "producer", "consumer"])),
  start: (.startTimeUnixNano | tonumber), end: (.endTimeUnixNano | tonumber),
  status: (.status.code | enum(["unset", "ok", "error"])),
  message: (.status.message // ""),
  flags: (.flags // 0), state: (.traceState // ""),
  attrs: (.attributes // [] | attributes),
  events: [.events[]? | {name, time: (.timeUnixNano | tonumber), attrs: (.attributes // [] | attributes)}],
  links: [.links[]? | {trace: .traceId, id: .spanId, attrs: (.attributes // [] | attributes)}],
  resource: $resource };

# From an array of TracesData; of copies of a span the last is kept.
def spans:
  [ .[] | .resourceSpans[]?
    | (.resource.attributes // [] | attributes) as $resource
    | .scopeSpans[]? | .spans[]? | plain_span($resource) ]
  | group_by([.trace, .id]) | map(last + {copies: length, versions: (unique | length)}) | sort_by(.start);

# --- who is who ---------------------------------------------------------

# A job by its id; an array task by <array>_<task> or its own id.
def job($id): ($id | tostring) as $id
  | map(select((.attrs["slurm.job.id"] // "" | tostring) == $id
            or (.attrs["slurm.job.id.raw"] // "" | tostring) == $id));
def named($name): map(select(.name == $name));
def root($id): job($id) | named("slurm.job") | .[0];
def step($id; $step): job($id) | named("slurm.step")
  | map(select((.attrs["slurm.step.id"] | tostring) == ($step | tostring))) | .[0];
def steps($id): job($id) | named("slurm.step") | map(.attrs["slurm.step.id"] | tostring) | sort;
# The shares of nodes in a step; a job's own time on its nodes; the tasks of a step, by rank.
def nodes($id; $step): job($id) | named("slurm.node")
  | map(select((.attrs["slurm.step.id"] // "" | tostring) == ($step | tostring))) | sort_by(.attrs["slurm.node.name"]);
def job_nodes($id): nodes($id; "");
def tasks($id; $step): job($id) | named("slurm.task")
  | map(select((.attrs["slurm.step.id"] | tostring) == ($step | tostring))) | sort_by(.attrs["slurm.task.rank"]);
def phase($id; $name): job($id) | named("slurm.phase." + $name) | .[0];

def traces: map(.trace) | unique;
def trace($id): map(select(.trace == $id));
def find($id): map(select(.id == $id)) | .[0];
def is_child($parent): . != null and $parent != null
  and .trace == $parent.trace and .parent == $parent.id;
def children($parent): map(select(is_child($parent)));

# --- what must hold ------------------------------------------------------

# Spans whose parent is in no span given; $known are ids from outside.
def orphans($known): (map(.id) + $known) as $ids
  | map(select(.parent != null and (.parent | IN($ids[]) | not)));
def orphans: orphans([]);

# Spans that begin before $root, by more than Slurm's whole seconds explain, or end
# 15 s after it: a step ends when slurmstepd has taken leave of it, and neither srun
# and salloc nor slurmctld, of a job that is cancelled, wait for that.
def outside($root): map(select(.start < $root.start - 1e9 or .end > $root.end + 15e9 or .end < .start));

# --- for people ----------------------------------------------------------

def seconds: . / 1e7 | round / 100 | tostring + "s";
def caption: .attrs["slurm.step.id"] as $step
  | "\(.name)\(if $step then "[\($step)]" else "" end) job \(.attrs["slurm.job.id"] // "?")";

# One line a span, for the diagnostics of a failed test.
def table: (map(.start) | min) as $zero
  | map("\(.trace[0:8]) \(.id) <- \(.parent // "-") \(caption): +\(.start - $zero | seconds) for \(.end - .start | seconds), \(.status)\(if .message != "" then " (\(.message))" else "" end)");
