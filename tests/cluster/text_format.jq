# SPDX-License-Identifier: GPL-2.0-or-later
#
# From what text_format.awk prints to OTLP JSON.

def repeated: IN("resource_spans", "scope_spans", "spans", "attributes", "events", "links", "values");

def camel: gsub("_(?<c>[a-z])"; .c | ascii_upcase);

# An array of pairs is a message; every other value stays what it is.
def message:
  if type != "array" then .
  else reduce .[] as [$name, $value] ({};
    ($value | message) as $value
    | if $name | repeated then .[$name | camel] += [$value] else .[$name | camel] = $value end)
  end;
