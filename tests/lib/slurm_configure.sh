# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A configure script with nothing but m4/otel_slurm.m4 in it, which takes seconds
# where the whole one takes a minute.  To be sourced.

# slurm_configure_make TOP DIRECTORY: makes DIRECTORY/configure.  It takes the
# options of the whole one, and writes config.h where it is run.
slurm_configure_make() {
  mkdir -p "$2/m4" && cp "$1/m4/otel_slurm.m4" "$2/m4/" || return
  cat >"$2/configure.ac" <<'END'
AC_INIT([slurm], [0])
AC_CONFIG_HEADERS([config.h])
AC_PROG_CC
AC_USE_SYSTEM_EXTENSIONS
m4_define([AM_CONDITIONAL], [])
OTEL_SLURM_HEADERS
OTEL_SLURM_SOURCE
AC_OUTPUT
END
  (cd "$2" && aclocal -I m4 && autoheader && autoconf)
}

# slurm_configure_headers TREE DIRECTORY: the public headers of a source tree, as
# an installation of it has them.
slurm_configure_headers() {
  local major minor micro
  major=$(slurm_configure_version "$1" Major) minor=$(slurm_configure_version "$1" Minor)
  micro=$(slurm_configure_version "$1" Micro)
  mkdir -p "$2/slurm" && cp "$1"/slurm/*.h "$2/slurm/" &&
    sed "s/^#undef SLURM_VERSION_NUMBER.*/#define SLURM_VERSION_NUMBER $(((major << 16) + (minor << 8) + micro))/" \
      "$1/slurm/slurm_version.h.in" >"$2/slurm/slurm_version.h"
}

# A field of the tree's META, without leading zeros.
slurm_configure_version() { # TREE FIELD
  sed -n "s/^ *$2:[[:space:]]*0*\([0-9][0-9]*\).*/\1/p" "$1/META"
}
