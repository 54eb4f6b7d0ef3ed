#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs one test for Automake's TAP driver: a Criterion program is asked for
# TAP, a script speaks it by itself.
case $1 in
*.sh) exec "$@" ;;
*) exec "$@" --tap=/dev/stdout --quiet ;;
esac
