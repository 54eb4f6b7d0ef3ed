# Everything but the entry file is a library, so that the unit tests call it
# with a fake Slurm around it.
noinst_LTLIBRARIES += libspankotel.la
libspankotel_la_SOURCES = \
	spank/attempt.c spank/attempt.h \
	spank/compat.h \
	spank/env_list.h \
	spank/extern_step.c spank/extern_step.h \
	spank/held_job.c spank/held_job.h \
	spank/job_comment.c spank/job_comment.h \
	spank/job_file.c spank/job_file.h spank/job_file_private.h \
	spank/job_file_state.c \
	spank/job_files_sweep.c \
	spank/job_node.c spank/job_node.h \
	spank/job_script.c spank/job_script.h \
	spank/job_span.c spank/job_span.h \
	spank/nodelist.c spank/nodelist.h \
	spank/option_table.c spank/option_table.h \
	spank/options.c spank/options.h \
	spank/plugin.h \
	spank/settings.c spank/settings.h \
	spank/setup_phase.c spank/setup_phase.h \
	spank/sink.c spank/sink.h \
	spank/slurmd.c spank/slurmd.h \
	spank/step.c spank/step.h \
	spank/step_context.c spank/step_context.h \
	spank/step_end.c spank/step_end.h \
	spank/step_env.c spank/step_env.h \
	spank/step_plan.c spank/step_plan.h \
	spank/step_gpu.c spank/step_gpu.h \
	spank/step_record.c spank/step_record.h \
	spank/step_resource.c spank/step_resource.h \
	spank/step_span.c spank/step_span.h \
	spank/task_span.c spank/task_span.h \
	spank/tasks.c spank/tasks.h \
	spank/step_wish.c spank/step_wish.h \
	spank/submit.c spank/submit.h
libspankotel_la_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)
libspankotel_la_LIBADD = libotel.la

slurmplugin_LTLIBRARIES += spank_otel.la
spank_otel_la_SOURCES = spank/spank_otel.c
spank_otel_la_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)
# Slurm opens plugins with RTLD_LAZY and resolves its own symbols at run time.
spank_otel_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-Wl,--version-script=$(srcdir)/spank/spank_otel.map -Wl,-z,lazy
spank_otel_la_LIBADD = libspankotel.la
spank_otel_la_DEPENDENCIES = libspankotel.la spank/spank_otel.map
EXTRA_DIST += spank/spank_otel.map
