if HAVE_CRITERION
check_LTLIBRARIES += libfakespank.la
libfakespank_la_SOURCES = tests/fake_spank.c tests/fake_spank.h
libfakespank_la_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)

# What links libotel.la alone.
unit_tests = \
	tests/unit/test_baggage \
	tests/unit/test_buf \
	tests/unit/test_comment \
	tests/unit/test_exit_status \
	tests/unit/test_hex \
	tests/unit/test_ids \
	tests/unit/test_job_context \
	tests/unit/test_sampler \
	tests/unit/test_span \
	tests/unit/test_traceparent \
	tests/unit/test_tracestate \
	tests/unit/test_utf8
LDADD = libotel.la $(CRITERION_LIBS) $(PROTOBUF_C_LIBS)

# The plugins' parts, with a fake Slurm around them.
plugin_tests = \
	tests/unit/test_job_file \
	tests/unit/test_job_spans \
	tests/unit/test_job_times \
	tests/unit/test_nodelist \
	tests/unit/test_step_context \
	tests/unit/test_submit
plugin_test_libs = libspankotel.la libjobspans.la libfakespank.la $(LDADD)
tests_unit_test_job_file_LDADD = $(plugin_test_libs)
tests_unit_test_job_spans_LDADD = $(plugin_test_libs)
tests_unit_test_job_times_LDADD = $(plugin_test_libs)
tests_unit_test_nodelist_LDADD = $(plugin_test_libs)
tests_unit_test_step_context_LDADD = $(plugin_test_libs)
tests_unit_test_submit_LDADD = $(plugin_test_libs)

check_PROGRAMS += $(unit_tests) $(plugin_tests)
TESTS += $(unit_tests) $(plugin_tests)
endif
EXTRA_DIST += tests/unit/support.h tests/unit/temp_dir.h
