# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Test Anything Protocol for shell tests: descriptions first, the plan at the
# end.  A test that dies half-way has no plan, and so fails.

TAP_COUNT=0
TAP_FAILED=0

pass() { # DESCRIPTION
  printf 'ok %d - %s\n' $((++TAP_COUNT)) "$1"
}

fail() { # DESCRIPTION [DIAGNOSTIC...]
  printf 'not ok %d - %s\n' $((++TAP_COUNT)) "$1"
  ((++TAP_FAILED))
  shift
  (($# == 0)) || diag "$@"
}

diag() {
  printf '%s\n' "$@" | sed 's/^/#   /'
}

# ok DESCRIPTION COMMAND...: the command succeeds; its output shows if not.
ok() {
  local description=$1 output status=0
  shift
  output=$("$@" 2>&1) || status=$?
  if ((status == 0)); then
    pass "$description"
  else
    fail "$description" "status $status from: $*" "$output"
  fi
}

# not_ok DESCRIPTION COMMAND...: the command fails.
not_ok() {
  local description=$1 output
  shift
  if output=$("$@" 2>&1); then
    fail "$description" "no failure from: $*" "$output"
  else
    pass "$description"
  fi
}

is() { # DESCRIPTION GOT EXPECTED
  if [[ $2 == "$3" ]]; then
    pass "$1"
  else
    fail "$1" "     got: $2" "expected: $3"
  fi
}

isnt() { # DESCRIPTION GOT UNEXPECTED
  if [[ $2 != "$3" ]]; then
    pass "$1"
  else
    fail "$1" "got what must not be: $2"
  fi
}

like() { # DESCRIPTION GOT EXTENDED-REGEX
  if [[ $2 =~ $3 ]]; then
    pass "$1"
  else
    fail "$1" "     got: $2" "expected: $3 (regular expression)"
  fi
}

skip() { # DESCRIPTION REASON
  printf 'ok %d - %s # SKIP %s\n' $((++TAP_COUNT)) "$1" "$2"
}

skip_all() { # REASON
  echo "1..0 # SKIP $1"
  exit 0
}

done_testing() {
  echo "1..$TAP_COUNT"
  ((TAP_FAILED == 0))
}
