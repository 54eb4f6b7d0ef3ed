# SPDX-License-Identifier: GPL-2.0-or-later
#
# From protobuf's text format, as protoc prints it, to JSON: a message becomes
# an array of [name, value] pairs, in which names may repeat.  Ids become hex,
# 64-bit numbers strings, as OTLP JSON has them.  text_format.jq does the rest.
# Run in the C locale: a character is a byte.

BEGIN {
  for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i
  split("n 10 r 13 t 9 \" 34 ' 39 \\ 92", escapes, " ")
  for (i = 1; i < 12; i += 2) escape[escapes[i]] = escapes[i + 1]
  printf "["
}

{ sub(/^ +/, "") }

/^}$/ { printf "]]"; inside = 1; next }

{
  if (inside) printf ","
  inside = 1
  name = $0
  sub(/[ :].*/, "", name)
  value = substr($0, length(name) + 3)
}

/ {$/ { printf "[\"%s\",[", name; inside = 0; next }

{ printf "[\"%s\",%s]", name, json(value) }

END { print "]" }

function json(value) {
  if (value ~ /^"/) {
    hex = name ~ /_id$/
    return "\"" bytes(substr(value, 2, length(value) - 2)) "\""
  }
  if (value ~ /^-?[0-9]+$/ && name ~ /(_nano|int_value)$/) return "\"" value "\""
  if (value ~ /^-?[0-9][0-9.e+-]*$/ || value ~ /^(true|false)$/) return value
  return "\"" value "\""
}

function bytes(text,    out, at, c) {
  for (at = 1; at <= length(text); at++) {
    c = substr(text, at, 1)
    if (c != "\\") {
      out = out one(code[c])
    } else if ((c = substr(text, at + 1, 1)) ~ /[0-7]/) {
      out = out one(c * 64 + substr(text, at + 2, 1) * 8 + substr(text, at + 3, 1))
      at += 3
    } else {
      out = out one(escape[c])
      at++
    }
  }
  return out
}

function one(n) {
  if (hex) return sprintf("%02x", n)
  if (n < 32 || n == 34 || n == 92 || n == 127) return sprintf("\\u%04x", n)
  return sprintf("%c", n)
}
