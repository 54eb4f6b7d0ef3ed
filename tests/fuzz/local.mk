# Fuzz targets: programs that libFuzzer feeds with inputs; README.md here says
# how to run one.  Built by `make fuzzers` after ./configure --enable-fuzzers.
# This list is the one place that names them; tests/run.sh runs what was built.
fuzz_targets = \
	tests/fuzz/fuzz_baggage \
	tests/fuzz/fuzz_grpc_response \
	tests/fuzz/fuzz_http_reply \
	tests/fuzz/fuzz_job_context \
	tests/fuzz/fuzz_otel_conf \
	tests/fuzz/fuzz_otlp_json \
	tests/fuzz/fuzz_span_json \
	tests/fuzz/fuzz_spool_reader \
	tests/fuzz/fuzz_traceparent \
	tests/fuzz/fuzz_tracestate \
	tests/fuzz/fuzz_user_attrs
EXTRA_PROGRAMS += $(fuzz_targets) tests/fuzz/make_seeds
CLEANFILES += $(fuzz_targets) tests/fuzz/make_seeds

fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
fuzz_libs = libotel.la $(PROTOBUF_C_LIBS)
fuzz_otlp_libs = libotlp.la $(fuzz_libs) $(CURL_LIBS) $(JSON_C_LIBS) $(ZLIB_LIBS) -lm

tests_fuzz_fuzz_baggage_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_baggage_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_grpc_response_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_grpc_response_LDADD = $(fuzz_otlp_libs)
tests_fuzz_fuzz_http_reply_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_http_reply_LDADD = $(fuzz_otlp_libs)
tests_fuzz_fuzz_job_context_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_job_context_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_otel_conf_LDFLAGS = $(fuzz_ldflags) -Wl,--wrap=open
tests_fuzz_fuzz_otel_conf_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_otlp_json_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_otlp_json_LDADD = libotelcli.la $(fuzz_libs) $(JSON_C_LIBS)
tests_fuzz_fuzz_span_json_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_span_json_LDADD = libotelcli.la $(fuzz_otlp_libs)
tests_fuzz_fuzz_spool_reader_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_spool_reader_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_traceparent_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_traceparent_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_tracestate_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_tracestate_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_user_attrs_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_user_attrs_LDADD = $(fuzz_libs)

# Writes those seeds that are binary anew.
tests_fuzz_make_seeds_SOURCES = tests/fuzz/make_seeds.c tests/fuzz/make_seeds.h \
	tests/fuzz/seed_spans.c tests/fuzz/seed_spools.c
tests_fuzz_make_seeds_LDADD = $(fuzz_libs)

fuzzers: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) $(fuzz_targets)
update-fuzz-seeds: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) tests/fuzz/make_seeds
	tests/fuzz/make_seeds $(top_srcdir)/tests/fuzz/corpus
.PHONY: fuzzers update-fuzz-seeds

EXTRA_DIST += tests/fuzz/README.md tests/fuzz/corpus tests/fuzz/fuzz.h \
	tests/fuzz/fuzz_otel_conf.dict tests/fuzz/fuzz_grpc_response.dict tests/fuzz/fuzz_http_reply.dict \
	tests/fuzz/fuzz_otlp_json.dict tests/fuzz/fuzz_tracestate.dict \
	tests/fuzz/run.sh tests/fuzz/spool_case.h
