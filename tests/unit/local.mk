if HAVE_CRITERION
check_LTLIBRARIES += libfakespank.la
libfakespank_la_SOURCES = tests/fake_spank.c tests/fake_spank.h
libfakespank_la_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)

# What links libotel.la alone.
unit_tests = \
	tests/unit/test_arguments \
	tests/unit/test_baggage \
	tests/unit/test_buf \
	tests/unit/test_comment \
	tests/unit/test_config_environment \
	tests/unit/test_config_file \
	tests/unit/test_config_rules \
	tests/unit/test_config_sources \
	tests/unit/test_config_value \
	tests/unit/test_daemon_spool \
	tests/unit/test_detail_file \
	tests/unit/test_exit_status \
	tests/unit/test_hex \
	tests/unit/test_hold \
	tests/unit/test_ids \
	tests/unit/test_job_context \
	tests/unit/test_open_record \
	tests/unit/test_sample_rule \
	tests/unit/test_sampler \
	tests/unit/test_slurm_conf \
	tests/unit/test_span \
	tests/unit/test_span_lost \
	tests/unit/test_spool_concurrent \
	tests/unit/test_sluid \
	tests/unit/test_spool_crash \
	tests/unit/test_spool_directory \
	tests/unit/test_spool_full_disk \
	tests/unit/test_spool_hostile \
	tests/unit/test_spool_interleave \
	tests/unit/test_spool_reader \
	tests/unit/test_spool_record \
	tests/unit/test_spool_trim \
	tests/unit/test_spool_writer \
	tests/unit/test_start_note \
	tests/unit/test_traceparent \
	tests/unit/test_tracestate \
	tests/unit/test_user_attrs \
	tests/unit/test_utf8 \
	tests/unit/test_verdict
LDADD = libotel.la $(CRITERION_LIBS) $(PROTOBUF_C_LIBS)

unit_tests += tests/unit/test_config_documents
tests_unit_test_config_documents_SOURCES = \
	tests/unit/test_config_documents.c common/config/print.c

# The plugins' parts, with a fake Slurm around them.
plugin_tests = \
	tests/unit/test_job_file \
	tests/unit/test_job_spans \
	tests/unit/test_job_times \
	tests/unit/test_nodelist \
	tests/unit/test_options \
	tests/unit/test_recorder \
	tests/unit/test_step_context \
	tests/unit/test_step_detail \
	tests/unit/test_step_hooks \
	tests/unit/test_step_resource \
	tests/unit/test_submission \
	tests/unit/test_submit \
	tests/unit/test_token_bucket \
	tests/unit/test_user_names
plugin_test_libs = libspankotel.la libjobspans.la libfakespank.la $(LDADD)
tests_unit_test_job_file_LDADD = $(plugin_test_libs)
tests_unit_test_job_spans_LDADD = $(plugin_test_libs)
tests_unit_test_job_times_LDADD = $(plugin_test_libs)
tests_unit_test_nodelist_LDADD = $(plugin_test_libs)
tests_unit_test_options_LDADD = $(plugin_test_libs)
tests_unit_test_recorder_SOURCES = tests/unit/test_recorder.c \
	jobcomp/epilogs.c jobcomp/recorder.c
tests_unit_test_recorder_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)
tests_unit_test_recorder_LDADD = libjobspans.la $(LDADD)
tests_unit_test_step_context_LDADD = $(plugin_test_libs)
tests_unit_test_step_detail_LDADD = $(plugin_test_libs)
tests_unit_test_step_hooks_LDADD = $(plugin_test_libs)
tests_unit_test_step_resource_LDADD = $(plugin_test_libs)
tests_unit_test_submission_LDADD = libjobsubmit.la $(LDADD)
tests_unit_test_submit_LDADD = $(plugin_test_libs)
tests_unit_test_token_bucket_LDADD = libjobsubmit.la $(LDADD)
tests_unit_test_user_names_LDADD = libjobsubmit.la $(LDADD)

# What waits in spools, what agents count, and how both are shown.
status_tests = \
	tests/unit/test_histogram \
	tests/unit/test_metrics_file \
	tests/unit/test_prometheus \
	tests/unit/test_spool_census
status_test_libs = libstatus.la $(LDADD)
tests_unit_test_histogram_LDADD = $(status_test_libs)
tests_unit_test_metrics_file_LDADD = $(status_test_libs)
tests_unit_test_prometheus_LDADD = $(status_test_libs)
tests_unit_test_spool_census_LDADD = $(status_test_libs)

# The command line tool.
cli_tests = \
	tests/unit/test_check_plugins \
	tests/unit/test_cli_check \
	tests/unit/test_draw \
	tests/unit/test_read_otlp_json \
	tests/unit/test_status_view \
	tests/unit/test_stop_agent \
	tests/unit/test_trace_tree
cli_test_libs = libotelcli.la $(LDADD) $(CURL_LIBS) $(JSON_C_LIBS) $(ZLIB_LIBS) -lm
tests_unit_test_status_view_LDADD = $(cli_test_libs)
tests_unit_test_cli_check_LDADD = $(cli_test_libs)
tests_unit_test_check_plugins_LDADD = $(cli_test_libs)
check_LTLIBRARIES += tests/unit/fake_plugin.la
tests_unit_fake_plugin_la_SOURCES = tests/unit/fake_plugin.c tests/unit/fake_plugin.h
tests_unit_fake_plugin_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_unit_test_draw_LDADD = $(cli_test_libs)
tests_unit_test_read_otlp_json_LDADD = $(cli_test_libs)
tests_unit_test_stop_agent_LDADD = $(cli_test_libs)
tests_unit_test_trace_tree_LDADD = $(cli_test_libs)

# The agent's parts without I/O, and the OTLP client.
agent_tests = \
	tests/unit/test_breaker \
	tests/unit/test_comment_list \
	tests/unit/test_endpoints \
	tests/unit/test_envelope \
	tests/unit/test_export_file \
	tests/unit/test_export_http \
	tests/unit/test_grpc_frame \
	tests/unit/test_grpc_status \
	tests/unit/test_export_rotate \
	tests/unit/test_export_stdout \
	tests/unit/test_http_auth \
	tests/unit/test_http_verdict \
	tests/unit/test_log \
	tests/unit/test_metrics \
	tests/unit/test_orphan_end \
	tests/unit/test_otlp_json \
	tests/unit/test_outbox \
	tests/unit/test_ranges \
	tests/unit/test_retry \
	tests/unit/test_zipkin_json
agent_test_libs = libagent.la libotlp.la $(LDADD) $(CURL_LIBS) $(JSON_C_LIBS) $(ZLIB_LIBS) -lm
tests_unit_test_breaker_LDADD = $(agent_test_libs)
tests_unit_test_comment_list_LDADD = $(agent_test_libs)
tests_unit_test_endpoints_SOURCES = \
	tests/unit/test_endpoints.c agent/endpoints.c agent/log.c \
	agent/log_cause.c
tests_unit_test_endpoints_LDADD = $(agent_test_libs)
tests_unit_test_envelope_LDADD = $(agent_test_libs)
tests_unit_test_export_file_LDADD = $(agent_test_libs)
tests_unit_test_export_http_LDADD = $(agent_test_libs)
tests_unit_test_grpc_frame_LDADD = $(agent_test_libs)
tests_unit_test_grpc_status_LDADD = $(agent_test_libs)
tests_unit_test_export_rotate_LDADD = $(agent_test_libs)
tests_unit_test_export_stdout_LDADD = $(agent_test_libs)
tests_unit_test_http_auth_LDADD = $(agent_test_libs)
tests_unit_test_http_verdict_LDADD = $(agent_test_libs)
tests_unit_test_log_LDADD = $(agent_test_libs) $(JSON_C_LIBS)
tests_unit_test_metrics_SOURCES = \
	tests/unit/test_metrics.c agent/endpoints.c agent/log.c agent/log_cause.c \
	agent/metrics.c agent/metrics_endpoints.c agent/metrics_publish.c
tests_unit_test_metrics_LDADD = libstatus.la $(agent_test_libs)
tests_unit_test_orphan_end_LDADD = $(agent_test_libs)
tests_unit_test_otlp_json_LDADD = $(agent_test_libs)
tests_unit_test_outbox_LDADD = $(agent_test_libs)
tests_unit_test_ranges_LDADD = $(agent_test_libs)
tests_unit_test_retry_LDADD = $(agent_test_libs)
tests_unit_test_zipkin_json_LDADD = $(agent_test_libs)

if HAVE_NGHTTP2
agent_tests += tests/unit/test_export_grpc tests/unit/test_grpc_auth
tests_unit_test_export_grpc_LDADD = $(agent_test_libs)
tests_unit_test_grpc_auth_LDADD = $(agent_test_libs)
endif

slurm_tests =
if HAVE_SLURM_FULL
slurm_tests += tests/unit/test_job_view
tests_unit_test_job_view_CPPFLAGS = $(AM_CPPFLAGS) -DUSE_ALIAS=1 \
	-Ijobcomp/slurm-headers -isystem $(SLURM_SOURCE)
tests_unit_test_job_view_LDADD = libjobview.la $(LDADD) $(SLURM_FULL_LIBS)

# JobCompChain, with the entry points of this Slurm and with those of 25.05.
chain_cppflags = $(AM_CPPFLAGS) -Ijobcomp/slurm-headers -isystem $(SLURM_SOURCE)
new_entries = -DHAVE_JOBCOMP_RECORD_JOB=1 -DHAVE_JOBCOMP_SET_LOCATION_VOID=1
slurm_tests += tests/unit/test_chain tests/unit/test_chain_new
tests_unit_test_chain_SOURCES = tests/unit/test_chain.c jobcomp/chain.c
tests_unit_test_chain_CPPFLAGS = $(chain_cppflags)
tests_unit_test_chain_LDADD = $(LDADD) $(SLURM_FULL_LIBS)
tests_unit_test_chain_new_SOURCES = tests/unit/test_chain.c jobcomp/chain.c
tests_unit_test_chain_new_CPPFLAGS = $(chain_cppflags) $(new_entries)
tests_unit_test_chain_new_LDADD = $(LDADD) $(SLURM_FULL_LIBS)

# What they load, from tests/unit/.libs as from a PluginDir.
fake_ldflags = -module -avoid-version -shared -rpath /nowhere
check_LTLIBRARIES += \
	tests/unit/jobcomp_fake.la tests/unit/jobcomp_fake_new.la \
	tests/unit/jobcomp_fake_aged.la tests/unit/jobcomp_fake_incomplete.la \
	tests/unit/jobcomp_fake_other.la
tests_unit_jobcomp_fake_la_SOURCES = tests/unit/fake_jobcomp.c
tests_unit_jobcomp_fake_la_CPPFLAGS = $(chain_cppflags) -DFAKE_TYPE='"jobcomp/fake"'
tests_unit_jobcomp_fake_la_LDFLAGS = $(fake_ldflags)
tests_unit_jobcomp_fake_new_la_SOURCES = tests/unit/fake_jobcomp.c
tests_unit_jobcomp_fake_new_la_CPPFLAGS = $(chain_cppflags) $(new_entries) \
	-DFAKE_TYPE='"jobcomp/fake_new"'
tests_unit_jobcomp_fake_new_la_LDFLAGS = $(fake_ldflags)
tests_unit_jobcomp_fake_aged_la_SOURCES = tests/unit/fake_jobcomp.c
tests_unit_jobcomp_fake_aged_la_CPPFLAGS = $(chain_cppflags) \
	-DFAKE_TYPE='"jobcomp/fake_aged"' -DFAKE_VERSION=0x110b01
tests_unit_jobcomp_fake_aged_la_LDFLAGS = $(fake_ldflags)
tests_unit_jobcomp_fake_incomplete_la_SOURCES = tests/unit/fake_jobcomp.c
tests_unit_jobcomp_fake_incomplete_la_CPPFLAGS = $(chain_cppflags) \
	-DFAKE_TYPE='"jobcomp/fake_incomplete"' -DFAKE_INCOMPLETE
tests_unit_jobcomp_fake_incomplete_la_LDFLAGS = $(fake_ldflags)
tests_unit_jobcomp_fake_other_la_SOURCES = tests/unit/fake_jobcomp.c
tests_unit_jobcomp_fake_other_la_CPPFLAGS = $(chain_cppflags) -DFAKE_TYPE='"jobcomp/another"'
tests_unit_jobcomp_fake_other_la_LDFLAGS = $(fake_ldflags)
endif

check_PROGRAMS += $(slurm_tests)
TESTS += $(slurm_tests)
check_PROGRAMS += $(unit_tests) $(plugin_tests) $(status_tests) $(cli_tests) $(agent_tests)
TESTS += $(unit_tests) $(plugin_tests) $(status_tests) $(cli_tests) $(agent_tests) tests/cli/test_show.sh tests/cli/test_configure.sh
endif
EXTRA_DIST += tests/unit/collector.h tests/unit/tunnel.h tests/unit/config_support.h \
	tests/unit/otlp_fixture.h tests/unit/spool_steps.h \
	tests/unit/spool_support.h tests/unit/support.h \
	tests/unit/temp_dir.h tests/cli
