# Finds the Slurm that the plugins are for.  SPANK and the libslurm helper
# need the public headers of the installed Slurm; the job completion plugin
# reads job_record_t, which no public header has and which changes between
# micro releases, so it needs that very version's source tree.

# OTEL_SLURM_HEADERS: --with-slurm-headers, --with-slurm-plugins
AC_DEFUN([OTEL_SLURM_HEADERS], [
  AC_ARG_WITH([slurm-headers],
    [AS_HELP_STRING([--with-slurm-headers=DIR], [directory that holds slurm/spank.h])],
    [SLURM_CPPFLAGS="-I$withval"], [SLURM_CPPFLAGS=""])
  AC_ARG_WITH([slurm-plugins],
    [AS_HELP_STRING([--with-slurm-plugins=DIR], [where Slurm looks for plugins])],
    [slurm_plugin_dir="$withval"], [slurm_plugin_dir=""])
  otel_save_CPPFLAGS="$CPPFLAGS"
  CPPFLAGS="$CPPFLAGS $SLURM_CPPFLAGS"
  AC_CHECK_HEADER([slurm/spank.h], [],
    [AC_MSG_ERROR([slurm/spank.h not found: install libslurm-dev (Debian) or slurm-devel (RPM)])])
  AC_CHECK_HEADER([slurm/slurm_version.h], [],
    [AC_MSG_ERROR([slurm/slurm_version.h not found beside slurm/spank.h])])
  AC_COMPUTE_INT([slurm_header_number], [SLURM_VERSION_NUMBER],
    [#include <slurm/slurm_version.h>],
    [AC_MSG_ERROR([slurm/slurm_version.h does not define SLURM_VERSION_NUMBER])])
  AC_CHECK_MEMBER([job_desc_msg_t.step_id],
    [AC_DEFINE([HAVE_JOB_DESC_STEP_ID], [1], [job_desc_msg_t names the job by step_id (25.11+)])],
    [], [[#include <slurm/slurm.h>]])
  AC_CHECK_MEMBER([job_desc_msg_t.system_comment],
    [AC_DEFINE([HAVE_JOB_DESC_SYSTEM_COMMENT], [1], [job_desc_msg_t can set system_comment])],
    [], [[#include <slurm/slurm.h>]])
  AC_CHECK_MEMBER([slurm_job_info_t.extra],
    [AC_DEFINE([HAVE_JOB_DESC_EXTRA], [1], [a job shows its extra (23.02+)])],
    [], [[#include <slurm/slurm.h>]])
  AC_MSG_CHECKING([whether slurm_load_job takes a step_id])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <slurm/slurm.h>]],
      [[slurm_step_id_t id = SLURM_STEP_ID_INITIALIZER;
        return slurm_load_job(0, id, 0);]])],
    [AC_MSG_RESULT([yes])
     AC_DEFINE([HAVE_LOAD_JOB_STEP_ID], [1], [slurm_load_job takes a step_id (26.05+)])],
    [AC_MSG_RESULT([no])])
  AC_CHECK_DECLS([slurm_get_errno], [], [],
    [[#include <slurm/slurm.h>
      #include <slurm/slurm_errno.h>]])
  CPPFLAGS="$otel_save_CPPFLAGS"
  otel_save_LIBS="$LIBS"
  AC_CHECK_LIB([slurm], [slurm_update_job], [SLURM_LIBS="-lslurm"],
    [AC_MSG_ERROR([libslurm not found: install libslurm-dev (Debian) or slurm-devel (RPM)])])
  LIBS="$otel_save_LIBS"
  AC_SUBST([SLURM_LIBS])
  slurm_header_version=`printf '%02d.%02d.%d' $(( slurm_header_number >> 16 )) $(( (slurm_header_number >> 8) & 255 )) $(( slurm_header_number & 255 ))`
  slurm_own_plugin_dir=''
  for d in /usr/lib/*/slurm-wlm /usr/lib/*/slurm /usr/lib64/slurm /usr/lib/slurm /usr/local/lib/slurm; do
    AS_IF([test -f "$d/auth_munge.so"], [slurm_own_plugin_dir="$d"; break])
  done
  # Where this Slurm looks for plugins; with a --prefix of one's own, below
  # that prefix, so that an unprivileged install works.
  AS_IF([test -n "$slurm_plugin_dir"], [],
    [test "x$prefix" != xNONE && test "x$prefix" != x/usr || test -z "$slurm_own_plugin_dir"],
    [slurm_plugin_dir='${libdir}/slurm'],
    [slurm_plugin_dir="$slurm_own_plugin_dir"])
  # For the test and the benchmark that stand in for slurmctld.
  SLURM_FULL_LIBS="-L$slurm_own_plugin_dir -Wl,-rpath,$slurm_own_plugin_dir -lslurmfull"
  AC_SUBST([SLURM_FULL_LIBS])
  AC_SUBST([SLURM_CPPFLAGS])
  AC_SUBST([slurm_plugin_dir])
  AC_SUBST([slurm_own_plugin_dir])
])

# OTEL_SLURM_SOURCE: --with-slurm-source, --enable-slurm-mismatch
AC_DEFUN([OTEL_SLURM_SOURCE], [
  AC_ARG_WITH([slurm-source],
    [AS_HELP_STRING([--with-slurm-source=DIR],
      [source tree of the installed Slurm; without it jobcomp_otel.so is not built])],
    [], [with_slurm_source=no])
  AC_ARG_ENABLE([slurm-mismatch],
    [AS_HELP_STRING([--enable-slurm-mismatch],
      [accept a source tree of another version than the installed headers])])
  slurm_source_summary="not built: give --with-slurm-source=DIR"
  AS_IF([test "x$with_slurm_source" != xno], [
    AS_IF([test -f "$with_slurm_source/META"], [],
      [AC_MSG_ERROR([--with-slurm-source=$with_slurm_source: no META there; it must be an unpacked Slurm source tree])])
    SLURM_SOURCE=`cd "$with_slurm_source" && pwd`
    otel_major=`sed -n 's/^ *Major:[[[:space:]]]*0*//p' "$SLURM_SOURCE/META"`
    otel_minor=`sed -n 's/^ *Minor:[[[:space:]]]*0*//p' "$SLURM_SOURCE/META"`
    otel_micro=`sed -n 's/^ *Micro:[[[:space:]]]*//p' "$SLURM_SOURCE/META" | sed 's/^0*\([[0-9]]\)/\1/;s/[[^0-9]].*//'`
    SLURM_SOURCE_NUMBER=$(( (otel_major << 16) + (otel_minor << 8) + otel_micro ))
    slurm_source_version=`printf '%02d.%02d.%d' $otel_major $otel_minor $otel_micro`
    AS_IF([test "$SLURM_SOURCE_NUMBER" -ne "$slurm_header_number" && test "x$enable_slurm_mismatch" != xyes],
      [AC_MSG_ERROR([the source tree is Slurm $slurm_source_version but the installed headers are $slurm_header_version: job_record_t differs between micro releases and slurmctld would crash; get the matching source, or --enable-slurm-mismatch if the headers are the wrong ones])])
    OTEL_SLURM_HAS
    slurm_source_summary="for Slurm $slurm_source_version, $SLURM_SOURCE"])
  AM_CONDITIONAL([HAVE_SLURM_SOURCE], [test "x$with_slurm_source" != xno])
  AM_CONDITIONAL([HAVE_SLURM_FULL],
    [test "x$with_slurm_source" != xno && test -f "$slurm_own_plugin_dir/libslurmfull.so"])
  AC_SUBST([SLURM_SOURCE])
  AC_SUBST([SLURM_SOURCE_NUMBER])
])

# OTEL_SLURM_MEMBER(MEMBER, MACRO, COMMENT), OTEL_SLURM_COMPILES(MACRO, COMMENT,
# HEADER, STATEMENT): define MACRO where this Slurm's internals have it.
m4_define([otel_slurm_headers], [[#include "src/common/slurm_xlator.h"
#include "src/slurmctld/slurmctld.h"]])
AC_DEFUN([OTEL_SLURM_MEMBER],
  [AC_CHECK_MEMBER([$1], [AC_DEFINE([$2], [1], [$3])], [], otel_slurm_headers)])
# A function that is not declared is no warning, as it is to compilers before
# gcc 14.
AC_DEFUN([OTEL_SLURM_COMPILES], [
  AC_MSG_CHECKING([whether $3 has: $2])
  otel_save_CFLAGS="$CFLAGS"
  CFLAGS="$CFLAGS -Werror=implicit-function-declaration"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM(
    [#include "src/common/slurm_xlator.h"
#include "$3"], [$4])],
    [AC_MSG_RESULT([yes])
     AC_DEFINE([$1], [1], [$2])],
    [AC_MSG_RESULT([no])])
  CFLAGS="$otel_save_CFLAGS"
])

# What this Slurm's internals have; tested, not guessed from the version.
AC_DEFUN([OTEL_SLURM_HAS], [
  AS_MKDIR_P([conftest.slurm/slurm])
  sed "s/^#undef SLURM_VERSION_NUMBER.*/#define SLURM_VERSION_NUMBER $SLURM_SOURCE_NUMBER/" \
    "$SLURM_SOURCE/slurm/slurm_version.h.in" > conftest.slurm/slurm/slurm_version.h
  : > conftest.slurm/config.h
  otel_save_CPPFLAGS="$CPPFLAGS"
  CPPFLAGS="-Iconftest.slurm -isystem $SLURM_SOURCE -D_GNU_SOURCE -DUSE_ALIAS=1 $CPPFLAGS"
  AC_CHECK_MEMBER([job_record_t.job_id], [],
    [AC_MSG_ERROR([job_record_t can not be read from $SLURM_SOURCE; config.log says why])],
    otel_slurm_headers)
  OTEL_SLURM_MEMBER([job_record_t.extra], [HAVE_JOB_RECORD_EXTRA],
    [job_record_t has extra (23.02+)])
  OTEL_SLURM_MEMBER([job_record_t.failed_node], [HAVE_JOB_RECORD_FAILED_NODE],
    [job_record_t has failed_node (23.02+)])
  OTEL_SLURM_MEMBER([job_record_t.step_id.sluid], [HAVE_JOB_RECORD_SLUID],
    [job_record_t has a SLUID of the attempt (25.11+)])
  OTEL_SLURM_COMPILES([HAVE_JOB_STATE_REASON_STRING], [job_state_reason_string (24.05+)],
    [src/common/job_state_reason.h], [[return !job_state_reason_string(WAIT_NO_REASON);]])
  OTEL_SLURM_COMPILES([HAVE_PLUGIN_LOAD_REQUIRED], [plugin_load_from_file with three arguments (25.11+)],
    [src/common/plugin.h], [[plugin_handle_t plugin; return plugin_load_from_file(&plugin, "", 0);]])
  OTEL_SLURM_COMPILES([HAVE_JOBCOMP_SET_LOCATION_VOID], [jobcomp set_location without an argument (23.02+)],
    [src/interfaces/jobcomp.h], [[return jobcomp_g_set_location();]])
  OTEL_SLURM_COMPILES([HAVE_JOBCOMP_RECORD_JOB], [jobcomp start and end hooks (25.05+)],
    [src/interfaces/jobcomp.h], [[return jobcomp_g_record_job_start(0) + jobcomp_g_record_job_end(0);]])
  CPPFLAGS="$otel_save_CPPFLAGS"
  rm -rf conftest.slurm
])
