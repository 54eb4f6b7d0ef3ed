# libotel.la: what the plugins, the agent and the cli share.  Links libc and
# libprotobuf-c only: XXH3 comes from xxhash.h by XXH_INLINE_ALL.
noinst_LTLIBRARIES += libotel.la

libotel_la_SOURCES = \
	common/util/buf.c common/util/buf.h \
	common/util/cleanup.h \
	common/util/clock.h \
	common/util/compat.h \
	common/util/decimal.c common/util/decimal.h \
	common/util/err.c common/util/err.h \
	common/util/hex.c common/util/hex.h \
	common/util/slice.h \
	common/util/spawn.c common/util/spawn.h \
	common/util/utf8.c common/util/utf8.h \
	common/trace/baggage.c common/trace/baggage.h \
	common/trace/ids.c common/trace/ids.h \
	common/trace/job_context.c common/trace/job_context.h \
	common/trace/sample_rule.c common/trace/sample_rule.h \
	common/trace/sampler.c common/trace/sampler.h \
	common/trace/traceparent.c common/trace/traceparent.h \
	common/trace/tracestate.c common/trace/tracestate.h \
	common/span/attrs.h \
	common/span/comment.c common/span/comment.h \
	common/span/encode.c \
	common/span/limits.h \
	common/span/lost.c common/span/lost.h \
	common/span/wire.c common/span/wire.h \
	common/span/exit_status.c common/span/exit_status.h \
	common/span/span.c common/span/span.h common/span/span_private.h \
	$(config_sources) \
	$(host_sources) \
	$(spool_sources)
nodist_libotel_la_SOURCES = common/proto/otlp.pb-c.c common/proto/otlp.pb-c.h
libotel_la_CPPFLAGS = $(AM_CPPFLAGS) $(XXHASH_CFLAGS) $(PROTOBUF_C_CFLAGS)
libotel_la_LIBADD = $(PROTOBUF_C_LIBS)

include common/config/local.mk
include common/host/local.mk
include common/spool/local.mk

EXTRA_DIST += common/proto/otlp.proto
BUILT_SOURCES += common/proto/otlp.pb-c.c common/proto/otlp.pb-c.h
CLEANFILES += common/proto/otlp.pb-c.c common/proto/otlp.pb-c.h

common/proto/otlp.pb-c.h: common/proto/otlp.pb-c.c
	@test -f $@ || rm -f common/proto/otlp.pb-c.c
	@test -f $@ || $(MAKE) $(AM_MAKEFLAGS) common/proto/otlp.pb-c.c
common/proto/otlp.pb-c.c: $(top_srcdir)/common/proto/otlp.proto
	@$(MKDIR_P) common/proto
	$(AM_V_GEN)$(PROTOC_C) --c_out=common/proto -I$(top_srcdir)/common/proto otlp.proto
