/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Describes wait statuses; see exit_status.h. */
#include "util/compat.h"

#include "span/exit_status.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* error.type must be of low cardinality: the number itself is an attribute. */
#define ERROR_TYPE_EXIT "exit_status"

void exit_status_describe(int raw, struct exit_status *ret)
{
	const char *name;

	memset(ret, 0, sizeof(*ret));
	if (WIFSIGNALED(raw)) {
		ret->signal = WTERMSIG(raw);
		name = compat_signal_name(ret->signal);
		if (name)
			snprintf(ret->error_type, sizeof(ret->error_type),
				 "SIG%s", name);
		else
			snprintf(ret->error_type, sizeof(ret->error_type),
				 "signal %d", ret->signal);
		snprintf(ret->text, sizeof(ret->text), "killed by %s",
			 ret->error_type);
	} else {
		ret->exit_status = WEXITSTATUS(raw);
		if (raw)
			strcpy(ret->error_type, ERROR_TYPE_EXIT);
		snprintf(ret->text, sizeof(ret->text), "exited with status %d",
			 ret->exit_status);
	}
	snprintf(ret->code, sizeof(ret->code), "%d:%d", ret->exit_status,
		 ret->signal);
}
