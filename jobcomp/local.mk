# All of the plugin but libjobview is pure: the unit tests link it without
# Slurm's source tree.
noinst_LTLIBRARIES += libjobspans.la
libjobspans_la_SOURCES = \
	jobcomp/job_attrs.c jobcomp/job_attrs.h \
	jobcomp/job_events.c jobcomp/job_events.h \
	jobcomp/job_exit.c jobcomp/job_exit.h \
	jobcomp/job_spans.c jobcomp/job_spans.h \
	jobcomp/job_times.c jobcomp/job_times.h \
	jobcomp/job_usage.c jobcomp/job_usage.h \
	jobcomp/job_view.h
libjobspans_la_CPPFLAGS = $(AM_CPPFLAGS)

EXTRA_DIST += jobcomp/jobcomp_otel.map \
	jobcomp/compat.h jobcomp/epilogs.c jobcomp/epilogs.h jobcomp/job_carried.c jobcomp/job_carried.h \
	jobcomp/job_view.c jobcomp/job_view_slurm.h jobcomp/slurmctld.c \
	jobcomp/jobcomp_otel.c jobcomp/log.h jobcomp/recorder.c jobcomp/recorder.h \
	jobcomp/chain.c jobcomp/chain.h jobcomp/settings.c jobcomp/settings.h

if HAVE_SLURM_SOURCE
# What Slurm's own configure would have made: its version in a header, and a
# config.h, which may be empty.
slurm_version_h = jobcomp/slurm-headers/slurm/slurm_version.h
BUILT_SOURCES += $(slurm_version_h)
CLEANFILES += $(slurm_version_h)
$(slurm_version_h): $(SLURM_SOURCE)/slurm/slurm_version.h.in config.status
	@$(MKDIR_P) jobcomp/slurm-headers/slurm
	$(AM_V_GEN)sed 's/^#undef SLURM_VERSION_NUMBER.*/#define SLURM_VERSION_NUMBER $(SLURM_SOURCE_NUMBER)/' \
		$(SLURM_SOURCE)/slurm/slurm_version.h.in > $@.tmp && mv $@.tmp $@

# USE_ALIAS: `error` and the like must bind to Slurm's, not to glibc's.
noinst_LTLIBRARIES += libjobview.la
libjobview_la_SOURCES = \
	jobcomp/job_carried.c jobcomp/job_carried.h \
	jobcomp/job_view.c jobcomp/job_view_slurm.h \
	jobcomp/slurmctld.c
libjobview_la_CPPFLAGS = $(AM_CPPFLAGS) -DUSE_ALIAS=1 \
	-Ijobcomp/slurm-headers -isystem $(SLURM_SOURCE)

slurmplugin_LTLIBRARIES += jobcomp_otel.la
jobcomp_otel_la_SOURCES = \
	jobcomp/chain.c jobcomp/chain.h \
	jobcomp/compat.h \
	jobcomp/epilogs.c jobcomp/epilogs.h \
	jobcomp/jobcomp_otel.c \
	jobcomp/log.h \
	jobcomp/recorder.c jobcomp/recorder.h \
	jobcomp/settings.c jobcomp/settings.h
jobcomp_otel_la_CPPFLAGS = $(AM_CPPFLAGS) -Ijobcomp/slurm-headers -isystem $(SLURM_SOURCE)
jobcomp_otel_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-Wl,--version-script=$(srcdir)/jobcomp/jobcomp_otel.map -Wl,-z,lazy
jobcomp_otel_la_LIBADD = libjobspans.la libjobview.la libotel.la
jobcomp_otel_la_DEPENDENCIES = libjobspans.la libjobview.la libotel.la jobcomp/jobcomp_otel.map
endif
