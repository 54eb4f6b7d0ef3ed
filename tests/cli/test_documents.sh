#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The manual pages and guides say what the programs do: keys, options, variables
# and files that are named exist, and what exists is named.  That otel.conf(5)
# and otel.conf.example are the table of keys is test_config_documents' business.
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
# shellcheck source=../cluster/tap.sh
. "$HERE/../cluster/tap.sh"
WORK=$(mktemp -d /tmp/slurm-otel-documents.XXXXXX)
trap 'rm -rf "$WORK"' EXIT
# shellcheck source=lib.sh
. "$HERE/lib.sh"
AGENT=${AGENT:-$PWD/slurm-otel-agent}
SOURCES=(agent cli common spank jobcomp jobsubmit)

cd "$TOP" || exit 1
PAGES=(doc/*.[158])
GUIDES=(README.md doc/*.md)

# same DESCRIPTION ONE OTHER: two lists of words, one a line, are the same.
same() {
  local only
  only=$(comm -3 <(sort -u <<<"$2") <(sort -u <<<"$3"))
  isnt "$1: there are some" "$2" ""
  is "$1" "$only" ""
}

# known DESCRIPTION WORDS LIST: every word is in the list.
known() {
  isnt "$1: there are some" "$2" ""
  is "$1" "$(comm -23 <(sort -u <<<"$2") <(sort -u <<<"$3"))" ""
}

words() { # WORD...: one a line
  printf '%s\n' "$@"
}

# --- keys

keys=$(sed -n 's/^#\([A-Za-z]*\)=.*/\1/p' etc/otel.conf.example)
# What the documents name of others: Slurm's, systemd's, and our placeholders.
others=$(words Config Include JobCompType JobSubmitPlugins LaunchParameters PrologFlags PluginDir SlurmUser \
  KillWait Contain SlurmctldParameters PlugStackConfig SlurmdSpoolDir StateSaveLocation SlurmctldTimeout SlurmctldHost \
  SlurmdParameters Dirs VERSION CapabilityBoundingSet ConditionPathIsDirectory Delegate ExecStart KillMode ReadWritePaths User \
  Authorization OrgID Dataset CI KEY Key NIL NONE SIGKILL TRACEPARENT TRACESTATE BAGGAGE \
  AdminComment SystemComment Comment Extra)
known 'every Key= in a document is a key' \
  "$(grep -ohE '\b[A-Z][A-Za-z]*=' "${PAGES[@]}" "${GUIDES[@]}" | tr -d =)" "$keys"$'\n'"$others"
known 'every key in a manual page is one' \
  "$(grep -ohE 'Cm [A-Z][A-Za-z]+' "${PAGES[@]}" | cut -d' ' -f2)" "$keys"$'\n'"$others"
known 'every key in a guide is one' \
  "$(grep -ohE '`[A-Z][A-Za-z]*`' "${GUIDES[@]}" | tr -d '`')" "$keys"$'\n'"$others"
same 'otel.conf(5) lists the keys of the example, and no others' \
  "$(sed -n 's/^\.It Cm \([A-Z][A-Za-z]*\).*/\1/p' doc/otel.conf.5)" "$keys"

# --- options

# Those that a help text lists.
helped() {
  grep -E '^ +-' | grep -oE '(^|[ ,])--?[a-zA-Z][a-z-]*' | tr -d ' ,' | grep -E '^--'
}

# Those that a part of a page (stdin) lists.
listed() {
  grep -E '^\.It Fl ' | grep -oE 'Fl -[a-z-]+' | sed 's/^Fl -/--/'
}

same "slurm-otel-agent(8) lists the agent's options" "$("$AGENT" --help | helped)" "$(listed <doc/slurm-otel-agent.8)"
commands=$("$TOOL" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
same 'slurm-otel(1) has a section for each command' "$commands" \
  "$(sed -n 's/^\.Ss slurm-otel \([a-z]*\)$/\1/p' doc/slurm-otel.1)"
for command in $commands; do
  same "slurm-otel(1) lists the options of $command" "$("$TOOL" "$command" --help | helped)" \
    "$(awk -v name="$command" '/^\.S[sh]/ { on = $0 == ".Ss slurm-otel " name } on' doc/slurm-otel.1 | listed)"
done
same "spank_otel(8) lists the users' options" \
  "$(sed -n 's/^\t\[OPTION_[A-Z]*\] = "\([a-z-]*\)".*/--\1/p' spank/options.c)" "$(listed <doc/spank_otel.8)"

# --- variables

# SPANK_ and SLURM_SPANK_ are Slurm's prefixes; the rest of the name is ours.
variables=$(grep -hE '(^\.| )Ev ' "${PAGES[@]}" |
  grep -oE '\b[A-Z][A-Z0-9_]{2,}[A-Z0-9]\b' | sed -E 's/^(SLURM_)?SPANK_//')
read_ones=$(grep -rhoE '"[A-Z][A-Z0-9_]+=?"' --include='*.[ch]' "${SOURCES[@]}" | tr -d '"=')
# Those of setlocale(3), and those that otel.conf(5) says are not heeded.
known 'every variable in a manual page is read or written' "$variables" \
  "$read_ones"$'\n'"$(words LC_ALL LC_CTYPE LANG OTEL_BSP_EXPORT_TIMEOUT OTEL_BSP_MAX_QUEUE_SIZE)"
known 'every OTEL_* variable that is read is in otel.conf(5)' \
  "$(grep -hoE '"OTEL_[A-Z_]+[A-Z]"' common/config/environment*.c | tr -d '"')" \
  "$(grep -oE 'OTEL_[A-Z_]+' doc/otel.conf.5)"

# --- attributes

attributes=$(grep -hE '^#define ATTR_' common/span/attrs.h | grep -oE '"slurm\.[a-z0-9_.]+"' | tr -d '"' | sed 's/\.$//')
pages_have=$(grep -ohE '\bslurm(\.[a-z0-9_]+)+\b' "${PAGES[@]}" | sort -u)
names=$(words slurm.conf slurm.job slurm.step slurm.node slurm.task slurm.phase.setup slurm.phase.queued slurm.phase.deferred)
known 'every attribute in a manual page is one' "$pages_have" "$attributes"$'\n'"$names"
# Some wait for a Slurm that has them.
written=$(grep -rhoE 'ATTR_[A-Z0-9_]+' --include='*.c' "${SOURCES[@]}" | sort -u |
  while read -r name; do
    sed -nE "s/^#define ${name}[[:blank:]]+\"(slurm\.[a-z0-9_.]*[a-z0-9]).*/\1/p" common/span/attrs.h
  done)
known 'every attribute that is written is in a manual page' "$written" "$pages_have"

# --- files

# Links, and manual pages by name.
for guide in "${GUIDES[@]}"; do
  dir=$(dirname "$guide")
  while read -r link; do
    [[ $link == http* || -e $dir/${link%%#*} ]] || fail "$guide links to $link" "there is no such file"
  done < <(grep -oE '\]\([^)]+\)' "$guide" | sed 's/^](//; s/)$//')
done
pass 'every link was followed'
for file in doc/*; do
  [[ $file != *.mk ]] || continue
  ok "README.md names $file" grep -qF "($file)" README.md
done
pages=$(for page in "${PAGES[@]}"; do basename "$page" | sed -E 's/\.([0-9])$/ \1/'; done)
known 'every page of ours that a page refers to exists' \
  "$(grep -hE '^\.Xr .*otel' "${PAGES[@]}" | awk '{ print $2, $3 }')" "$pages"
known 'and a guide' "$(grep -ohE '\b[a-z_.-]*otel[a-z_.-]*\([0-9]\)' "${GUIDES[@]}" | tr '(' ' ' | tr -d ')')" "$pages"

# --- form

if command -v mandoc >/dev/null; then
  for page in "${PAGES[@]}"; do
    is "mandoc has nothing to say about $page" "$(mandoc -T lint -W warning "$page")" ""
  done
else
  skip 'mandoc' 'not installed'
fi
if command -v groff >/dev/null; then
  for page in "${PAGES[@]}"; do
    is "nor has groff" "$(groff -ww -mdoc -Tutf8 "$page" 2>&1 >/dev/null)" ""
  done
else
  skip 'groff' 'not installed'
fi

done_testing
