host_sources = \
	common/host/agent.c common/host/agent.h \
	common/host/arguments.c common/host/arguments.h \
	common/host/daemon_spool.c common/host/daemon_spool.h \
	common/host/detail_file.c common/host/detail_file.h \
	common/host/fate.c common/host/fate.h \
	common/host/log_once.c common/host/log_once.h \
	common/host/new_context.c common/host/new_context.h \
	common/host/slurm_conf.c common/host/slurm_conf.h \
	common/host/sluid.c common/host/sluid.h \
	common/host/span_writer.c common/host/span_writer.h \
	common/host/start_note.c common/host/start_note.h \
	common/host/verdict.c common/host/verdict.h

# Not in libotel.la: a plugin must not change who its process is.
noinst_LTLIBRARIES += libprivileges.la
libprivileges_la_SOURCES = common/host/privileges.c common/host/privileges.h
libprivileges_la_LIBADD = libotel.la
