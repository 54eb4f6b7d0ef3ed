# job_submit_otel.so, optional, from Slurm's public headers alone.  All but the
# entry file is a library, so that the unit tests call it.
noinst_LTLIBRARIES += libjobsubmit.la
libjobsubmit_la_SOURCES = \
	jobsubmit/batch_env.c jobsubmit/batch_env.h \
	jobsubmit/compat.h \
	jobsubmit/decision.c jobsubmit/decision.h \
	jobsubmit/job_desc.c jobsubmit/job_desc.h \
	jobsubmit/enforce.c jobsubmit/enforce.h \
	jobsubmit/settings.c jobsubmit/settings.h \
	jobsubmit/submission.c jobsubmit/submission.h \
	jobsubmit/token_bucket.c jobsubmit/token_bucket.h \
	jobsubmit/user_names.c jobsubmit/user_names.h
libjobsubmit_la_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)
libjobsubmit_la_LIBADD = libotel.la

slurmplugin_LTLIBRARIES += job_submit_otel.la
job_submit_otel_la_SOURCES = jobsubmit/job_submit_otel.c
job_submit_otel_la_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)
job_submit_otel_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-Wl,--version-script=$(srcdir)/jobsubmit/job_submit_otel.map -Wl,-z,lazy
job_submit_otel_la_LIBADD = libjobsubmit.la
job_submit_otel_la_DEPENDENCIES = libjobsubmit.la jobsubmit/job_submit_otel.map
EXTRA_DIST += jobsubmit/job_submit_otel.map
