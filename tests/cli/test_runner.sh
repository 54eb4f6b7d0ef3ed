#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tests/run.sh and tests/matrix.sh count, and what they say again at their
# end (tests/lib/runner.sh, tests/lib/matrix_table.sh): what did not get to its
# end has failed, and what was skipped has not passed.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cluster/tap.sh
. "$here/../cluster/tap.sh"
# shellcheck source=tests/lib/runner.sh
. "$here/../lib/runner.sh"
# shellcheck source=tests/lib/matrix_table.sh
. "$here/../lib/matrix_table.sh"

WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
LOGS=$WORK/logs

# ran TEXT [STATUS]: a program named a/test that prints that; the numbers of what
# passed, failed and was skipped.
ran() {
  rm -rf "$LOGS" && mkdir "$LOGS"
  RUNNER_LOGS=$LOGS passed=0 failed=0 skipped=0
  printf '%b' "$1" >"$WORK/text"
  runner_tap a/test sh -c "cat '$WORK/text'; exit ${2:-0}"
  runner_run 1 >"$WORK/out"
  echo "$passed $failed $skipped"
}

is 'nothing said' "$(ran '')" '0 1 0'
is 'no plan' "$(ran 'ok 1 - one\n')" '1 1 0'
is 'fewer than planned' "$(ran 'ok 1 - one\n1..2\n')" '1 1 0'
is 'a status without a reason' "$(ran 'ok 1 - one\n1..1\n' 3)" '1 1 0'
is 'one that failed' "$(ran 'ok 1 - one\nnot ok 2 - two\n1..2\n' 1)" '1 1 0'
is 'all skipped' "$(ran '1..0 # SKIP no network\n')" '0 0 1'
is 'and one of two' "$(ran 'ok 1 - one # SKIP not root\nok 2 - two\n1..2\n')" '1 0 1'
is 'all went well' "$(ran '1..2\nok 1 - one\nok 2 - two\n')" '2 0 0'
is 'then nothing is said again' "$(runner_say_failures < <(runner_failures "$LOGS"))" ''

ran 'ok 1 - one\n1..2\n' >/dev/null
is 'what is missing is a reason' "$(runner_failures "$LOGS")" \
  '  a/test
    not ok - 2 tests planned, 1 done'
long=$(printf '%300s' '' | tr ' ' x)
says=$(printf '\\n#   %s' {1..20})
ran "ok 1 - good\n# before\nnot ok 2 - $long\n# why\nok 3\n# behind\nnot ok 3$says\n  - file.c:7: |+\nok\nnot ok 4\n  - file.c:7\nnot ok 5\nnot ok 6\nnot ok 7\nnot ok 8\n# unseen\n1..8\n" 1 >/dev/null
is 'five of many, each with the first of what it says, and short lines' "$(runner_say_failures < <(runner_failures "$LOGS" '24.11  '))" "
Failed
  24.11  a/test
    not ok 2 - ${long:0:189}
    # why
    not ok 3
$(printf '    #   %s\n' {1..14})
    not ok 4
      - file.c:7
    not ok 5
    not ok 6
    and 2 more"

rm -rf "$LOGS" && mkdir "$LOGS"
RUNNER_LOGS=$LOGS
runner_check 'make it' sh -c 'seq 9; exit 1'
runner_check 'make that' true
runner_run 2 >/dev/null
is 'a check has no such lines: the end of its log' "$(runner_failures "$LOGS")" \
  '  make it
    5
    6
    7
    8
    9'

# --- versions: one that failed, one that was skipped, one that was cut off
ran 'not ok 1 - one\n1..1\n' 1 >/dev/null
mkdir -p "$LOGS"/matrix-{24.11/run,26.05,25.05}
mv "$LOGS"/*.log "$LOGS/RESULTS" "$LOGS/matrix-24.11/run/"
echo '7 passed, 1 failed, 2 skipped' >"$LOGS/matrix-24.11/out"
echo 'no network' >"$LOGS/matrix-26.05/why"
echo 'building' >"$LOGS/matrix-25.05/out"
is 'versions: what failed' "$(table_failed "$LOGS" 24.11 25.05 26.05)" "  24.11  a/test
    not ok 1 - one
  25.05 did not get to its end: $LOGS/matrix-25.05/out"
is 'versions: the total' "$(table_total "$LOGS" 24.11 25.05 26.05)" '7 passed, 2 failed, 3 skipped'
not_ok 'which is a failure' table_total "$LOGS" 25.05
ok 'a version that was skipped is none' table_total "$LOGS" 26.05

done_testing
