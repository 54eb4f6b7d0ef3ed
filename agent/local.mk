# slurm-otel-agent: one process a spool.
sbin_PROGRAMS += slurm-otel-agent

# What the unit tests link of the agent: the parts that need no spool at work.
noinst_LTLIBRARIES += libagent.la
libagent_la_SOURCES = \
	agent/breaker.c agent/breaker.h \
	agent/comment_list.c agent/comment_list.h \
	agent/log_fallback.c agent/log_fallback.h \
	agent/log_line.c agent/log_line.h \
	agent/log_syslog.c agent/log_syslog.h \
	agent/orphan_end.c \
	agent/outbox.c agent/outbox.h \
	agent/ranges.c agent/ranges.h \
	agent/retry.c agent/retry.h \
	agent/span_ids.c agent/span_ids.h
libagent_la_LIBADD = libotel.la

slurm_otel_agent_SOURCES = \
	agent/agent.c agent/agent.h \
	agent/behind.c agent/behind.h \
	agent/behind_dir.c agent/behind_dir.h \
	agent/clock.h \
	agent/comments.c agent/comments.h \
	agent/configuration.c \
	agent/daemonize.c agent/daemonize.h \
	agent/endpoints.c agent/endpoints.h \
	agent/events.c agent/events.h \
	agent/helper.c agent/helper.h \
	agent/identity.c agent/identity.h \
	agent/log.c agent/log.h \
	agent/log_cause.c \
	agent/loop.c \
	agent/main.c \
	agent/memory.c agent/memory.h \
	agent/metrics.c agent/metrics.h \
	agent/metrics_endpoints.c \
	agent/metrics_private.h \
	agent/metrics_publish.c \
	agent/options.c agent/options.h \
	agent/orphans.c agent/orphans.h \
	agent/orphans_close.c \
	agent/orphans_private.h \
	agent/pidfile.c agent/pidfile.h \
	agent/pipeline.c agent/pipeline.h \
	agent/pipeline_fan_out.c \
	agent/pipeline_private.h \
	agent/pipeline_read.c \
	agent/pipeline_send.c \
	agent/queue.c agent/queue.h \
	agent/refused.c agent/refused.h
slurm_otel_agent_LDADD = libagent.la libprivileges.la libstatus.la libotlp.la libotel.la
