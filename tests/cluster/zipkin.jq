# SPDX-License-Identifier: GPL-2.0-or-later
#
# Zipkin v2 spans beside ours (spans.jq): both in one form that can be compared.
# Tags are strings at Zipkin's; a number in one is compared as a number.

def plain_tag: (if type == "array" then tojson else tostring end) as $text
  | try ($text | tonumber) catch $text;

# From an array of Zipkin's arrays of spans.
def from_zipkin:
  [.[][] | {
    trace: .traceId, id, parent: .parentId, name, kind: (.kind // "INTERNAL"),
    start: .timestamp, duration, service: .localEndpoint.serviceName,
    annotations: [.annotations[]?.value],
    tags: (.tags | map_values(plain_tag)) }]
  | sort_by([.trace, .id]);

# From what `spans` makes of OTLP.
def as_zipkin($version):
  [.[] | {
    trace, id, parent, name, kind: (.kind | ascii_upcase),
    start: (.start / 1000), duration: ((.end - .start) / 1000), service: .resource["service.name"],
    annotations: [.events[] | if .attrs == {} then .name else "\(.name | tojson): \(.attrs | map_values(tostring) | tojson)" end],
    tags: ((.resource | del(.["service.name"]))
      + {"otel.scope.name": "slurm-otel", "otel.library.name": "slurm-otel",
         "otel.scope.version": $version, "otel.library.version": $version}
      + .attrs
      + (if .state != "" then {"w3c.tracestate": .state} else {} end)
      + (if .links != [] then {"otel.dropped_links_count": (.links | length)} else {} end)
      + (if .status == "error" then {"otel.status_code": "ERROR", error: .message} else {} end)
      | map_values(plain_tag)) }]
  | sort_by([.trace, .id]);

# Everything but the times.
def untimed: map(del(.start, .duration));
# Zipkin's are whole microseconds, and ours doubles of nanoseconds.
def near($a; $b): ($a - $b | fabs) <= 2;
def times_agree($other): [., $other] | transpose
  | all(near(.[0].start; .[1].start) and near(.[0].duration; .[1].duration));
