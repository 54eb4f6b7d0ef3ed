# SPDX-License-Identifier: GPL-2.0-or-later
#
# OTLP JSON, from any number of objects, as one line a span that compares equal
# wherever two writers said the same: fields that have their default value may be
# left out (protobuf says so), everything else must be there, in its order and
# as it was written: numbers of 64 bits are text in OTLP JSON and stay that.
# Use with jq -cS, and sort.

# In an attribute's value an empty text is not the same as none.
def plain:
  if type == "object" then
    with_entries(.value |= plain
      | select((.key | endswith("Value")) or (.value | IN(null, "", 0, "0", false, [], {}) | not)))
  elif type == "array" then map(plain)
  else . end;

.resourceSpans[]? as $resource
| $resource.scopeSpans[]? as $scope
| $scope.spans[]?
| {id: .spanId, span: ., scope: $scope.scope, scopeSchema: $scope.schemaUrl,
   resource: $resource.resource, schema: $resource.schemaUrl}
| plain
