/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process of an agent, looked up and ended.  agent.pid lies in a directory
 * of the agent's user, who may write any number to it: before root signals a
 * process by it, the kernel is asked whether it is an agent, and this spool's.
 */
#ifndef OTEL_CLI_STOP_AGENT_H
#define OTEL_CLI_STOP_AGENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/err.h"

struct agent_process {
	int fd; /* /proc/PID: of this process, whoever gets its number next */
	pid_t pid;
	bool replaced; /* its program is not the one that is installed now */
};

/*
 * Finds the agent that serves a spool directory: the process that agent.pid
 * names, if it runs AGENT_PATH and has this agent.lock open.  Returns 1 with
 * *ret, whose fd the caller closes; 0 when no agent serves it; -1 with err when
 * one does and it can not be told which process that is.
 */
int agent_process_find(int spool_fd, struct agent_process *ret,
		       struct err *err);

/*
 * Asks it to end with SIGTERM, for which it flushes, and waits until the
 * process is gone, for patience_ms at most.  Returns 0, or -1 with err.
 */
int agent_process_stop(const struct agent_process *process,
		       uint64_t patience_ms, struct err *err);

#endif
