# libstatus.la: what agents count, and the state of a host's spools; linked
# into the agent and the cli, not into the plugins.
noinst_LTLIBRARIES += libstatus.la

libstatus_la_SOURCES = \
	common/spool/census.c common/spool/census.h \
	common/status/histogram.c common/status/histogram.h \
	common/status/host_status.c common/status/host_status.h \
	common/status/metrics_file.c common/status/metrics_file.h \
	common/status/prometheus.c common/status/prometheus.h \
	common/status/prometheus_rows.c common/status/prometheus_rows.h \
	common/status/queue_status.c common/status/queue_status.h
libstatus_la_CPPFLAGS = $(AM_CPPFLAGS) $(XXHASH_CFLAGS)
libstatus_la_LIBADD = libotel.la
