#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the plugins bring into Slurm's processes: libc and libprotobuf-c, the
# symbols that Slurm looks for, and nothing else.  No cluster is started.
. "$(dirname "$0")/lib/test.sh"

command -v readelf >/dev/null || skip_all "no readelf"
plugins=$CLUSTER_STAGE/lib/slurm

# Libraries by their names: linked directly, and all that these bring in.
needed() {
  readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | paste -sd' '
}
loaded() {
  ldd "$1" | awk '{ sub(".*/", "", $1); print $1 }' | sort | paste -sd' '
}

# The names that others see of it, and those it expects in others.
exported() {
  readelf -W --dyn-syms "$1" | awk '$5 != "LOCAL" && $7 != "UND" && NR > 3 { print $8 }' | sort
}
unresolved() {
  ldd -r "$1" 2>&1 | sed -n 's/^undefined symbol: \([^ \t]*\).*/\1/p' | sort
}

# Where Slurm has its own: in the daemons and in their common library.
slurm_symbols() {
  local file
  for file in "$(command -v slurmctld)" "$(command -v slurmd)" \
    "$(ldd "$(command -v slurmctld)" | awk '/libslurmfull/ { print $3 }')"; do
    exported "$(readlink -f "$file")"
  done | sort -u
}
PATH=$PATH:/usr/sbin:/sbin

declare -A slurm_looks_for=(
  [spank_otel]="plugin_name plugin_type plugin_version spank_plugin_version slurm_spank_init
    slurm_spank_init_post_opt slurm_spank_task_init slurm_spank_task_post_fork slurm_spank_task_exit slurm_spank_exit slurm_spank_job_prolog
    slurm_spank_job_epilog slurm_spank_slurmd_exit"
  [jobcomp_otel]="plugin_name plugin_type plugin_version init fini jobcomp_p_set_location
    jobcomp_p_get_jobs"
)
if cluster_slurm_since 25.05; then
  slurm_looks_for[jobcomp_otel]+=" jobcomp_p_record_job_start jobcomp_p_record_job_end"
else
  slurm_looks_for[jobcomp_otel]+=" jobcomp_p_log_record"
fi

for plugin in spank_otel jobcomp_otel; do
  file=$plugins/$plugin.so
  if [[ $plugin == jobcomp_otel ]] && ! cluster_has_jobcomp; then
    skip "$plugin" "$NO_JOBCOMP"
    continue
  fi
  ok "$plugin is there" test -f "$file"
  is "$plugin is linked with libc and libprotobuf-c" "$(needed "$file")" "libc.so.6 libprotobuf-c.so.1"
  like "which bring in nothing else" "$(loaded "$file")" \
    '^ld-linux[^ ]* libc.so.6 libprotobuf-c.so.1 linux-vdso.so.1$'
  # shellcheck disable=SC2086
  is "$plugin shows Slurm what it looks for, and no more" "$(exported "$file")" \
    "$(printf '%s\n' ${slurm_looks_for[$plugin]} | sort)"
  is "$plugin expects nothing that Slurm does not have" \
    "$(comm -23 <(unresolved "$file") <(slurm_symbols))" ""
  isnt "but some of what it has" "$(unresolved "$file")" ""
  not_ok "$plugin can be opened lazily, as Slurm does" grep -qE 'BIND_NOW|NOW' <(readelf -dW "$file")
  not_ok "$plugin wants no executable stack" grep -qE 'GNU_STACK.*RWE' <(readelf -lW "$file")
done

# The client that does link them shows that the questions above see them.
like "the agent is the one that links libcurl" "$(needed "$CLUSTER_STAGE/sbin/slurm-otel-agent")" libcurl

done_testing
