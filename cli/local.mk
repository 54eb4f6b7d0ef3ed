# slurm-otel: everything but main in a library of its own, for the tests.
bin_PROGRAMS += slurm-otel
noinst_LTLIBRARIES += libotelcli.la

libotelcli_la_SOURCES = \
	cli/arena.c cli/arena.h \
	cli/bar.c cli/bar.h \
	cli/check.c cli/check.h \
	cli/check_files.c cli/check_files.h \
	cli/check_plugins.c cli/check_plugins.h \
	cli/check_send.c cli/check_send.h \
	cli/check_slurm.c cli/check_slurm.h \
	cli/detail.c cli/detail.h \
	cli/detail_options.c cli/detail_options.h \
	cli/draw.c cli/draw.h \
	cli/header.c \
	cli/label.c cli/label.h \
	cli/line_reader.c cli/line_reader.h \
	cli/lines.c cli/lines.h \
	cli/load_config.c cli/load_config.h \
	cli/plugin_version.c cli/plugin_version.h \
	cli/plugstack.c cli/plugstack.h \
	cli/program.c cli/program.h \
	cli/read_otlp_json.c cli/read_otlp_json.h \
	cli/row.c cli/row.h \
	cli/say.c cli/say.h \
	cli/select.c cli/select.h \
	cli/show.c cli/show.h \
	cli/span_set.c cli/span_set.h \
	cli/status.c cli/status.h \
	cli/status_draw.c \
	cli/status_findings.c \
	cli/status_json.c \
	cli/status_view.h \
	cli/stop.c cli/stop.h \
	cli/stop_agent.c cli/stop_agent.h \
	cli/style.c cli/style.h \
	cli/table.c cli/table.h \
	cli/terminal.c cli/terminal.h \
	cli/text.c cli/text.h \
	cli/time_text.c cli/time_text.h \
	cli/trace.c cli/trace.h \
	cli/trace_tree.c cli/trace_tree.h \
	cli/usage.c cli/usage.h
libotelcli_la_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_C_CFLAGS) \
	-DSLURM_PLUGIN_DIR='"$(slurmplugindir)"' -DSLURM_OWN_PLUGIN_DIR='"$(slurm_own_plugin_dir)"'
libotelcli_la_LIBADD = libprivileges.la libstatus.la libotlp.la libotel.la $(JSON_C_LIBS)

slurm_otel_SOURCES = cli/main.c
slurm_otel_LDADD = libotelcli.la

EXTRA_DIST += \
	tests/data/app.jsonl \
	tests/data/array-80.expected \
	tests/data/array.jsonl \
	tests/data/bad.jsonl \
	tests/data/detail-80.expected \
	tests/data/detail.jsonl \
	tests/data/hostile-80-ascii.expected \
	tests/data/hostile-80.expected \
	tests/data/hostile.jsonl \
	tests/data/odd-80.expected \
	tests/data/odd.jsonl \
	tests/data/train-120.expected \
	tests/data/train-60.expected \
	tests/data/train-80-ascii.expected \
	tests/data/train-80-color.expected \
	tests/data/train-80.expected \
	tests/data/train.jsonl
