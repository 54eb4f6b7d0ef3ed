# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Calls slurm-otel as people and scripts do.  To be sourced after tap.sh, from
# the build directory; wants WORK, a directory for what the tool says.

TOOL=${SLURM_OTEL:-$PWD/slurm-otel}
[[ -x $TOOL ]] || { echo "Bail out! no slurm-otel at $TOOL"; exit 1; }

# Runs slurm-otel and sets STATUS, OUT and ERR.
run() { # ARGUMENT...
  STATUS=0
  "$TOOL" "$@" >"$WORK/out" 2>"$WORK/err" || STATUS=$?
  OUT=$(<"$WORK/out")
  # shellcheck disable=SC2034 # for the scripts that source this
  ERR=$(<"$WORK/err")
}

usage_error() { # DESCRIPTION MESSAGE ARGUMENT...
  local description=$1 message=$2
  shift 2
  run "$@"
  is "$description: status 2" "$STATUS" 2
  like "$description: message" "$ERR" "$message"
  is "$description: no output" "$OUT" ""
}
