#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make install` beside another Slurm: refused before a plugin is put in place,
# and not by Slurm when a job runs.
. "$(dirname "$0")/../cluster/tap.sh"

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
. "$(dirname "$0")/lib.sh"
: >"$WORK/otel.conf"

# slurm VERSION_NUMBER: a directory with a plugin of that Slurm's, and a
# slurm.conf that names it, in use from now on.
slurm() {
  mkdir -p "$WORK/slurm"
  echo "__attribute__((visibility(\"default\"))) const unsigned plugin_version = $1;" |
    gcc -shared -fPIC -x c - -o "$WORK/slurm/select_cons_tres.so"
  echo "PluginDir=$WORK/slurm" >"$WORK/slurm.conf"
  export SLURM_CONF=$WORK/slurm.conf
}

# To a directory of its own: the stage stays as the other tests want it.
install_plugins() { # [VARIABLE=VALUE...]
  run_make "$@" install-slurmpluginLTLIBRARIES slurmplugindir="$WORK/plugins"
}
run_make() {
  STATUS=0
  env -u MAKEFLAGS -u MAKELEVEL make -s "$@" >"$WORK/out" 2>&1 || STATUS=$?
  OUT=$(<"$WORK/out")
}

plugin_of() { # NAME
  [[ -e .libs/$1.so ]] && echo "$PWD/.libs/$1.so"
}
[[ -e $(plugin_of spank_otel) ]] || skip_all 'the plugins are not built'

# what they were built for
run check --plugin .libs/spank_otel.so
is 'the plugin is for the Slurm of this host' "$STATUS" 0
like 'which is named' "$OUT" "fits this host's Slurm, [0-9]+\.[0-9]+\.[0-9]+$"
usage_error '--plugin without a file' 'requires an argument' check --plugin
run check --plugin "$WORK/none.so"
is 'a file that is not there: status 1' "$STATUS" 1
like 'and a message' "$ERR" 'none.so: No such file'

install_plugins
is 'make install puts plugins for this Slurm in place' "$STATUS" 0
ok 'all that were built' test -e "$WORK/plugins/spank_otel.so" -a -e "$WORK/plugins/job_submit_otel.so"
rm -rf "$WORK/plugins"

slurm 0x110b01
install_plugins
isnt 'beside Slurm 17.11 it fails' "$STATUS" 0
like 'the message names both' "$OUT" \
  'spank_otel\.so is for Slurm [0-9.]+, but this is Slurm 17\.11\.1 \(as [^ ]*/select_cons_tres.so says\)'
like 'and says what to do' "$OUT" 'build slurm-otel for that one.*make install SLURM_CHECK=no'
ok 'no plugin is there' test ! -e "$WORK/plugins"
run check --config "$WORK/otel.conf"
like 'slurm-otel check has no mistake to name where none is installed' "$OUT" 'no mistakes'

install_plugins SLURM_CHECK=no
is 'SLURM_CHECK=no installs them all the same' "$STATUS" 0
cp "$WORK/plugins/spank_otel.so" "$WORK/slurm/"
run check --config "$WORK/otel.conf"
is 'then slurm-otel check fails' "$STATUS" 1
like 'and names it' "$OUT" 'mistake: [^ ]*/slurm/spank_otel\.so is for Slurm .* Slurm 17\.11\.1'
rm -rf "$WORK/plugins"
install_plugins DESTDIR="$WORK/image"
is 'what is staged for another host is not held against this one' "$STATUS" 0
ok 'it is in the image' test -e "$WORK/image$WORK/plugins/spank_otel.so"
done_testing
