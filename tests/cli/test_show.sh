#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slurm-otel show, as people call it: options, messages, exit statuses, and
# what it makes of terminals and pipes.  The drawing itself is tested in
# tests/unit/test_draw.c.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cluster/tap.sh
. "$here/../cluster/tap.sh"

WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
# shellcheck source=tests/cli/lib.sh
. "$here/lib.sh"
cd "$here/../data" || exit 1

export LC_ALL=C.UTF-8 TZ=CET-1
unset COLUMNS NO_COLOR TERM

# Runs slurm-otel on a terminal; its output is in OUT.
run_on_terminal() { # COLUMNS ARGUMENT...
  local columns=$1 command
  shift
  printf -v command '%q ' "$TOOL" "$@"
  OUT=$(TERM=${terminal_type-xterm} \
    script -qec "stty cols $columns; $command" /dev/null </dev/null)
}

counts() { tail -n 1 "$WORK/out"; }

# --- the tool ---------------------------------------------------------------
usage_error "no command" "Usage: slurm-otel COMMAND"
usage_error "unknown command" "unknown command: frobnicate" frobnicate
usage_error "hostile command" "unknown command: ␛\[31m" $'\e[31m'
for option in --help -h; do
  run "$option"
  is "$option: status" "$STATUS" 0
  like "$option: names its commands" "$OUT" "show .*check "
done
for option in --version -V; do
  run "$option"
  is "$option: status" "$STATUS" 0
  like "$option: name and version" "$OUT" "^slurm-otel [0-9]"
done

# --- options ----------------------------------------------------------------
run show --help
is "show --help: status" "$STATUS" 0
like "show --help: names --job" "$OUT" "--job ID"

usage_error "no file" "no FILE given" show
usage_error "unknown option" "unknown option --frobnicate" show --frobnicate train.jsonl
usage_error "missing value" "a value is missing after --job" show train.jsonl --job
usage_error "bad job id" "--job takes a job id.*, not 42x" show --job 42x train.jsonl
usage_error "empty job id" "--job takes a job id" show --job '' train.jsonl
usage_error "short trace id" "--trace takes 4 to 32 hex.*, not 4bf" show --trace 4bf train.jsonl
usage_error "bad trace id" "--trace takes 4 to 32 hex.*, not xyzw" show --trace xyzw train.jsonl
usage_error "narrow width" "--width takes .* 40 to 1000, not 39" show --width 39 train.jsonl
usage_error "wide width" "--width takes .* 40 to 1000, not 1001" show --width 1001 train.jsonl
usage_error "endless width" "--width takes" show --width 99999999999999999999999 train.jsonl
usage_error "bad width" "--width takes" show --width 80x train.jsonl
usage_error "negative width" "--width takes" show --width=-80 train.jsonl
usage_error "bad colour" "--color takes auto, always or never, not red" show --color red train.jsonl

# --- drawing ----------------------------------------------------------------
run show train.jsonl app.jsonl
is "no terminal: 80 columns, no colour" "$OUT" "$(cat train-80.expected)"
is "no terminal: status" "$STATUS" 0
is "no terminal: no message" "$ERR" ""

run show --width 60 app.jsonl train.jsonl
is "--width" "$OUT" "$(cat train-60.expected)"
run show app.jsonl --width=60 train.jsonl
is "options may follow files" "$OUT" "$(cat train-60.expected)"
COLUMNS=120 run show app.jsonl train.jsonl
is "COLUMNS" "$OUT" "$(cat train-120.expected)"
COLUMNS=120 run show --width 60 app.jsonl train.jsonl
is "--width wins over COLUMNS" "$OUT" "$(cat train-60.expected)"
COLUMNS=wide run show app.jsonl train.jsonl
is "COLUMNS that is no number counts for nothing" "$OUT" "$(cat train-80.expected)"
run show --width 40 app.jsonl train.jsonl
narrow=$OUT
COLUMNS=7 run show app.jsonl train.jsonl
is "COLUMNS below 40 counts as 40" "$OUT" "$narrow"

run show --ascii app.jsonl train.jsonl
is "--ascii" "$OUT" "$(cat train-80-ascii.expected)"
LC_ALL=C run show app.jsonl train.jsonl
is "a locale without UTF-8" "$OUT" "$(cat train-80-ascii.expected)"
LC_ALL=C run show hostile.jsonl
is "hostile data in ASCII" "$OUT" "$(cat hostile-80-ascii.expected)"
LC_ALL=C run $'\e[31m'
like "hostile argument in ASCII" "$ERR" 'unknown command: \?\[31m'

cat train.jsonl app.jsonl >"$WORK/both"
run show - <"$WORK/both"
is "standard input" "$OUT" "$(cat train-80.expected)"
run show - app.jsonl <train.jsonl
is "standard input and a file" "$OUT" "$(cat train-80.expected)"

# --- colour -----------------------------------------------------------------
run show --color always train.jsonl app.jsonl
is "--color always" "$OUT" "$(cat train-80-color.expected)"
if command -v script >/dev/null; then
  run_on_terminal 80 show train.jsonl app.jsonl
  is "a terminal gets colour" "${OUT//$'\r'/}" "$(cat train-80-color.expected)"
  COLUMNS=120 run_on_terminal 60 show train.jsonl app.jsonl --color never
  is "a terminal's width, --color never" "${OUT//$'\r'/}" "$(cat train-60.expected)"
  NO_COLOR=1 run_on_terminal 80 show train.jsonl app.jsonl
  is "NO_COLOR" "${OUT//$'\r'/}" "$(cat train-80.expected)"
  NO_COLOR='' run_on_terminal 80 show train.jsonl app.jsonl
  is "an empty NO_COLOR counts for nothing" "${OUT//$'\r'/}" "$(cat train-80-color.expected)"
  NO_COLOR=1 run_on_terminal 80 show train.jsonl app.jsonl --color always
  is "--color always wins over NO_COLOR" "${OUT//$'\r'/}" "$(cat train-80-color.expected)"
  terminal_type=dumb run_on_terminal 80 show train.jsonl app.jsonl
  is "TERM=dumb" "${OUT//$'\r'/}" "$(cat train-80.expected)"
else
  skip "colour on a terminal" "no script(1) to make a terminal"
fi

# --- selection --------------------------------------------------------------
run show --job 42 ./*.jsonl
is "--job: only it" "$(counts)" "1 trace, 14 spans, 5 failed"
run show --job 50 array.jsonl train.jsonl
is "--job of an array: all tasks" "$(counts)" "3 traces, 9 spans, 2 failed"
run show --job 50_2 array.jsonl train.jsonl
is "--job of an array's task" "$(counts)" "1 trace, 3 spans, 2 failed"
run show --job 51 array.jsonl train.jsonl
is "--job by the task's own id" "$(counts)" "1 trace, 3 spans, 0 failed"
run show --trace 4BF9 array.jsonl train.jsonl
is "--trace by its first digits" "$(counts)" "1 trace, 7 spans, 4 failed"
run show --trace 0af7 array.jsonl
is "--trace that two share: status" "$STATUS" 1
like "--trace that two share: message" "$ERR" "begins 2 traces, 0af76.*319c and 0af76.*319d; give more"
is "--trace that two share: no output" "$OUT" ""
run show --trace 4bf9 --job 50 array.jsonl train.jsonl
is "--trace and --job that do not meet: status" "$STATUS" 1
like "--trace and --job that do not meet: message" "$ERR" \
  "no span of job 50 in trace 4bf9 in the 4 traces read"
run show --job 5 array.jsonl
is "nothing matches: status" "$STATUS" 1
is "nothing matches: message" "$ERR" "slurm-otel: no span of job 5 in the 3 traces read"
is "nothing matches: no output" "$OUT" ""

# --- input ------------------------------------------------------------------
run show /dev/null
is "empty input: status" "$STATUS" 1
is "empty input: message" "$ERR" "slurm-otel: no spans in the input"
run show "$WORK/none" train.jsonl app.jsonl
is "a missing file: status" "$STATUS" 1
is "a missing file: message" "$ERR" \
  "slurm-otel: cannot open $WORK/none: No such file or directory"
is "a missing file: the others are drawn" "$OUT" "$(cat train-80.expected)"
run show "$WORK"
is "a directory: status" "$STATUS" 1
is "a directory: message" "$ERR" "slurm-otel: cannot read $WORK: Is a directory"
run show bad.jsonl
is "bad lines: status" "$STATUS" 1
is "bad lines: messages" "$(cut -d: -f2,3 <<<"$ERR" | tr -d ' ' | tr '\n' ' ')" \
  "bad.jsonl:1 bad.jsonl:2 bad.jsonl:5 bad.jsonl:6 bad.jsonl:6 bad.jsonl:8 "
is "bad lines: the others are drawn" "$(counts)" "1 trace, 2 spans, 1 failed"
yes | head -n 1000 >"$WORK/yes"
run show "$WORK/yes"
is "a thousand bad lines: few messages" "$(wc -l <<<"$ERR")" 11
like "a thousand bad lines: the rest is counted" "$ERR" "yes: 990 more such warnings$"
is "a thousand bad lines: status" "$STATUS" 1
if [[ -w /dev/full ]]; then
  STATUS=0
  ERR=$("$TOOL" show train.jsonl 2>&1 >/dev/full) || STATUS=$?
  is "a full disk: status" "$STATUS" 1
  like "a full disk: message" "$ERR" "cannot write the drawing: No space left"
else
  skip "a full disk" "no /dev/full"
fi

done_testing
