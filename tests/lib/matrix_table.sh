# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tests/matrix.sh says at its end.  All that take LOGS VERSION... read
# LOGS/matrix-VERSION/: `why`, the reason for which the version was skipped; `out`,
# which ends as tests/run.sh ends; run/RESULTS and the logs beside it.  To be sourced
# after tests/lib/runner.sh.

# A row a test, a column a version.
table_print() {
  local logs=$1 version
  shift
  for version; do
    printf '%s\tversion\n' "$version"
    [[ ! -e $logs/matrix-$version/run/RESULTS ]] ||
      sed "s/^/$version\t/" "$logs/matrix-$version/run/RESULTS"
  done | awk -F '\t' '
    NF == 2 { columns[++n] = $1; next }
    $3 == "skip" { next }
    !($2 in seen) { seen[$2] = 1; names[++m] = $2 }
    { cell[$2, $1] = $3 == "ok" ? $4 " ok" ($6 ? ", " $6 " skip" : "") : $3 }
    END {
      printf "  %-38s", ""
      for (c = 1; c <= n; c++) printf " %-14s", columns[c]
      print ""
      for (r = 1; r <= m; r++) {
        printf "  %-38s", names[r]
        for (c = 1; c <= n; c++) printf " %-14s", (names[r], columns[c]) in cell ? cell[names[r], columns[c]] : "-"
        print ""
      }
    }' | sed 's/ *$//' | { IFS= read -r head && echo "$head" && LC_ALL=C sort; }
}

# Each reason once a version, with the tests it was given for.
table_skipped() {
  local logs=$1 version
  shift
  for version; do
    [[ ! -e $logs/matrix-$version/why ]] || printf '%s\tall of it\tskip\t%s\n' "$version" "$(<"$logs/matrix-$version/why")"
    [[ ! -e $logs/matrix-$version/run/RESULTS ]] ||
      sed "s/^/$version\t/" "$logs/matrix-$version/run/RESULTS"
  done | awk -F '\t' '
    $3 != "skip" { next }
    !(($1, $4) in tests) { order[++n] = $1 SUBSEP $4 }
    { tests[$1, $4] = tests[$1, $4] (tests[$1, $4] == "" ? "" : ", ") $2 }
    END {
      if (n) print "\nSkipped"
      for (i = 1; i <= n; i++) {
        split(order[i], part, SUBSEP)
        printf "  %s  %s:\n         %s\n", part[1], part[2], tests[order[i]]
      }
    }'
}

# What failed, in short.
table_failed() {
  local logs=$1 version
  shift
  for version; do
    runner_failures "$logs/matrix-$version/run" "$version  "
    [[ -e $logs/matrix-$version/why ]] || table_counts "$logs/matrix-$version/out" >/dev/null ||
      echo "  $version did not get to its end: $logs/matrix-$version/out"
  done
}

# The numbers in the last line of a run's output: PASSED FAILED SKIPPED.  Fails where
# it has none.
table_counts() { # FILE
  local line
  line=$(tail -n 1 "$1" 2>/dev/null) || true
  [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]] &&
    echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]} ${BASH_REMATCH[4]:-0}"
}

# The last line.  A version that was skipped is one thing skipped, one that ended
# before its tests did is one that failed.
table_total() {
  local logs=$1 version counts good bad skip passed=0 failed=0 skipped=0
  shift
  for version; do
    if [[ -e $logs/matrix-$version/why ]]; then
      skipped=$((skipped + 1))
    elif counts=$(table_counts "$logs/matrix-$version/out"); then
      read -r good bad skip <<<"$counts"
      passed=$((passed + good))
      failed=$((failed + bad))
      skipped=$((skipped + skip))
    else
      failed=$((failed + 1))
    fi
  done
  echo "$passed passed, $failed failed${skipped:+$( ((skipped == 0)) || echo ", $skipped skipped")}"
  ((failed == 0))
}
