host_sources = \
	common/host/agent.c common/host/agent.h \
	common/host/daemon_spool.c common/host/daemon_spool.h \
	common/host/log_once.c common/host/log_once.h \
	common/host/new_context.c common/host/new_context.h \
	common/host/slurm_conf.c common/host/slurm_conf.h \
	common/host/span_writer.c common/host/span_writer.h
