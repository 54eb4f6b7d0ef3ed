/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A wait status in the words of attributes and status messages. */
#ifndef OTEL_SPAN_EXIT_STATUS_H
#define OTEL_SPAN_EXIT_STATUS_H

struct exit_status {
	int exit_status;     /* 0 when a signal ended it */
	int signal;          /* 0 when it exited */
	char code[16];       /* Slurm's notation: "1:0", "0:9" */
	char error_type[24]; /* "exit_status" or "SIGKILL"; "" for 0 */
	char text[48];       /* "exited with status 1", "killed by SIGKILL" */
};

/* Describes a raw wait status, as wait(2) and Slurm keep it. */
void exit_status_describe(int raw, struct exit_status *ret);

#endif
