# SPDX-License-Identifier: GPL-2.0-or-later
#
# Holds a Zipkin v2 JSON array against what Zipkin publishes of it
# (zipkin-api, zipkin2-api.yaml, definition ListOfSpans) and prints one line for
# each thing that is wrong; nothing when all is well.
def hex(n): type == "string" and test("^[0-9a-f]{\(n)}$");
def id: hex(16) and . != "0000000000000000";
def count: type == "number" and . == floor and . >= 0;
def only(names): (keys - names) == [];
def endpoint:
  type == "object" and only(["serviceName", "ipv4", "ipv6", "port"]) and
  (.serviceName | type == "string" and . != "");
def annotation:
  type == "object" and only(["timestamp", "value"]) and
  (.timestamp | count) and (.value | type == "string");

def wrong:
  (select(only(["traceId", "id", "parentId", "name", "kind", "timestamp", "duration",
      "localEndpoint", "annotations", "tags"]) | not) | "unknown member"),
  (select(.traceId | hex(32) | not) | "traceId"),
  (select(.id | id | not) | "id"),
  (select(has("parentId") and (.parentId | id | not)) | "parentId"),
  (select(has("name") and (.name | type != "string" or . == "")) | "name"),
  (select(has("kind") and
      ([.kind] - ["CLIENT", "SERVER", "PRODUCER", "CONSUMER"] != [])) | "kind"),
  (select(.timestamp | count | not) | "timestamp"),
  (select(.duration | (count and . >= 1) | not) | "duration"),
  (select(.localEndpoint | endpoint | not) | "localEndpoint"),
  (select(has("annotations") and (.annotations |
      type != "array" or . == [] or (map(annotation) | all | not) or
      length != (unique | length))) | "annotations"),
  (select(.tags | type != "object" or (map(type == "string") | all | not)) | "tags");

if type != "array" then "no array"
elif . == [] then "an empty array"
else to_entries[] | .key as $i | .value |
  if type != "object" then "span \($i): no object" else "span \($i): \(wrong)" end
end
